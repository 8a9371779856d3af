import { describe, expect, it } from 'vitest';
import recorded from '../fixtures/definitions.json';
import { type AdamState, adamStep } from './adam';
import { eachIndex, type Nd, nd, sizeOf } from './array';
import * as conv from './conv2d';
import { derivative, mixedDerivative } from './differences';
import { conditionalInstanceNorm, instanceNorm } from './instance_norm';
import { oneHot, pad } from './layout';
import { lcg } from './lcg';
import { bceWithLogits, laplace } from './losses';
import { gram } from './matmul';
import { map, softplus } from './pointwise';
import { averagePool, maxPool } from './pool';
import { resizeBilinear, upsampleNearest } from './resize';

function values(seed: number, ...shape: number[]): Nd {
  const uniform = lcg(seed);
  return nd(
    shape,
    Array.from({ length: sizeOf(shape) }, () => 3 * uniform() - 1.5),
  );
}

describe('the definitions agree with PyTorch in float64 (record_definitions.py)', () => {
  const x = values(1, 2, 7, 6, 3);
  const [w4, w5] = [values(2, 4, 4, 3, 2), values(3, 5, 3, 3, 2)];
  const logits = values(6, 4, 3);
  const target = map(values(7, 4, 3), (v) => v / 3 + 0.5);
  const index = nd([2], [2, 0]);
  const ours: Record<keyof typeof recorded, Nd> = {
    conv4_same_stride2: conv.conv2d(x, w4, { stride: 2 }),
    conv4_padding1_stride2: conv.conv2d(x, w4, { stride: 2, padding: 1 }),
    conv53_valid_stride3: conv.conv2d(x, w5, { stride: 3, padding: 'valid' }),
    conv53_reflect_uneven: conv.conv2d(x, w5, { padding: [2, 1, 0, 2], mode: 'reflect' }),
    transposed: conv.convTranspose2d(values(4, 1, 3, 4, 2), values(5, 3, 3, 5, 2), {
      stride: 2,
      padding: 1,
      outputPadding: 1,
    }),
    bilinear_up: resizeBilinear(x, [10, 9]),
    bilinear_down: resizeBilinear(x, [3, 4]),
    nearest: upsampleNearest(x),
    max_3_2: maxPool(x, { size: 3, stride: 2 }),
    average_2: averagePool(x),
    instance_norm: instanceNorm(x),
    conditional: conditionalInstanceNorm(x, values(8, 4, 3), values(9, 4, 3), oneHot(index, 4)),
    gram: gram(x),
    softplus: softplus(logits),
    bce: bceWithLogits(logits, target),
    laplace: laplace(
      logits,
      map(target, (v) => Math.log(v + 0.5)),
      values(10, 4, 3),
    ),
  };

  it.each(Object.entries(ours))('%s', (name, y) => {
    const wanted = recorded[name as keyof typeof recorded];
    expect(y.shape).toEqual(wanted.shape);
    // Both sum a few dozen float64 products of order one, in another order.
    y.data.forEach((value, i) => {
      expect(Math.abs(value - wanted.data[i])).toBeLessThan(1e-12);
    });
  });
});

describe('the definitions agree among themselves', () => {
  const cases: [string, conv.ConvOptions][] = [
    ['stride 2, same', { stride: 2 }],
    ['stride 3, valid, a remainder', { stride: 3, padding: 'valid' }],
    ['reflected', { padding: 2, mode: 'reflect' }],
  ];
  it.each(cases)('the gradients of conv2d are its adjoints: %s', (_, options) => {
    const x = values(1, 2, 8, 7, 3);
    const w = values(2, 4, 4, 3, 2);
    const y = conv.conv2d(x, w, options);
    const dy = values(3, ...y.shape);
    const dot = (a: Nd, b: Nd) => a.data.reduce((total, value, i) => total + value * b.data[i], 0);
    const wanted = dot(y, dy);
    expect(dot(x, conv.conv2dInputGradient(dy, w, { ...options, inputSize: [8, 7] }))).toBeCloseTo(wanted, 10);
    expect(dot(w, conv.conv2dWeightGradient(x, dy, { ...options, kernel: [4, 4] }))).toBeCloseTo(wanted, 10);
  });

  it.each(cases.slice(0, 2))('one element is an element of the whole: %s', (_, options) => {
    const x = values(1, 2, 8, 7, 3);
    const w = values(2, 4, 4, 3, 2);
    const y = conv.conv2d(x, w, options);
    const dx = conv.conv2dInputGradient(y, w, { ...options, inputSize: [8, 7] });
    const dw = conv.conv2dWeightGradient(x, y, { ...options, kernel: [4, 4] });
    eachIndex(y.shape, (index, at) => {
      expect(conv.conv2dAt(x, w, options, index)).toBeCloseTo(y.data[at], 12);
    });
    eachIndex(dx.shape, (index, at) => {
      expect(conv.conv2dInputGradientAt(y, w, { ...options, inputSize: [8, 7] }, index)).toBeCloseTo(dx.data[at], 12);
    });
    eachIndex(dw.shape, (index, at) => {
      expect(conv.conv2dWeightGradientAt(x, y, { ...options, kernel: [4, 4] }, index)).toBeCloseTo(dw.data[at], 11);
    });
  });

  it('convTranspose2d is the input gradient of the convolution with the same weights', () => {
    const dy = values(1, 1, 3, 4, 2);
    const w = values(2, 3, 3, 5, 2);
    const gradient = conv.conv2dInputGradient(dy, w, { stride: 2, padding: 1, inputSize: [6, 8] });
    expect(conv.convTranspose2d(dy, w, { stride: 2, padding: 1, outputPadding: 1 })).toEqual(gradient);
  });

  it('a reflected convolution is a valid one of the reflected image', () => {
    const x = values(1, 1, 5, 6, 2);
    const w = values(2, 3, 3, 2, 2);
    const mirrored = pad(
      x,
      [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
      'reflect',
    );
    expect(conv.conv2d(x, w, { mode: 'reflect' })).toEqual(conv.conv2d(mirrored, w, { padding: 'valid' }));
  });

  it('the first Adam step moves each weight by the learning rate, against the sign of its gradient', () => {
    const state: AdamState = { value: new Float64Array(2), m: new Float64Array(2), v: new Float64Array(2) };
    adamStep(state, [3, -0.01], 1, { learningRate: 0.1 });
    expect(state.value[0]).toBeCloseTo(-0.1, 6);
    expect(state.value[1]).toBeCloseTo(0.1, 6);
  });

  it('differences give the derivatives of a known function', () => {
    expect(derivative((t) => Math.exp(2 * t))).toBeCloseTo(2, 10);
    expect(mixedDerivative((s, t) => Math.exp(2 * s + 3 * t + s * t))).toBeCloseTo(7, 7);
  });
});
