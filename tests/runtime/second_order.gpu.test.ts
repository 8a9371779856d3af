/*
 * A gradient penalty through instance norm, tanh, leaky ReLU, strided convolutions (one with an even kernel) and dense
 * layers, against PyTorch in float64 (tests/reference/record_second_order.py, which says what the critic is).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  add,
  conv2d,
  Engine,
  Graph,
  gradientPenalty,
  gradients,
  instanceNorm,
  leakyRelu,
  matmul,
  mul,
  reshape,
  type Tensor,
  tanh,
  wassersteinCritic,
} from '../../src/runtime';
import recorded from '../fixtures/second_order.json';
import { testGpu } from '../gpu_setup';
import { drawn, drawnWeight } from '../reference/drawn';
import { relativeError, TOLERANCE } from './check_op';

const SHAPES: Record<keyof typeof recorded.gradients, number[]> = {
  'conv1.weight': [4, 4, 2, 3],
  'conv1.gamma': [3],
  'conv1.beta': [3],
  'conv2.weight': [3, 3, 3, 5],
  'conv2.gamma': [5],
  'conv2.beta': [5],
  'dense1.weight': [30, 7],
  'dense1.bias': [7],
  'dense2.weight': [7, 1],
  'dense2.bias': [1],
  real: [2, 10, 8, 2],
  fake: [2, 10, 8, 2],
};

function critic(w: Record<string, Tensor>, x: Tensor): Tensor {
  const normed = (name: string, h: Tensor) => instanceNorm(h, { gamma: w[`${name}.gamma`], beta: w[`${name}.beta`] });
  let h = leakyRelu(normed('conv1', conv2d(x, w['conv1.weight'], { stride: 2, padding: 1 })));
  h = tanh(normed('conv2', conv2d(h, w['conv2.weight'], { stride: 2 })));
  h = leakyRelu(add(matmul(reshape(h, [2, 30]), w['dense1.weight']), w['dense1.bias']));
  return reshape(add(matmul(h, w['dense2.weight']), w['dense2.bias']), [2]);
}

describe('Wasserstein loss with gradient penalty, and its gradient by every weight and image', () => {
  let got: Record<string, ArrayLike<number>>;

  beforeAll(async () => {
    const engine = await Engine.create({ gpu: testGpu() });
    const graph = new Graph();
    const feeds: Record<string, Float32Array> = { mix: drawn(3, [2, 1, 1, 1], 0, 1) };
    const mix = graph.input('mix', [2, 1, 1, 1]);
    const w: Record<string, Tensor> = {};
    for (const [name, shape] of Object.entries(SHAPES)) {
      w[name] = graph.input(name, shape);
      if (name === 'real' || name === 'fake') feeds[name] = drawn(name === 'real' ? 1 : 2, shape, -1, 1);
      else feeds[name] = drawnWeight('second order', name, shape, 1.5);
    }
    const [real, fake] = [critic(w, w.real), critic(w, w.fake)];
    const wasserstein = wassersteinCritic(real, fake);
    const penalty = gradientPenalty((x) => critic(w, x), w.real, w.fake, mix);
    const named = Object.keys(SHAPES).filter((name) => name !== 'dense2.bias');
    const found = gradients(
      add(wasserstein, mul(penalty, 10)),
      named.map((name) => w[name]),
    );
    const outputs = Object.fromEntries(named.map((name, i) => [name, found[i]]));
    const program = await engine.compile(graph, {
      label: 'second order',
      outputs: { real_score: real, fake_score: fake, wasserstein, penalty, ...outputs },
    });
    program.run(feeds, { seed: 1, step: 0 });
    got = await program.read();
  });

  it('scores and losses', () => {
    expect(relativeError(got.real_score, recorded.scores[0])).toBeLessThan(TOLERANCE.value);
    expect(relativeError(got.fake_score, recorded.scores[1])).toBeLessThan(TOLERANCE.value);
    expect(relativeError(got.wasserstein, [recorded.wasserstein])).toBeLessThan(TOLERANCE.value);
    expect(relativeError(got.penalty, [recorded.penalty])).toBeLessThan(TOLERANCE.first);
  });

  // The last bias moves real and fake scores alike: its gradient is 0, and the recording says so.
  const named = Object.entries(recorded.gradients).filter(([name]) => name !== 'dense2.bias');
  it.each(named)('gradient by %s', (name, wanted) => {
    expect(relativeError(got[name], wanted)).toBeLessThan(TOLERANCE.second);
  });
});
