import { add, concat, conv2d, conv2dInputGradient, conv2dWeightGradient, slice } from '../../src/runtime';
import * as reference from '../reference/conv2d';
import * as layout from '../reference/layout';
import * as pointwise from '../reference/pointwise';
import { anywhere } from '../reference/sample';
import { AS_A_GPU, checkOps, type OpCase, WITHOUT_SUBGROUPS } from './check_op';

type Size4 = [number, number, number, number];

function forward(name: string, x: Size4, w: Size4, options: reference.ConvOptions = {}): OpCase {
  return {
    name,
    inputs: { x: anywhere(...x), w: anywhere(...w) },
    build: ({ x, w }) => conv2d(x, w, options),
    reference: ({ x, w }) => reference.conv2d(x, w, options),
  };
}

/** The op that gives dx, used as an op of its own: from dy and w to an image of `inputSize`. */
function inputGradient(name: string, x: Size4, w: Size4, options: reference.ConvOptions = {}): OpCase {
  const dy = reference.conv2d(anywhere(...x)(1), anywhere(...w)(1), options).shape as Size4;
  const inputSize: [number, number] = [x[1], x[2]];
  return {
    name,
    inputs: { dy: anywhere(...dy), w: anywhere(...w) },
    build: ({ dy, w }) => conv2dInputGradient(dy, w, { ...options, inputSize }),
    reference: ({ dy, w }) => reference.conv2dInputGradient(dy, w, { ...options, inputSize }),
  };
}

/** The op that gives dw, used as an op of its own. */
function weightGradient(name: string, x: Size4, w: Size4, options: reference.ConvOptions = {}): OpCase {
  const dy = reference.conv2d(anywhere(...x)(1), anywhere(...w)(1), options).shape as Size4;
  const kernel: [number, number] = [w[0], w[1]];
  return {
    name,
    inputs: { x: anywhere(...x), dy: anywhere(...dy) },
    build: ({ x, dy }) => conv2dWeightGradient(x, dy, { ...options, kernel }),
    reference: ({ x, dy }) => reference.conv2dWeightGradient(x, dy, { ...options, kernel }),
  };
}

/** With a bias, whose gradient the weight gradient's kernels sum beside their own. */
function biased(name: string, x: Size4, w: Size4, options: reference.ConvOptions = {}): OpCase {
  return {
    name,
    inputs: { x: anywhere(...x), w: anywhere(...w), b: anywhere(w[3]) },
    build: ({ x, w, b }) => add(conv2d(x, w, options), b),
    reference: ({ x, w, b }) => pointwise.add(reference.conv2d(x, w, options), b),
  };
}

/** A concatenation that fills vec4f only in part, as where a network's last layer sees its input too. */
const joined = (name: string, CI: number[], CO: number, options: reference.ConvOptions = {}): OpCase => {
  const total = CI.reduce((a, b) => a + b, 0);
  const names = CI.map((_, i) => `x${i}`);
  return {
    name,
    inputs: {
      ...Object.fromEntries(names.map((key, i) => [key, anywhere(2, 4, 5, CI[i])])),
      w: anywhere(3, 3, total, CO),
    },
    build: (given) => {
      const parts = names.map((key) => given[key]);
      return conv2d(concat(parts, 3), given.w, options);
    },
    reference: (given) => {
      const parts = names.map((key) => given[key]);
      return reference.conv2d(layout.concat(parts, 3), given.w, options);
    },
  };
};

const convolutions: OpCase[] = [
  forward('kernel 3, same, batch 2, channels not a multiple of 4', [2, 5, 7, 3], [3, 3, 3, 5]),
  forward('kernel 1', [2, 3, 5, 3], [1, 1, 3, 2]),
  forward('kernel 1, stride 2, a remainder', [1, 5, 4, 2], [1, 1, 2, 3], { stride: 2 }),
  forward('kernel 1 on a 1×1 image of one channel', [1, 1, 1, 1], [1, 1, 1, 1]),
  forward('kernel 3 on a 1×1 image', [2, 1, 1, 2], [3, 3, 2, 3]),
  forward('kernel 9, one channel, larger than the image', [1, 6, 8, 1], [9, 9, 1, 2]),
  forward('kernel 9, reflected', [1, 7, 6, 1], [9, 9, 1, 1], { padding: 4, mode: 'reflect' }),
  forward('kernel 2, even, same', [1, 4, 5, 2], [2, 2, 2, 3]),
  forward('kernel 2, stride 2, a remainder, valid', [1, 5, 7, 2], [2, 2, 2, 2], { stride: 2, padding: 'valid' }),
  forward('kernel 4, even, stride 2, same', [2, 6, 5, 2], [4, 4, 2, 3], { stride: 2 }),
  forward('kernel 4, stride 1, padding 1 (the last layers of a PatchGAN)', [1, 5, 4, 2], [4, 4, 2, 1], { padding: 1 }),
  forward('kernel 5, stride 2, same', [1, 7, 6, 2], [5, 5, 2, 2], { stride: 2 }),
  forward('kernel 5, stride 3, a remainder', [1, 8, 7, 1], [5, 5, 1, 3], { stride: 3 }),
  forward('kernel 6, even, stride 4, valid', [1, 11, 14, 1], [6, 6, 1, 2], { stride: 4, padding: 'valid' }),
  forward('kernel 8, even, same', [1, 5, 6, 1], [8, 8, 1, 2]),
  forward('kernel 3, stride 4: rows that no tap reads', [1, 9, 10, 2], [3, 3, 2, 2], { stride: 4, padding: 'valid' }),
  forward('a kernel that is not square', [1, 5, 6, 2], [2, 5, 2, 2]),
  forward('padding that differs on each side', [1, 4, 5, 1], [3, 4, 1, 2], { padding: [2, 0, 1, 3] }),
  forward('padding that differs on each side, stride 2, reflected', [1, 5, 6, 1], [3, 3, 1, 2], {
    stride: 2,
    padding: [2, 1, 0, 2],
    mode: 'reflect',
  }),
  forward('padding 0 as a number', [1, 4, 4, 2], [3, 3, 2, 1], { padding: 0 }),
  forward('one row', [1, 1, 9, 2], [3, 3, 2, 2]),
];

const gradientOps: OpCase[] = [
  inputGradient('dx, kernel 3, same, batch 2', [2, 4, 5, 3], [3, 3, 3, 2]),
  inputGradient('dx, kernel 4, even, stride 2, same', [1, 7, 6, 2], [4, 4, 2, 3], { stride: 2 }),
  inputGradient('dx, kernel 1, stride 3: most pixels get nothing', [1, 7, 5, 2], [1, 1, 2, 2], { stride: 3 }),
  inputGradient('dx, kernel 9', [1, 5, 6, 1], [9, 9, 1, 1]),
  inputGradient('dx, kernel 5, stride 4, valid, a remainder', [1, 11, 10, 1], [5, 5, 1, 2], {
    stride: 4,
    padding: 'valid',
  }),
  inputGradient('dx of a 1×1 image', [2, 1, 1, 3], [3, 3, 3, 2]),
  weightGradient('dw, kernel 3, same, batch 2', [2, 4, 5, 3], [3, 3, 3, 2]),
  weightGradient('dw, kernel 4, even, stride 2, same', [1, 7, 6, 2], [4, 4, 2, 3], { stride: 2 }),
  weightGradient('dw, kernel 9, one channel', [1, 7, 6, 1], [9, 9, 1, 2]),
  weightGradient('dw, kernel 1', [2, 3, 4, 3], [1, 1, 3, 2]),
  weightGradient('dw, kernel 5, stride 4, valid, a remainder', [1, 11, 10, 1], [5, 5, 1, 2], {
    stride: 4,
    padding: 'valid',
  }),
  weightGradient('dw of a 1×1 image', [2, 1, 1, 3], [3, 3, 3, 2]),
  {
    name: 'dw from two parts of one tensor, which a kernel may not bind twice',
    inputs: { both: anywhere(2, 4, 4, 8) },
    build: ({ both }) => {
      const part = (n: number) => slice(both, [n, 0, 0, 0], [1, 4, 4, 8]);
      return conv2dWeightGradient(part(0), part(1), { kernel: [3, 3] });
    },
    reference: ({ both }) => {
      const part = (n: number) => layout.slice(both, [n, 0, 0, 0], [1, 4, 4, 8]);
      return reference.conv2dWeightGradient(part(0), part(1), { kernel: [3, 3] });
    },
  },
  weightGradient('dw, so many pixels that the sum is split', [2, 33, 31, 2], [3, 3, 2, 3]),
];

const tiled: OpCase[] = [
  forward('channels 20 to 36, blocks that are not full', [1, 5, 6, 20], [3, 3, 20, 36]),
  forward('channels 12 to 20, kernel 4, stride 2', [2, 5, 7, 12], [4, 4, 12, 20], { stride: 2 }),
  forward('channels 64 to 64, kernel 1', [1, 5, 5, 64], [1, 1, 64, 64]),
  forward('channels 3 to 8, stride 2, a remainder', [1, 8, 7, 3], [3, 3, 3, 8], { stride: 2, padding: 'valid' }),
  forward('channels 8 to 4, stride 2', [1, 6, 5, 8], [3, 3, 8, 4], { stride: 2 }),
  biased('bias, lines that do not fill vec4f, the sum split', [2, 6, 7, 3], [3, 3, 3, 8]),
  biased('bias, columns that do not fill a block, stride 2', [2, 5, 6, 4], [3, 3, 4, 36], { stride: 2 }),
  biased('bias, one line, the sum not split', [1, 1, 9, 4], [1, 1, 4, 64]),
];

/**
 * Channels that fill vec4f, or one channel at an end: kernels of their own, by device. Few kernel sizes, because each makes
 * pipelines anew.
 */
const vectored: OpCase[] = [
  forward('kernel 3, channels 4 to 8', [1, 5, 6, 4], [3, 3, 4, 8]),
  forward('kernel 3, channels 4 to 1', [2, 4, 5, 4], [3, 3, 4, 1]),
  forward('kernel 4, even, stride 2, padding 1 (PatchGAN)', [1, 8, 6, 3], [4, 4, 3, 4], { stride: 2, padding: 1 }),
  forward('kernel 7, reflected', [1, 6, 7, 1], [7, 7, 1, 4], { mode: 'reflect' }),
  forward('kernel 3, stride 2, reflected', [1, 6, 5, 2], [3, 3, 2, 4], { stride: 2, mode: 'reflect' }),
  forward('more pixels than a workgroup has threads', [1, 17, 19, 1], [3, 3, 1, 4]),
  forward('one channel to 20, lines longer than a workgroup takes', [2, 3, 19, 1], [3, 2, 1, 20]),
  forward('one channel, stride 2, padding that differs', [1, 4, 37, 1], [4, 4, 1, 8], {
    stride: 2,
    padding: [2, 0, 1, 3],
  }),
  biased('bias, one channel to 36', [1, 3, 5, 1], [3, 3, 1, 36]),
  inputGradient('dx, 8 channels of one, padding that differs', [2, 3, 18, 8], [2, 5, 8, 1], { padding: [1, 0, 3, 1] }),
  inputGradient('dx, channels 4 to 4, stride 2', [1, 6, 5, 4], [3, 3, 4, 4], { stride: 2 }),
  inputGradient('dx, kernel 4, stride 2, padding 1', [1, 8, 6, 1], [4, 4, 1, 4], { stride: 2, padding: 1 }),
  weightGradient('dw, channels 4 to 4, stride 2', [1, 6, 5, 4], [3, 3, 4, 4], { stride: 2 }),
  ...tiled,
  joined('channels 8 and 1 to 1', [8, 1], 1),
  joined('channels 1, 8 and 2 to 4, stride 2', [1, 8, 2], 4, { stride: 2 }),
  forward('channels 8 to 1, kernel 7 (the last layer of a generator)', [1, 6, 7, 8], [7, 7, 8, 1]),
  forward('channels 4 to 1, padding that differs on each side', [1, 5, 6, 4], [3, 3, 4, 1], { padding: [2, 0, 1, 3] }),
  forward('channels 2 to 16, kernel 7 (the first layer of a generator)', [1, 6, 5, 2], [7, 7, 2, 16]),
  weightGradient('dw, channels 4 to 8, many rows', [2, 33, 15, 4], [3, 3, 4, 8]),
];

checkOps('conv2d', convolutions);
checkOps('conv2d gradients as ops', gradientOps);
checkOps('conv2d, full vectors', vectored);
checkOps('conv2d, full vectors, without subgroups', vectored, WITHOUT_SUBGROUPS);
// Tiles in workgroup memory want eight channels and more; a CPU driver takes seconds to compile each.
checkOps('conv2d, tiled, as on a GPU', tiled, AS_A_GPU);
