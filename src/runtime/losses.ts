/** Losses, each a scalar: a mean over all elements unless it says otherwise. */
import { gradients } from './gradients';
import type { Operandish, Tensor } from './graph';
import { abs, add, exp, gram, mean, mul, reshape, softplus, sqrt, square, sub, sum } from './ops';

/** −[t log σ(x) + (1 − t) log(1 − σ(x))] = softplus(x) − t·x, without overflow. */
export const bceWithLogits = (logits: Tensor, target: Operandish): Tensor =>
  mean(sub(softplus(logits), mul(logits, target)));

/** The critic's Wasserstein loss E[D(fake)] − E[D(real)] (Arjovsky et al. 2017); lower is a better critic. */
export const wassersteinCritic = (real: Tensor, fake: Tensor): Tensor => sub(mean(fake), mean(real));

/** The generator's −E[D(fake)]. */
export const wassersteinGenerator = (fake: Tensor): Tensor => mul(mean(fake), -1);

/** (x − t)² (Mao et al. 2017). */
export const leastSquares = (output: Tensor, target: Operandish): Tensor => mean(square(sub(output, target)));

export const l1 = (a: Tensor, b: Operandish): Tensor => mean(abs(sub(a, b)));
export const mse = (a: Tensor, b: Operandish): Tensor => mean(square(sub(a, b)));

/** Negative log likelihood of a Laplace distribution with location μ and log scale s: |y − μ| e⁻ˢ + s (+ log 2) (CARE). */
export const laplace = (mu: Tensor, logScale: Tensor, target: Tensor): Tensor =>
  add(mean(add(mul(abs(sub(target, mu)), exp(mul(logScale, -1))), logScale)), Math.log(2));

/** Σ over layers of ‖φ(x) − φ(x̂)‖² / U, U the element count of the layer (method: squared, per element). */
export function contentLoss(features: readonly Tensor[], target: readonly Tensor[]): Tensor {
  return features.map((f, i) => mse(f, target[i])).reduce((a, b) => add(a, b));
}

/** Σ over layers of ‖G(φ(x)) − G(φ(x̂))‖²_F / U, G the Gram matrix over H · W, U its element count. */
export function styleLoss(features: readonly Tensor[], target: readonly Tensor[]): Tensor {
  return features.map((f, i) => mse(gram(f), gram(target[i]))).reduce((a, b) => add(a, b));
}

/**
 * E[(‖∇D(x̂)‖₂ − 1)²] at x̂ = mix · real + (1 − mix) · fake (Gulrajani et al. 2017).
 * @param critic scores of images, any shape with N first
 * @param mix [N, 1, 1, 1] in [0, 1)
 */
export function gradientPenalty(critic: (x: Tensor) => Tensor, real: Tensor, fake: Tensor, mix: Tensor): Tensor {
  const between = add(mul(mix, real), mul(sub(1, mix), fake));
  const [slope] = gradients(sum(critic(between)), [between]);
  const n = slope.shape[0];
  // The 1e-12 keeps the root's own derivative finite where a sample's gradient vanishes.
  const norm = sqrt(add(sum(square(reshape(slope, [n, -1])), [1]), 1e-12));
  return mean(square(sub(norm, 1)));
}
