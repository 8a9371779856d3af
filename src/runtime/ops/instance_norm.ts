/**
 * Instance norm (Ulyanov et al. 2016) and conditional instance norm (Dumoulin et al. 2017):
 * z = γ (x − μ) / √(σ² + ε) + β with μ, σ² over H and W of each sample and channel, population variance.
 * Made of ops, so it can be differentiated any number of times; the compiler fuses it to one reduction and one pass.
 */
import type { Tensor } from '../graph';
import { ShapeError, showShape } from '../shape';
import { broadcastTo, reshape, sum } from './broadcast';
import { add, mul, rsqrt, square, sub } from './pointwise';
import { slice } from './rearrange';

export interface NormOptions {
  /** Added to the variance, inside the root. */
  eps?: number;
}

/** μ and σ² of each sample and channel, [N, 1, 1, C], in one pass over x. */
export function moments(x: Tensor): { mean: Tensor; variance: Tensor } {
  if (x.rank !== 4) throw new ShapeError('moments', showShape(x.shape), 'an image [N, H, W, C]');
  const [n, h, w, c] = x.shape;
  const count = h * w;
  // Sums about each channel's first pixel: free of the cancellation that Σx² − (Σx)²/n suffers far from 0.
  const shift = slice(x, [0, 0, 0, 0], [n, 1, 1, c]);
  const centred = sub(x, shift);
  const over = { keepDims: true };
  const s1 = mul(sum(centred, [1, 2], over), 1 / count);
  const s2 = mul(sum(square(centred), [1, 2], over), 1 / count);
  const mean = define(add(shift, s1), [x], (d) => [broadcastTo(mul(d, 1 / count), x.shape)]);
  const variance = define(sub(s2, square(s1)), [x], (d) => [mul(mul(d, 2 / count), sub(x, mean))]);
  return { mean, variance };
}

/**
 * What the moments of an image are put together from when it is seen piece by piece: sums over the pixels inside,
 * Σ(x − shift) and Σ(x − shift)² about one pixel of the piece, each [N, 1, 1, C]. No gradient.
 * @param rows [1, H, 1, 1] and columns [1, 1, W, 1]: 1 inside, 0 outside
 */
export function partialMoments(
  x: Tensor,
  rows: Tensor,
  columns: Tensor,
): { shift: Tensor; sums: Tensor; squares: Tensor } {
  if (x.rank !== 4) throw new ShapeError('partialMoments', showShape(x.shape), 'an image [N, H, W, C]');
  const [n, h, w, c] = x.shape;
  const shift = slice(x, [0, h >> 1, w >> 1, 0], [n, 1, 1, c]);
  const centred = mul(sub(x, shift), mul(rows, columns));
  const over = { keepDims: true };
  return { shift, sums: sum(centred, [1, 2], over), squares: sum(square(centred), [1, 2], over) };
}

/** The value of one expression with the gradient rule of another: `value` is computed, `inputs` are differentiated. */
function define(value: Tensor, inputs: readonly Tensor[], gradient: (d: Tensor) => Tensor[]): Tensor {
  return value.graph.add({ kind: 'define', gradient }, [value, ...inputs], value.shape, 'define');
}

/**
 * (x − μ) / √(σ² + ε), then γ and β, each [C] or [N, 1, 1, C], where given. With z = (x − μ) r, r = 1 / √(σ² + ε):
 *   dx = γ r (d − Σd / HW − z Σ(d z) / HW),  dγ = Σ(d z),  dβ = Σd
 * so that one pass over d and x gives both sums, and those of γ and β come of them.
 */
export function instanceNorm(
  x: Tensor,
  { eps = 1e-5, gamma, beta }: NormOptions & { gamma?: Tensor; beta?: Tensor } = {},
): Tensor {
  const affine = (normal: Tensor, scale?: Tensor, shift?: Tensor): Tensor => {
    const scaled = scale ? mul(normal, scale) : normal;
    return shift ? add(scaled, shift) : scaled;
  };
  const whole = x.graph.statistics?.(x);
  if (whole) return affine(mul(sub(whole.x, whole.mean), rsqrt(add(whole.variance, eps))), gamma, beta);

  const { mean, variance } = moments(x);
  const [n, h, w, c] = x.shape;
  const over = (d: Tensor): Tensor => sum(d, [1, 2], { keepDims: true });
  // Divided after they are broadcast: a constant in the kernel that reads them, not a kernel of its own.
  const average = (sums: Tensor): Tensor => mul(broadcastTo(sums, x.shape), 1 / (h * w));
  const root = rsqrt(add(variance, eps));
  const inverse: Tensor = define(root, [x], (d) => [mul(mul(d, mul(square(inverse), -1 / (h * w))), normal)]);
  const backward = (d: Tensor): Tensor =>
    mul(sub(sub(d, average(over(d))), mul(normal, average(over(mul(d, normal))))), inverse);
  const normal: Tensor = define(mul(sub(x, mean), root), [x], (d) => [backward(d)]);
  if (!gamma && !beta) return normal;
  const wide = (t: Tensor | undefined): Tensor | undefined => t && broadcastTo(t, [n, 1, 1, c]);
  const [scale, shift] = [wide(gamma), wide(beta)];
  return define(affine(normal, scale, shift), [x, ...(scale ? [scale] : []), ...(shift ? [shift] : [])], (d) => [
    scale ? mul(backward(d), scale) : backward(d),
    ...(scale ? [over(mul(d, normal))] : []),
    ...(shift ? [over(d)] : []),
  ]);
}

/**
 * Instance norm with γ and β mixed from per-task rows.
 * @param gamma [T, C]
 * @param beta [T, C]
 * @param task [N, T]: one-hot for one task per sample, or any mixture
 */
export function conditionalInstanceNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  task: Tensor,
  { eps = 1e-5 }: NormOptions = {},
): Tensor {
  const [n, , , c] = x.shape;
  const t = gamma.shape[0];
  const fits =
    gamma.rank === 2 && gamma.shape[1] === c && beta.rank === 2 && beta.shape[0] === t && beta.shape[1] === c;
  if (!fits || task.rank !== 2 || task.shape[0] !== n || task.shape[1] !== t) {
    throw new ShapeError(
      'conditionalInstanceNorm',
      `x ${showShape(x.shape)}, γ ${showShape(gamma.shape)}, β ${showShape(beta.shape)}, task ${showShape(task.shape)}`,
      `γ and β [T, ${c}], task [${n}, T]`,
    );
  }
  const weight = reshape(task, [n, t, 1]);
  const mixed = (rows: Tensor): Tensor => reshape(sum(mul(weight, reshape(rows, [1, t, c])), [1]), [n, 1, 1, c]);
  return instanceNorm(x, { eps, gamma: mixed(gamma), beta: mixed(beta) });
}
