import { type Nd, nd } from './array';

export interface MatmulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
}

/** y[b,m,n] = Σ_k a[b,m,k] · b[b,k,n]; rank 2, or rank 3 with a batch. */
export function matmul(a: Nd, b: Nd, { transposeA = false, transposeB = false }: MatmulOptions = {}): Nd {
  const batch = a.shape.length === 3 ? a.shape[0] : 1;
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const [M, K] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const N = transposeB ? rowsB : columnsB;
  const y = nd(a.shape.length === 3 ? [batch, M, N] : [M, N]);
  for (let i = 0; i < batch; i++)
    for (let m = 0; m < M; m++)
      for (let n = 0; n < N; n++)
        for (let k = 0; k < K; k++) {
          const left = a.data[i * rowsA * columnsA + (transposeA ? k * columnsA + m : m * columnsA + k)];
          const right = b.data[i * rowsB * columnsB + (transposeB ? n * columnsB + k : k * columnsB + n)];
          y.data[(i * M + m) * N + n] += left * right;
        }
  return y;
}

/** G[n,c,d] = Σ_{h,w} x[n,h,w,c] · x[n,h,w,d] / (H·W) */
export function gram(x: Nd): Nd {
  const [N, H, W, C] = x.shape;
  const y = nd([N, C, C]);
  for (let n = 0; n < N; n++)
    for (let at = 0; at < H * W; at++)
      for (let c = 0; c < C; c++)
        for (let d = 0; d < C; d++)
          y.data[(n * C + c) * C + d] +=
            (x.data[(n * H * W + at) * C + c] * x.data[(n * H * W + at) * C + d]) / (H * W);
  return y;
}
