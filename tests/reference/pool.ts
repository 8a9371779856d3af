/* Windows of size × size every `stride`, valid only: OH = floor((H − size) / stride) + 1; what is left over is dropped. */
import { type Nd, nd } from './array';

export interface PoolOptions {
  size?: number;
  stride?: number;
}

function pool(x: Nd, { size = 2, stride = size }: PoolOptions, reduce: (window: number[]) => number): Nd {
  const [N, H, W, C] = x.shape;
  const OH = Math.floor((H - size) / stride) + 1;
  const OW = Math.floor((W - size) / stride) + 1;
  const y = nd([N, OH, OW, C]);
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let c = 0; c < C; c++) {
          const window: number[] = [];
          for (let kh = 0; kh < size; kh++)
            for (let kw = 0; kw < size; kw++)
              window.push(x.data[((n * H + oh * stride + kh) * W + ow * stride + kw) * C + c]);
          y.data[((n * OH + oh) * OW + ow) * C + c] = reduce(window);
        }
  return y;
}

export function maxPool(x: Nd, options: PoolOptions = {}): Nd {
  return pool(x, options, (window) => Math.max(...window));
}

export function averagePool(x: Nd, options: PoolOptions = {}): Nd {
  return pool(x, options, (window) => window.reduce((a, b) => a + b, 0) / window.length);
}
