import { type Nd, nd } from './array';

/** y[n,h,w,c] = x[n, floor(h / factor), floor(w / factor), c] */
export function upsampleNearest(x: Nd, factor = 2): Nd {
  const [N, H, W, C] = x.shape;
  const y = nd([N, H * factor, W * factor, C]);
  for (let n = 0; n < N; n++)
    for (let h = 0; h < H * factor; h++)
      for (let w = 0; w < W * factor; w++)
        for (let c = 0; c < C; c++)
          y.data[((n * H * factor + h) * W * factor + w) * C + c] =
            x.data[((n * H + Math.floor(h / factor)) * W + Math.floor(w / factor)) * C + c];
  return y;
}

/** Half-pixel centres: output o samples the input at (o + ½)·in/out − ½, linearly, coordinates clamped to the edge. */
export function resizeBilinear(x: Nd, [OH, OW]: [number, number]): Nd {
  const [N, H, W, C] = x.shape;
  const y = nd([N, OH, OW, C]);
  const clamp = (i: number, extent: number) => Math.min(Math.max(i, 0), extent - 1);
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++) {
      const h = clamp(((oh + 0.5) * H) / OH - 0.5, H);
      const h0 = Math.floor(h);
      for (let ow = 0; ow < OW; ow++) {
        const w = clamp(((ow + 0.5) * W) / OW - 0.5, W);
        const w0 = Math.floor(w);
        for (let c = 0; c < C; c++) {
          const at = (i: number, j: number) => x.data[((n * H + clamp(i, H)) * W + clamp(j, W)) * C + c];
          const upper = at(h0, w0) * (1 - (w - w0)) + at(h0, w0 + 1) * (w - w0);
          const lower = at(h0 + 1, w0) * (1 - (w - w0)) + at(h0 + 1, w0 + 1) * (w - w0);
          y.data[((n * OH + oh) * OW + ow) * C + c] = upper * (1 - (h - h0)) + lower * (h - h0);
        }
      }
    }
  return y;
}
