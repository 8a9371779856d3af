/*
 * z[n,h,w,c] = γ · (x − μ) / √(v + eps) + β, with μ and v (population variance) of x[n,·,·,c].
 * Conditional: γ and β are rows of a [T, C] table mixed by task[n, ·], a one-hot row or any mixture.
 */
import { type Nd, nd } from './array';
import { matmul } from './matmul';

export function instanceNorm(x: Nd, { eps = 1e-5, gamma, beta }: { eps?: number; gamma?: Nd; beta?: Nd } = {}): Nd {
  const [N, H, W, C] = x.shape;
  const z = nd(x.shape);
  for (let n = 0; n < N; n++)
    for (let c = 0; c < C; c++) {
      const at = (i: number) => (n * H * W + i) * C + c;
      let mean = 0;
      for (let i = 0; i < H * W; i++) mean += x.data[at(i)] / (H * W);
      let variance = 0;
      for (let i = 0; i < H * W; i++) variance += (x.data[at(i)] - mean) ** 2 / (H * W);
      // γ and β of shape [C], or [N, C] when each sample has its own.
      const row = (table: Nd) => table.data[(table.shape.length === 2 ? n * C : 0) + c];
      for (let i = 0; i < H * W; i++)
        z.data[at(i)] =
          (gamma ? row(gamma) : 1) * ((x.data[at(i)] - mean) / Math.sqrt(variance + eps)) + (beta ? row(beta) : 0);
    }
  return z;
}

export function conditionalInstanceNorm(x: Nd, gamma: Nd, beta: Nd, task: Nd, { eps = 1e-5 } = {}): Nd {
  return instanceNorm(x, { eps, gamma: matmul(task, gamma), beta: matmul(task, beta) });
}
