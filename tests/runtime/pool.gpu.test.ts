import { averagePool, maxPool } from '../../src/runtime';
import * as reference from '../reference/pool';
import { anywhere, distinct, type Sampler } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

type Size4 = [number, number, number, number];

const max = (name: string, x: Size4, options?: reference.PoolOptions): OpCase => ({
  name: `max, ${name}`,
  inputs: { x: distinct(...x) },
  build: ({ x }) => maxPool(x, options),
  reference: ({ x }) => reference.maxPool(x, options),
});

const average = (name: string, x: Size4, options?: reference.PoolOptions): OpCase => ({
  name: `average, ${name}`,
  inputs: { x: anywhere(...x) },
  build: ({ x }) => averagePool(x, options),
  reference: ({ x }) => reference.averagePool(x, options),
});

const both = (name: string, x: Size4, options?: reference.PoolOptions) => [
  max(name, x, options),
  average(name, x, options),
];

/** The four pixels of each 2×2 window half a unit apart, in an order of its own: no step of a difference meets a tie. */
const apart =
  (...shape: Size4): Sampler =>
  (seed) => {
    const noise = anywhere(...shape)(seed);
    const [, h, w, c] = shape;
    const data = noise.data.map((value, i) => {
      const [y, x] = [Math.floor(i / (w * c)) % h, Math.floor(i / c) % w];
      const turn = (y >> 1) * 7 + (x >> 1) * 3 + (i % c) * 5;
      return Math.fround((((y % 2) * 2 + (x % 2) + turn) % 4) * 0.5 + 0.1 * value);
    });
    return { shape, data };
  };

checkOps('pool', [
  ...both('2×2, batch 2', [2, 4, 6, 3]),
  ...both('2×2, a remainder dropped on both axes', [1, 5, 7, 4]),
  ...both('3×3 stride 2, windows that overlap (SqueezeNet)', [1, 7, 6, 2], { size: 3, stride: 2 }),
  ...both('2×2, channels that fill vec4f', [2, 4, 6, 8]),
  ...both('3×3 stride 2, channels that fill vec4f', [1, 7, 6, 4], { size: 3, stride: 2 }),
  { ...max('so large that a CPU thread takes several columns', [1, 64, 66, 8]), inputs: { x: apart(1, 64, 66, 8) } },
  max('the same where windows overlap', [1, 33, 33, 2], { size: 3, stride: 2 }),
  ...both('3×3 stride 1', [1, 4, 5, 1], { size: 3, stride: 1 }),
  ...both('2×2 stride 3, pixels that no window reads', [1, 7, 8, 1], { size: 2, stride: 3 }),
  ...both('size 1', [1, 3, 2, 2], { size: 1 }),
  ...both('the whole image', [2, 3, 3, 5], { size: 3 }),
]);
