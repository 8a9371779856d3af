// What the kernels of a convolution, of its input gradient and of its weight gradient share.
import { type DeviceTraits, groupsFor } from '../kernel';
import { subgroupLanes } from './product_kernels';

/** x [n,h,w,ci] convolved with w [kh,kw,ci,co] gives y [n,oh,ow,co]. */
export interface ConvCase {
  n: number;
  h: number;
  w: number;
  ci: number;
  oh: number;
  ow: number;
  co: number;
  kh: number;
  kw: number;
  sy: number;
  sx: number;
  padTop: number;
  padLeft: number;
}

export const threads = (count: number) => groupsFor(count, 64);
export const flops = (c: ConvCase) => 2 * c.n * c.oh * c.ow * c.co * c.kh * c.kw * c.ci;
/** Window and stride as numbers in the uniform block, where a kernel is quick to run but slow to compile. */
export const window = (c: ConvCase) => [c.kh, c.kw, c.sy, c.sx];
/** The same as constants, where the compiler gains by them. */
export const constants = (c: ConvCase) => ({ KH: c.kh, KW: c.kw, SY: c.sy, SX: c.sx });
export const vectors = (c: ConvCase) => ({ CI4: c.ci % 4 === 0, CO4: c.co % 4 === 0 });
export const sizes = (c: ConvCase) => [c.n, c.h, c.w, c.ci, c.oh, c.ow, c.co, c.padTop, c.padLeft];

/** One output channel, stride 1: the gradients by x and w are convolutions of dy by x or w, with the taps turned around. */
export const exchanged = (c: ConvCase): ConvCase => ({
  ...c,
  h: c.oh,
  w: c.ow,
  ci: 1,
  oh: c.h,
  ow: c.w,
  co: c.ci,
  padTop: c.kh - 1 - c.padTop,
  padLeft: c.kw - 1 - c.padLeft,
});

/** CPU drivers share loads by subgroup broadcast; the channels written must fill vec4f. */
export const bySubgroup = (channels: number, device: DeviceTraits) => (channels % 4 === 0 ? subgroupLanes(device) : 0);

/** GPUs multiply tiles in workgroup memory, where there are channels enough to fill a good part of one. */
export const byTile = (channels: number, device: DeviceTraits) =>
  device.kind === 'gpu' && channels >= 8 && channels % 4 === 0;
