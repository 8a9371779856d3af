/* What an op says to a wrong shape or option: the op, what it got, what it wanted. */
import { describe, expect, it } from 'vitest';
import * as op from '../../src/runtime';

const graph = new op.Graph();
let inputs = 0;
const tensor = (...shape: number[]) => graph.input(`x${inputs++}`, shape);

const image = tensor(1, 4, 5, 3);
const CASES: [call: () => unknown, message: string][] = [
  [
    () => op.conv2d(image, tensor(3, 3, 2, 4)),
    'conv2d: got x [1, 4, 5, 3], w [3, 3, 2, 4], wanted x [N, H, W, CI] and w [KH, KW, CI, CO]',
  ],
  [
    () => op.conv2d(tensor(4, 5, 3), tensor(3, 3, 3, 4)),
    'conv2d: got x [4, 5, 3], w [3, 3, 3, 4], wanted x [N, H, W, CI] and w [KH, KW, CI, CO]',
  ],
  [() => op.conv2d(image, tensor(10, 3, 3, 4)), 'conv2d: got a 10×3 kernel, wanted a kernel of 1 to 9 on each side'],
  [() => op.conv2d(image, tensor(3, 3, 3, 4), { stride: 5 }), 'conv2d: got stride 5, wanted a stride of 1, 2, 3 or 4'],
  [
    () => op.conv2d(image, tensor(7, 7, 3, 4), { padding: 'valid' }),
    "conv2d: got an image of 4×5 padded by 0, 0, 0, 0, wanted at least the kernel's 7×7",
  ],
  [
    () => op.conv2dInputGradient(tensor(1, 2, 2, 4), tensor(3, 3, 3, 4), { inputSize: [4, 6], stride: 2 }),
    'conv2dInputGradient: got dy of 2×2, wanted 2×3, what a 4×6 image gives',
  ],
  [
    () => op.conv2dInputGradient(tensor(1, 2, 2, 3), tensor(3, 3, 3, 4), { inputSize: [4, 4], stride: 2 }),
    'conv2dInputGradient: got dy [1, 2, 2, 3], w [3, 3, 3, 4], wanted dy [N, OH, OW, CO] and w [KH, KW, CI, CO]',
  ],
  [
    () => op.conv2dWeightGradient(image, tensor(2, 4, 5, 4), { kernel: [3, 3] }),
    'conv2dWeightGradient: got x [1, 4, 5, 3], dy [2, 4, 5, 4], wanted x [N, H, W, CI] and dy [N, OH, OW, CO]',
  ],
  [
    () => op.convTranspose2d(image, tensor(3, 3, 3, 4), { stride: 2 }),
    'convTranspose2d: got x [1, 4, 5, 3], w [3, 3, 3, 4], wanted x [N, H, W, CI] and w [KH, KW, CO, CI]',
  ],
  [
    () => op.convTranspose2d(image, tensor(3, 3, 4, 3), { stride: 2, outputPadding: 2 }),
    'convTranspose2d: got outputPadding 2, wanted 0 to 1, less than the stride',
  ],
  [
    () => op.maxPool(image, { size: 5 }),
    'maxPool: got size 5, stride 5 for 4×5, wanted a window no larger than the image, a stride of at least 1',
  ],
  [() => op.averagePool(tensor(4, 5)), 'averagePool: got [4, 5], wanted an image [N, H, W, C]'],
  [
    () => op.upsampleNearest(image, 1.5),
    'upsampleNearest: got [1, 4, 5, 3] by 1.5, wanted an image [N, H, W, C] and a whole factor of at least 1',
  ],
  [
    () => op.upsampleConv2d(image, tensor(3, 3, 4, 3)),
    'upsampleConv2d: got x [1, 4, 5, 3], w [3, 3, 4, 3], wanted x [N, H, W, CI] and w [KH, KW, CI, CO]',
  ],
  [() => op.resizeBilinear(tensor(4, 5), [2, 2]), 'resizeBilinear: got [4, 5], wanted an image [N, H, W, C]'],
  [
    () =>
      op.pad(
        tensor(4, 5),
        [
          [4, 0],
          [0, 0],
        ],
        'reflect',
      ),
    'pad: got [[4,0],[0,0]] (reflect) for [4, 5], ' +
      'wanted an amount ≥ 0 for each side of each axis, below its extent for reflection',
  ],
  [
    () => op.matmul(tensor(3, 4), tensor(3, 4), { transposeA: true, transposeB: true }),
    'matmul: got [3, 4]ᵀ · [3, 4]ᵀ, wanted [M, K] · [K, N], or the same with one batch axis',
  ],
  [
    () => op.matmul(tensor(2, 3, 4), tensor(4, 5)),
    'matmul: got [2, 3, 4] · [4, 5], wanted [M, K] · [K, N], or the same with one batch axis',
  ],
  [() => op.gram(tensor(4, 5)), 'gram: got [4, 5], wanted features [N, H, W, C]'],
  [() => op.instanceNorm(tensor(4, 5)), 'moments: got [4, 5], wanted an image [N, H, W, C]'],
  [
    () => op.conditionalInstanceNorm(image, tensor(2, 3), tensor(2, 4), tensor(1, 2)),
    'conditionalInstanceNorm: got x [1, 4, 5, 3], γ [2, 3], β [2, 4], task [1, 2], wanted γ and β [T, 3], task [1, T]',
  ],
  [
    () => op.add(tensor(2, 3), tensor(2)),
    'add: got shapes [2, 3] and [2], wanted shapes that broadcast (equal or 1, aligned at the end)',
  ],
  [() => op.sum(tensor(2, 3), [2]), 'sum: got axis 2, wanted an axis of a tensor of rank 2'],
  [() => op.reshape(tensor(2, 3), [4, 2]), 'reshape: got [2, 3] to [4, 2], wanted a shape of 6 elements'],
  [() => op.transpose(tensor(2, 3), [0, 0]), 'transpose: got order [0, 0] for [2, 3], wanted each axis 0…1 once'],
  [
    () => op.slice(tensor(2, 3), [0, 1], [2, 3]),
    'slice: got begin [0, 1], size [2, 3], step [1, 1], wanted a part of [2, 3]',
  ],
  [
    () => op.concat([tensor(2, 3), tensor(3, 3)], 1),
    'concat: got [2, 3] and [3, 3] along axis 1, wanted shapes that differ along that axis alone',
  ],
  [() => op.broadcastTo(tensor(2, 3), [2, 4]), 'broadcastTo: got [2, 3], wanted a shape that broadcasts to [2, 4]'],
  [() => op.oneHot(tensor(2, 3), 4), 'oneHot: got an index of rank 2, wanted one of shape [N]'],
  [() => op.dropout(image, 1, 0), 'dropout: got rate 1, wanted a share of at least 0 and below 1'],
  [
    () => op.gradients(op.square(tensor(2)), [tensor(2)]),
    'gradients: got a loss of shape [2], wanted a scalar; take its sum or mean',
  ],
  [
    () => op.gradients(op.sum(tensor(2)), [graph.input('unused', [2])]),
    "gradients: got a target 'unused' that the loss does not depend on, wanted targets on a path to the loss",
  ],
  [() => graph.input('unused', [3]), "input: got a second input named 'unused', wanted a name of its own"],
  [() => new op.ParameterSet('net').get('w'), "parameter set 'net': got the name 'w', wanted one of "],
  [
    () => {
      const p = new op.ParameterSet('net').scope(graph);
      p.parameter('w', [2], op.zeros());
      p.parameter('w', [3], op.zeros());
    },
    "parameter 'net.w': got [3], wanted [2], as first declared",
  ],
  [() => op.add(1, 2), 'op: got numbers only, wanted at least one tensor'],
];

describe('errors name the op, what it got and what it wanted', () => {
  it.each(CASES.map(([call, message]) => [message, call] as const))('%s', (message, call) => {
    const error = thrownBy(call);
    expect(error).toBeInstanceOf(op.ShapeError);
    expect(error).toHaveProperty('message', message);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
