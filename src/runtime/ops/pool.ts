/** Max and average pooling over whole windows; rows and columns that do not fill one are left out. */
import type { Tensor } from '../graph';
import { type DeviceTraits, floatBits, groupsFor, type Kernels, only, turnsFor } from '../kernel';
import { ShapeError, showShape } from '../shape';
import { reshape } from './broadcast';
import { mean } from './mean';
import { add, mul } from './pointwise';
import { slice } from './rearrange';

export interface PoolOptions {
  size?: number;
  /** The window's extent where left out. */
  stride?: number;
}

interface Window {
  size: number;
  stride: number;
  h: number;
  w: number;
  oh: number;
  ow: number;
}

function windowOf(op: string, x: Tensor, { size = 2, stride = size }: PoolOptions): Window {
  if (x.rank !== 4) throw new ShapeError(op, showShape(x.shape), 'an image [N, H, W, C]');
  const [, h, w] = x.shape;
  if (!(size >= 1 && stride >= 1 && h >= size && w >= size)) {
    throw new ShapeError(
      op,
      `size ${size}, stride ${stride} for ${h}×${w}`,
      'a window no larger than the image, a stride of at least 1',
    );
  }
  return { size, stride, h, w, oh: Math.floor((h - size) / stride) + 1, ow: Math.floor((w - size) / stride) + 1 };
}

/** The mean of each window. */
export function averagePool(x: Tensor, options: PoolOptions = {}): Tensor {
  const { size, stride, oh, ow } = windowOf('averagePool', x, options);
  const [n, , , c] = x.shape;
  if (size === stride) {
    const whole = slice(x, [0, 0, 0, 0], [n, oh * size, ow * size, c]);
    return mean(reshape(whole, [n, oh, size, ow, size, c]), [2, 4]);
  }
  const shifted = Array.from({ length: size * size }, (_, i) =>
    slice(x, [0, Math.floor(i / size), i % size, 0], [n, oh, ow, c], [1, stride, stride, 1]),
  );
  return mul(
    shifted.reduce((a, b) => add(a, b)),
    1 / (size * size),
  );
}

/** The largest value of each window; where several are equal the gradient goes to the first in row-major order. */
export function maxPool(x: Tensor, options: PoolOptions = {}): Tensor {
  const win = windowOf('maxPool', x, options);
  const [n, , , c] = x.shape;
  const out = [n, win.oh, win.ow, c];
  return x.graph.add(
    {
      kind: 'kernel',
      name: 'max_pool',
      key: keyOf(win),
      candidates: only((device) => poolKernels('MAXIMUM', win, [n, c], device)),
      gradient: (dy) => [scatter(win, x, dy)],
    },
    [x],
    out,
    `max_pool ${keyOf(win)}`,
  );
}

const keyOf = (win: Window): string => `${win.size} ${win.stride}`;

/** dx: each dy laid at its window's maximum. Linear in dy; in x it is constant but for ties. */
function scatter(win: Window, x: Tensor, dy: Tensor): Tensor {
  const [n, , , c] = x.shape;
  return x.graph.add(
    {
      kind: 'kernel',
      name: 'max_pool_scatter',
      key: keyOf(win),
      candidates: only((device) => poolKernels('SCATTER', win, [n, c], device)),
      gradient: (g, need) => [null, need[1] ? gather(win, x, g) : null],
    },
    [x, dy],
    x.shape,
    `max_pool_scatter ${keyOf(win)}`,
  );
}

/** The element of g at each window's maximum of x. */
function gather(win: Window, x: Tensor, g: Tensor): Tensor {
  const [n, , , c] = x.shape;
  const out = [n, win.oh, win.ow, c];
  return x.graph.add(
    {
      kind: 'kernel',
      name: 'max_pool_gather',
      key: keyOf(win),
      candidates: only((device) => poolKernels('GATHER', win, [n, c], device)),
      gradient: (d, need) => [null, need[1] ? scatter(win, x, d) : null],
    },
    [x, g],
    out,
    `max_pool_gather ${keyOf(win)}`,
  );
}

function poolKernels(
  variant: 'MAXIMUM' | 'SCATTER' | 'GATHER',
  win: Window,
  [n, c]: number[],
  device: DeviceTraits,
): Kernels {
  const { size, stride, h, w, oh, ow } = win;
  const filled = size === stride && oh * size === h && ow * size === w;
  const byPixel = variant === 'SCATTER' && !filled;
  const vec4 = c % 4 === 0;
  const channels = vec4 ? c / 4 : c;
  const [rows, columns] = byPixel ? [h, w] : [oh, ow];
  const turns = turnsFor(n * rows * columns * channels, device);
  const blocks = Math.ceil(columns / turns);
  const inverse = [channels, blocks, rows].map((extent) => floatBits(Math.fround(1 / extent)));
  return {
    scratch: [],
    kernels: [
      {
        shader: 'max_pool',
        defines: {
          MAXIMUM: variant === 'MAXIMUM',
          SCATTER: variant === 'SCATTER',
          GATHER: variant === 'GATHER',
          BY_PIXEL: byPixel,
          VEC4: vec4,
        },
        params: [n, h, w, channels, oh, ow, size, stride, ...inverse, turns],
        buffers: [{ input: 0 }, ...(variant === 'MAXIMUM' ? [] : [{ input: 1 }]), { output: 0 }],
        workgroups: groupsFor(n * rows * blocks * channels, 64),
      },
    ],
  };
}
