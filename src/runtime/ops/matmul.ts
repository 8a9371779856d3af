/** Matrix products, dense layers and Gram matrices. */
import type { Tensor } from '../graph';
import { ShapeError, showShape } from '../shape';
import { reshape } from './broadcast';
import { matmulCandidates } from './matmul_kernels';
import { mul } from './pointwise';

export interface MatmulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
}

/** a · b over the last two axes, rank 2, or rank 3 with a common batch axis in front; either may be transposed first. */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
  const [m, ka] = transposeA ? [a.shape[a.rank - 1], a.shape[a.rank - 2]] : [a.shape[a.rank - 2], a.shape[a.rank - 1]];
  const [kb, n] = transposeB ? [b.shape[b.rank - 1], b.shape[b.rank - 2]] : [b.shape[b.rank - 2], b.shape[b.rank - 1]];
  const fits = a.rank === b.rank && (a.rank === 2 || (a.rank === 3 && a.shape[0] === b.shape[0])) && ka === kb;
  if (!fits) {
    const show = (t: Tensor, transposed: boolean): string => `${showShape(t.shape)}${transposed ? 'ᵀ' : ''}`;
    throw new ShapeError(
      'matmul',
      `${show(a, transposeA)} · ${show(b, transposeB)}`,
      '[M, K] · [K, N], or the same with one batch axis',
    );
  }
  const batch = a.rank === 3 ? a.shape[0] : 1;
  const shape = a.rank === 3 ? [batch, m, n] : [m, n];
  const key = `${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'}`;
  return a.graph.add(
    {
      kind: 'kernel',
      name: 'matmul',
      key,
      candidates: (device) => matmulCandidates({ batch, m, n, k: ka, transposeA, transposeB }, device),
      gradient: (d, need) => [
        need[0]
          ? transposeA
            ? matmul(b, d, { transposeA: transposeB, transposeB: true })
            : matmul(d, b, { transposeB: !transposeB })
          : null,
        need[1]
          ? transposeB
            ? matmul(d, a, { transposeA: true, transposeB: transposeA })
            : matmul(a, d, { transposeA: !transposeA })
          : null,
      ],
    },
    [a, b],
    shape,
    `matmul ${key}`,
  );
}

/** F F ᵀ / (H · W): the channel-by-channel correlations of features [N, H, W, C], [N, C, C] (Gatys et al. 2016). */
export function gram(x: Tensor): Tensor {
  if (x.rank !== 4) throw new ShapeError('gram', showShape(x.shape), 'features [N, H, W, C]');
  const [n, h, w, c] = x.shape;
  const rows = reshape(x, [n, h * w, c]);
  return mul(matmul(rows, rows, { transposeA: true }), 1 / (h * w));
}
