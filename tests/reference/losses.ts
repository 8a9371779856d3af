/* Each loss is a mean over elements, so that its size does not depend on the image's; features are lists, one per layer. */
import type { Nd } from './array';
import { scalar } from './array';
import { gram } from './matmul';
import { abs, map, mul, square, sub, zip } from './pointwise';
import { mean } from './reduce';

/** −t log σ(l) − (1 − t) log(1 − σ(l)) */
export function bceWithLogits(logits: Nd, target: Nd): Nd {
  const logSigmoid = (l: number) => Math.min(l, 0) - Math.log1p(Math.exp(-Math.abs(l)));
  return mean(zip(logits, target, (l, t) => -t * logSigmoid(l) - (1 - t) * logSigmoid(-l)));
}

export const l1 = (a: Nd, b: Nd) => mean(abs(sub(a, b)));
export const mse = (a: Nd, b: Nd) => mean(square(sub(a, b)));
export const leastSquares = mse;

/** −log of the Laplace density with location μ and scale σ = eˢ: |y − μ| / σ + log 2σ */
export function laplace(mu: Nd, logScale: Nd, target: Nd): Nd {
  const scale = map(logScale, Math.exp);
  return mean(zip(abs(sub(target, mu)), scale, (distance, sigma) => distance / sigma + Math.log(2 * sigma)));
}

/** Σ_i mean (a_i − b_i)² */
export function content(a: Nd[], b: Nd[]): Nd {
  return scalar(a.reduce((total, features, i) => total + mse(features, b[i]).data[0], 0));
}

/** Σ_i mean (G(a_i) − G(b_i))² */
export function style(a: Nd[], b: Nd[]): Nd {
  return content(a.map(gram), b.map(gram));
}

/** mean_n (‖∇D(x̂_n)‖ − 1)², x̂ = mix · real + (1 − mix) · fake, given ∇D. */
export function gradientPenalty(criticGradient: (x: Nd) => Nd, real: Nd, fake: Nd, mix: Nd): Nd {
  const between = zip(
    mul(mix, real),
    mul(
      zip(mix, mix, (m) => 1 - m),
      fake,
    ),
    (p, q) => p + q,
  );
  const slope = criticGradient(between);
  const N = real.shape[0];
  const perSample = slope.data.length / N;
  let total = 0;
  for (let n = 0; n < N; n++) {
    let squared = 0;
    for (let i = 0; i < perSample; i++) squared += slope.data[n * perSample + i] ** 2;
    total += (Math.sqrt(squared) - 1) ** 2 / N;
  }
  return scalar(total);
}
