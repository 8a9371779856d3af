/*
 * Sizes at which kernels divide their work otherwise: whole tiles, partial sums, dispatches folded over two axes, products
 * of taps that are too large for one scratch block. A few hundred elements of each result, corners among them, are
 * compared with the definition.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  Engine,
  Graph,
  matmul,
  sum,
  type Tensor,
  tanh,
} from '../../src/runtime';
import { testGpu } from '../gpu_setup';
import { type Nd, nd, position, sizeOf } from '../reference/array';
import { conv2dAt, conv2dInputGradientAt, conv2dWeightGradientAt } from '../reference/conv2d';
import { drawn } from '../reference/drawn';
import { lcg } from '../reference/lcg';
import { AS_A_GPU, relativeError, TOLERANCE, type Traits } from './check_op';

interface LargeCase {
  name: string;
  inputs: Record<string, number[]>;
  build: (tensors: Record<string, Tensor>) => Tensor;
  at: (arrays: Record<string, Nd>, index: number[]) => number;
  samples?: number;
}

/** The first and last element and `count` others. */
function sampled(shape: readonly number[], count: number): number[][] {
  const uniform = lcg(sizeOf(shape));
  const inside = Array.from({ length: count }, () => shape.map((extent) => Math.floor(uniform() * extent)));
  return [shape.map(() => 0), shape.map((extent) => extent - 1), ...inside];
}

const convolution = (name: string, x: number[], w: number[], stride = 1): LargeCase => ({
  name,
  inputs: { x, w },
  build: ({ x, w }) => conv2d(x, w, { stride }),
  at: ({ x, w }, index) => conv2dAt(x, w, { stride }, index),
});

const inputGradient = (name: string, dy: number[], w: number[]): LargeCase => {
  const inputSize: [number, number] = [dy[1], dy[2]];
  return {
    name,
    inputs: { dy, w },
    build: ({ dy, w }) => conv2dInputGradient(dy, w, { inputSize }),
    at: ({ dy, w }, index) => conv2dInputGradientAt(dy, w, { inputSize }, index),
  };
};

const weightGradient = (name: string, x: number[], dy: number[], kernel: [number, number]): LargeCase => ({
  name,
  inputs: { x, dy },
  build: ({ x, dy }) => conv2dWeightGradient(x, dy, { kernel }),
  at: ({ x, dy }, index) => conv2dWeightGradientAt(x, dy, { kernel }, index),
  samples: 10,
});

const MANY = [1, 2048, 2112, 1]; // 4,325,376: more than 65,535 groups of 64

// Whole tiles: 64 rows by 32 or 64 columns.
const TILED: LargeCase[] = [
  convolution('convolution, channels 4 to 12', [1, 129, 131, 4], [3, 3, 4, 12]),
  inputGradient('dx, channels 4 to 36', [1, 129, 131, 4], [3, 3, 36, 4]),
  {
    name: 'matmul of 1,024 × 12 and 12 × 1,028',
    inputs: { a: [1024, 12], b: [12, 1028] },
    build: ({ a, b }) => matmul(a, b),
    at: ({ a, b }, [m, n]) => {
      let total = 0;
      for (let k = 0; k < 12; k++) total += a.data[m * 12 + k] * b.data[k * 1028 + n];
      return total;
    },
  },
];

const CASES: LargeCase[] = [
  ...TILED,
  convolution('convolution, channels 8 to 36, stride 2', [1, 260, 259, 8], [3, 3, 8, 36], 2),
  convolution('convolution, kernel 9, channels 4 to 1', [1, 512, 520, 4], [9, 9, 4, 1]),
  convolution('convolution, kernel 9, channels 4 to 1, two images', [2, 256, 520, 4], [9, 9, 4, 1]),
  inputGradient('dx, kernel 9, channels 4 to 1', [1, 512, 520, 4], [9, 9, 1, 4]),
  weightGradient('dw, channels 4 and 12', [1, 129, 131, 4], [1, 129, 131, 12], [3, 3]),
  weightGradient('dw, channels 3 and 1', [1, 129, 131, 3], [1, 129, 131, 1], [3, 3]),
  weightGradient('dw, channels 8 and 1', [1, 129, 131, 8], [1, 129, 131, 1], [7, 7]),
  {
    name: 'four million elements, one by one',
    inputs: { x: MANY },
    build: ({ x }) => tanh(x),
    at: ({ x }, index) => Math.tanh(x.data[position(MANY, index)]),
  },
  {
    name: 'four million elements, summed over rows',
    inputs: { x: MANY },
    build: ({ x }) => sum(x, [1]),
    at: ({ x }, [, column]) => {
      let total = 0;
      for (let row = 0; row < MANY[1]; row++) total += x.data[row * MANY[2] + column];
      return total;
    },
  },
];

const DEVICES: [string, Traits, LargeCase[]][] = [
  ['as it is', {}, CASES],
  ['as on a GPU', AS_A_GPU, TILED],
];

describe.each(DEVICES)('large sizes, the device %s', (_, traits, cases) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create({ gpu: testGpu() });
    Object.assign(engine.traits, traits);
  });

  it.each(cases.map((check) => [check.name, check] as const))('%s', async (_, { inputs, build, at, samples = 300 }) => {
    const graph = new Graph();
    const tensors: Record<string, Tensor> = {};
    const feeds: Record<string, Float32Array> = {};
    const arrays: Record<string, Nd> = {};
    for (const [name, shape] of Object.entries(inputs)) {
      tensors[name] = graph.input(name, shape);
      feeds[name] = drawn(name.charCodeAt(0), shape, -1, 1);
      arrays[name] = nd(shape, feeds[name]);
    }
    const y = build(tensors);
    const program = await engine.compile(graph, { label: 'large', outputs: { y } });
    program.run(feeds);
    const got = (await program.read()).y;
    const places = sampled(y.shape, samples);
    const error = relativeError(
      places.map((index) => got[position(y.shape, index)]),
      places.map((index) => at(arrays, index)),
    );
    program.destroy();
    expect(error).toBeLessThan(TOLERANCE.value);
  });
});

it('the bands of a large image join without a seam', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const [rows, columns, part] = [160, 2100, 64];
  const x = drawn(1, [1, rows, columns, 4], -1, 1);
  const w = drawn(2, [7, 7, 4, 1], -1, 1);
  const convolved = async (width: number): Promise<Float32Array> => {
    const graph = new Graph();
    const y = conv2d(graph.input('x', [1, rows, width, 4]), graph.input('w', [7, 7, 4, 1]));
    const program = await engine.compile(graph, { label: 'bands', outputs: { y } });
    const gathers = program.plan.kernels.filter(({ shader }) => shader === 'conv2d_gather_taps').length;
    if (gathers > 0) expect(gathers > 1).toBe(width === columns);
    const line = (row: number) => x.subarray(row * columns * 4, (row * columns + width) * 4);
    program.run({
      x: Float32Array.from({ length: rows * width * 4 }, (_, i) => line(Math.floor(i / (4 * width)))[i % (4 * width)]),
      w,
    });
    const { y: got } = await program.read();
    program.destroy();
    return got;
  };
  const [whole, narrow] = [await convolved(columns), await convolved(part)];
  // Beyond these columns the narrow one ends, and sees zeros.
  const inside = part - 3;
  const got = Array.from({ length: rows * inside }, (_, i) => whole[Math.floor(i / inside) * columns + (i % inside)]);
  const wanted = Array.from({ length: rows * inside }, (_, i) => narrow[Math.floor(i / inside) * part + (i % inside)]);
  expect(relativeError(got, wanted)).toBeLessThan(TOLERANCE.value);
});
