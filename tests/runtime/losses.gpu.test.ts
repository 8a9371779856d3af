import * as runtime from '../../src/runtime';
import { type Nd, nd } from '../reference/array';
import * as reference from '../reference/losses';
import { tanh } from '../reference/pointwise';
import { mean, sum } from '../reference/reduce';
import { anywhere, awayFromZero, positive, type Sampler } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

const probability =
  (...shape: number[]): Sampler =>
  (seed) => {
    const { data } = positive(...shape)(seed);
    return nd(
      shape,
      data.map((value) => Math.fround(value / 2)),
    );
  };

/** A target far below every prediction, so that no difference meets the kink of |·|. */
const below =
  (...shape: number[]): Sampler =>
  (seed) => {
    const { data } = positive(...shape)(seed);
    return nd(
      shape,
      data.map((value) => Math.fround(-2 - value)),
    );
  };

/** D(x) = Σ tanh(x ∘ w): a critic whose slope, w (1 − tanh²(x ∘ w)), can be written down. */
const slopeOf =
  (w: Nd) =>
  (x: Nd): Nd =>
    nd(
      x.shape,
      x.data.map((value, i) => {
        const weight = w.data[i % w.data.length];
        return weight * (1 - Math.tanh(value * weight) ** 2);
      }),
    );

function penalty(name: string, [N, H, W, C]: [number, number, number, number]): OpCase {
  return {
    name: `gradient penalty, ${name}`,
    inputs: { real: anywhere(N, H, W, C), fake: anywhere(N, H, W, C), w: awayFromZero(H, W, C) },
    constants: { mix: probability(N, 1, 1, 1) },
    build: ({ real, fake, mix, w }) =>
      runtime.gradientPenalty((x) => runtime.sum(runtime.tanh(runtime.mul(x, w)), [1, 2, 3]), real, fake, mix),
    reference: ({ real, fake, mix, w }) => reference.gradientPenalty(slopeOf(w), real, fake, mix),
  };
}

checkOps('losses', [
  {
    name: 'cross-entropy with logits',
    inputs: { logits: anywhere(2, 3, 4, 1), target: probability(2, 3, 4, 1) },
    build: ({ logits, target }) => runtime.bceWithLogits(logits, target),
    reference: ({ logits, target }) => reference.bceWithLogits(logits, target),
  },
  {
    name: 'cross-entropy with logits, target 1 as a number',
    inputs: { logits: anywhere(2, 5) },
    build: ({ logits }) => runtime.bceWithLogits(logits, 1),
    reference: ({ logits }) => reference.bceWithLogits(logits, nd([], [1])),
  },
  {
    name: 'cross-entropy with logits of ±100',
    inputs: { logits: () => nd([4], [-100, 100, -50.5, 50.5]) },
    build: ({ logits }) => runtime.bceWithLogits(logits, 0),
    reference: ({ logits }) => reference.bceWithLogits(logits, nd([], [0])),
  },
  {
    name: 'Wasserstein, critic',
    inputs: { real: anywhere(3, 1), fake: anywhere(3, 1) },
    build: ({ real, fake }) => runtime.wassersteinCritic(real, fake),
    reference: ({ real, fake }) => nd([], [mean(fake).data[0] - mean(real).data[0]]),
  },
  {
    name: 'Wasserstein, generator',
    inputs: { fake: anywhere(3, 1) },
    build: ({ fake }) => runtime.wassersteinGenerator(fake),
    reference: ({ fake }) => nd([], [-mean(fake).data[0]]),
  },
  {
    name: 'least squares',
    inputs: { output: anywhere(2, 3, 2, 1) },
    build: ({ output }) => runtime.leastSquares(output, 1),
    reference: ({ output }) => reference.leastSquares(output, nd([], [1])),
  },
  {
    name: 'L1',
    inputs: { a: anywhere(2, 3, 2, 3), b: below(2, 3, 2, 3) },
    build: ({ a, b }) => runtime.l1(a, b),
    reference: ({ a, b }) => reference.l1(a, b),
  },
  {
    name: 'MSE',
    inputs: { a: anywhere(2, 3, 2, 3), b: anywhere(2, 3, 2, 3) },
    build: ({ a, b }) => runtime.mse(a, b),
    reference: ({ a, b }) => reference.mse(a, b),
  },
  {
    name: 'Laplace likelihood',
    inputs: { mu: anywhere(2, 3, 2, 1), logScale: anywhere(2, 3, 2, 1), target: below(2, 3, 2, 1) },
    build: ({ mu, logScale, target }) => runtime.laplace(mu, logScale, target),
    reference: ({ mu, logScale, target }) => reference.laplace(mu, logScale, target),
  },
  {
    name: 'content over two layers',
    inputs: { a0: anywhere(2, 4, 3, 3), a1: anywhere(2, 2, 2, 4), b0: anywhere(2, 4, 3, 3), b1: anywhere(2, 2, 2, 4) },
    build: ({ a0, a1, b0, b1 }) => runtime.contentLoss([a0, a1], [b0, b1]),
    reference: ({ a0, a1, b0, b1 }) => reference.content([a0, a1], [b0, b1]),
  },
  {
    name: 'style over two layers',
    inputs: { a0: anywhere(2, 4, 3, 3), a1: anywhere(2, 2, 2, 4), b0: anywhere(2, 4, 3, 3), b1: anywhere(2, 2, 2, 4) },
    build: ({ a0, a1, b0, b1 }) => runtime.styleLoss([a0, a1], [b0, b1]),
    reference: ({ a0, a1, b0, b1 }) => reference.style([a0, a1], [b0, b1]),
  },
  penalty('batch 2', [2, 3, 4, 2]),
  penalty('batch 1, channels 4', [1, 2, 2, 4]),
  {
    name: 'the critic of these checks, on its own',
    inputs: { x: anywhere(2, 3, 2, 1), w: awayFromZero(3, 2, 1) },
    build: ({ x, w }) => runtime.sum(runtime.tanh(runtime.mul(x, w)), [1, 2, 3]),
    reference: ({ x, w }) => {
      const product = nd(
        x.shape,
        x.data.map((value, i) => value * w.data[i % w.data.length]),
      );
      return sum(tanh(product), [1, 2, 3]);
    },
  },
]);
