/*
 * Derivatives of a float64 function by fourth-order central differences. With h = 1e-3 and inputs of order one the
 * truncation is about h⁴ and the rounding about 1e-16 / h per differentiation: 1e-12 for the first derivative and 1e-9
 * for the second, both far below what float32 can show.
 */
const H = 1e-3;
const STENCIL: [offset: number, weight: number][] = [
  [-2, 1 / 12],
  [-1, -8 / 12],
  [1, 8 / 12],
  [2, -1 / 12],
];

/** d f(t) / dt at 0 */
export function derivative(f: (t: number) => number): number {
  let total = 0;
  for (const [offset, weight] of STENCIL) total += (weight * f(offset * H)) / H;
  return total;
}

/** d² f(s, t) / ds dt at (0, 0) */
export function mixedDerivative(f: (s: number, t: number) => number): number {
  return derivative((s) => derivative((t) => f(s, t)));
}
