/**
 * CARE's 2-D U-Net (Weigert et al. 2018, CSBDeep), depth 2, residual:
 *
 *   down0a, down0b  conv k → F, F      (skip 0)   max-pool 2
 *   down1a, down1b  conv k → 2F, 2F    (skip 1)   max-pool 2
 *   middlea, middleb conv k → 4F, 2F
 *   nearest ×2, concat skip 1, up1a, up1b  conv k → 2F, F
 *   nearest ×2, concat skip 0, up0a, up0b  conv k → F, F
 *   exit  conv 1 → 1, + input
 *
 * ReLU after each but the last, no norm, zero 'same' padding, H and W multiples of 4. With `likelihood`, a second head
 * `scale` (conv 1, softplus + 1e-3) gives the Laplace distribution's scale at each pixel. CSBDeep's own names stand in
 * CSBDEEP_NAMES.
 */
import {
  add,
  concat,
  div,
  maxPool,
  mul,
  relu,
  type Scope,
  softplus,
  sub,
  type Tensor,
  upsampleNearest,
} from '../runtime';
import { type Convolution, convolution } from './layers';
import { STAGE_MULTIPLE, type Stage } from './stages';

export interface Care {
  /** Channels F; 32 in the paper. */
  first: number;
  /** Kernel side k; 5 in 2-D. */
  kernel: number;
  likelihood?: boolean;
}

export const CARE_PAPER: Care = { first: 32, kernel: 5 };

/** Pixels to each side of an output pixel that it depends on: 43 at kernel 5, 22 at kernel 3. */
export function careReach({ kernel }: Care): number {
  return 10 * (kernel - 1) + (kernel === 3 ? 2 : 3);
}

export interface CareOutput {
  image: Tensor;
  /** Laplace scale at each pixel, where the network has that head. */
  scale?: Tensor;
}

/** @param x [N, H, W, 1] */
export function careNetwork(p: Scope, x: Tensor, shape: Care): CareOutput {
  const features = careFeatures(p, x, shape);
  const image = add(x, convolution(p.child('exit'), features, { kernel: 1, channels: 1 }));
  if (!shape.likelihood) return { image };
  return { image, scale: add(softplus(convolution(p.child('scale'), features, { kernel: 1, channels: 1 })), 1e-3) };
}

/** What its heads see: F channels. @param x [N, H, W, 1] */
export function careFeatures(
  p: Scope,
  x: Tensor,
  { first, kernel }: Care,
  convolve: Convolution = convolution,
): Tensor {
  const layer = (name: string, from: Tensor, channels: number) =>
    relu(convolve(p.child(name), from, { kernel, channels }));
  const skip0 = layer('down0b', layer('down0a', x, first), first);
  const skip1 = layer('down1b', layer('down1a', maxPool(skip0), 2 * first), 2 * first);
  const middle = layer('middleb', layer('middlea', maxPool(skip1), 4 * first), 2 * first);
  const up1 = layer('up1b', layer('up1a', concat([upsampleNearest(middle), skip1], 3), 2 * first), first);
  return layer('up0b', layer('up0a', concat([upsampleNearest(up1), skip0], 3), first), first);
}

/** The same for images in −1..1: the network itself sees and gives 0..1, as the published one, so its borders are black. */
export function careOnSigned(p: Scope, x: Tensor, shape: Care): CareOutput {
  const { image, scale } = careNetwork(p, div(add(x, 1), 2), shape);
  const signed = sub(mul(image, 2), 1);
  return scale ? { image: signed, scale: mul(scale, 2) } : { image: signed };
}

/** One stage: without norms, a window and its surroundings are all that is needed. */
export function careStages(shape: Care): Stage[] {
  const reach = Math.ceil(careReach(shape) / STAGE_MULTIPLE) * STAGE_MULTIPLE;
  const output = { step: 1, channels: 1, reach };
  return [{ name: 'unet', norms: [], output, build: (p, x) => careNetwork(p, x, shape).image }];
}

/** Our layer names → those of a CSBDeep Keras model, whose tensors are `NAME/kernel` and `NAME/bias`. */
export const CSBDEEP_NAMES: Record<string, string> = {
  down0a: 'down_level_0_no_0',
  down0b: 'down_level_0_no_1',
  down1a: 'down_level_1_no_0',
  down1b: 'down_level_1_no_1',
  middlea: 'middle_0',
  middleb: 'middle_2',
  up1a: 'up_level_1_no_0',
  up1b: 'up_level_1_no_2',
  up0a: 'up_level_0_no_0',
  up0b: 'up_level_0_no_2',
  exit: 'conv2d',
};
