/*
 * y[n,oh,ow,co] = Σ_{kh,kw,ci} x[n, oh·S − top + kh, ow·S − left + kw, ci] · w[kh,kw,ci,co]
 * x outside the image is 0 (zero mode) or mirrored without repeating the edge (reflect mode).
 * 'same' (TensorFlow's): OH = ceil(H / S), total = max((OH − 1)·S + K − H, 0), top = floor(total / 2).
 * The two gradients are the adjoints of that sum, each written as the same loop with another array on the left.
 */
import { type Nd, nd } from './array';

export type Padding = 'same' | 'valid' | number | [top: number, bottom: number, left: number, right: number];

export interface ConvOptions {
  stride?: number;
  padding?: Padding;
  mode?: 'zero' | 'reflect';
}

interface Geometry {
  S: number;
  top: number;
  left: number;
  OH: number;
  OW: number;
  reflect: boolean;
}

function sidePadding(padding: Padding, extent: number, K: number, S: number, axis: 0 | 1): [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding === 'same') {
    const total = Math.max((Math.ceil(extent / S) - 1) * S + K - extent, 0);
    const before = Math.floor(total / 2);
    return [before, total - before];
  }
  if (typeof padding === 'number') return [padding, padding];
  return axis === 0 ? [padding[0], padding[1]] : [padding[2], padding[3]];
}

function geometry(H: number, W: number, KH: number, KW: number, options: ConvOptions): Geometry {
  const { stride: S = 1, padding = 'same', mode = 'zero' } = options;
  const [top, bottom] = sidePadding(padding, H, KH, S, 0);
  const [left, right] = sidePadding(padding, W, KW, S, 1);
  return {
    S,
    top,
    left,
    OH: Math.floor((H + top + bottom - KH) / S) + 1,
    OW: Math.floor((W + left + right - KW) / S) + 1,
    reflect: mode === 'reflect',
  };
}

/** The source coordinate that tap `i` reads in an axis of `extent`, or −1 where it reads zero. */
export function sourceOf(i: number, extent: number, reflect: boolean): number {
  if (i >= 0 && i < extent) return i;
  if (!reflect) return -1;
  return i < 0 ? -i : 2 * (extent - 1) - i;
}

/** Visits every product of the sum with the three positions it touches. */
function eachTap(
  [N, H, W, CI]: number[],
  [KH, KW, , CO]: number[],
  { S, top, left, OH, OW, reflect }: Geometry,
  visit: (xAt: number, wAt: number, yAt: number) => void,
): void {
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let kh = 0; kh < KH; kh++) {
          const h = sourceOf(oh * S - top + kh, H, reflect);
          if (h < 0) continue;
          for (let kw = 0; kw < KW; kw++) {
            const w = sourceOf(ow * S - left + kw, W, reflect);
            if (w < 0) continue;
            for (let ci = 0; ci < CI; ci++)
              for (let co = 0; co < CO; co++)
                visit(
                  ((n * H + h) * W + w) * CI + ci,
                  ((kh * KW + kw) * CI + ci) * CO + co,
                  ((n * OH + oh) * OW + ow) * CO + co,
                );
          }
        }
}

export function conv2d(x: Nd, w: Nd, options: ConvOptions = {}): Nd {
  const g = geometry(x.shape[1], x.shape[2], w.shape[0], w.shape[1], options);
  const y = nd([x.shape[0], g.OH, g.OW, w.shape[3]]);
  eachTap(x.shape, w.shape, g, (xAt, wAt, yAt) => {
    y.data[yAt] += x.data[xAt] * w.data[wAt];
  });
  return y;
}

/** dx for an input of `inputSize`: dx[tap's source] += dy · w. */
export function conv2dInputGradient(dy: Nd, w: Nd, options: ConvOptions & { inputSize: [number, number] }): Nd {
  const [H, W] = options.inputSize;
  const g = geometry(H, W, w.shape[0], w.shape[1], options);
  const dx = nd([dy.shape[0], H, W, w.shape[2]]);
  eachTap(dx.shape, w.shape, g, (xAt, wAt, yAt) => {
    dx.data[xAt] += dy.data[yAt] * w.data[wAt];
  });
  return dx;
}

/** dw for a kernel of size `kernel`: dw[tap] += x[its source] · dy. */
export function conv2dWeightGradient(x: Nd, dy: Nd, options: ConvOptions & { kernel: [number, number] }): Nd {
  const [KH, KW] = options.kernel;
  const g = geometry(x.shape[1], x.shape[2], KH, KW, options);
  const dw = nd([KH, KW, x.shape[3], dy.shape[3]]);
  eachTap(x.shape, dw.shape, g, (xAt, wAt, yAt) => {
    dw.data[wAt] += x.data[xAt] * dy.data[yAt];
  });
  return dw;
}

export interface TransposeOptions {
  stride?: number;
  padding?: number;
  outputPadding?: number;
}

/** y[n, h·S − P + kh, w·S − P + kw, co] += x[n,h,w,ci] · w[kh,kw,co,ci]; OH = (H − 1)·S − 2P + K + outputPadding. */
export function convTranspose2d(x: Nd, w: Nd, options: TransposeOptions = {}): Nd {
  const { stride: S = 1, padding: P = 0, outputPadding = 0 } = options;
  const [N, H, W, CI] = x.shape;
  const [KH, KW, CO] = w.shape;
  const OH = (H - 1) * S - 2 * P + KH + outputPadding;
  const OW = (W - 1) * S - 2 * P + KW + outputPadding;
  const y = nd([N, OH, OW, CO]);
  for (let n = 0; n < N; n++)
    for (let h = 0; h < H; h++)
      for (let v = 0; v < W; v++)
        for (let kh = 0; kh < KH; kh++)
          for (let kw = 0; kw < KW; kw++) {
            const oh = h * S - P + kh;
            const ow = v * S - P + kw;
            if (oh < 0 || oh >= OH || ow < 0 || ow >= OW) continue;
            for (let co = 0; co < CO; co++)
              for (let ci = 0; ci < CI; ci++)
                y.data[((n * OH + oh) * OW + ow) * CO + co] +=
                  x.data[((n * H + h) * W + v) * CI + ci] * w.data[((kh * KW + kw) * CO + co) * CI + ci];
          }
  return y;
}

/** One element of {@link conv2d}, for images too large to convolve here in full. */
export function conv2dAt(x: Nd, w: Nd, options: ConvOptions, [n, oh, ow, co]: number[]): number {
  const [, H, W, CI] = x.shape;
  const [KH, KW, , CO] = w.shape;
  const { S, top, left, reflect } = geometry(H, W, KH, KW, options);
  let y = 0;
  for (let kh = 0; kh < KH; kh++)
    for (let kw = 0; kw < KW; kw++) {
      const h = sourceOf(oh * S - top + kh, H, reflect);
      const v = sourceOf(ow * S - left + kw, W, reflect);
      if (h < 0 || v < 0) continue;
      for (let ci = 0; ci < CI; ci++)
        y += x.data[((n * H + h) * W + v) * CI + ci] * w.data[((kh * KW + kw) * CI + ci) * CO + co];
    }
  return y;
}

/** One element of {@link conv2dInputGradient}: the windows that hold pixel (h, v), each at one tap. */
export function conv2dInputGradientAt(
  dy: Nd,
  w: Nd,
  options: ConvOptions & { inputSize: [number, number] },
  [n, h, v, ci]: number[],
): number {
  const [, OH, OW, CO] = dy.shape;
  const [KH, KW, CI] = w.shape;
  const { S, top, left } = geometry(...options.inputSize, KH, KW, options);
  let dx = 0;
  for (let oh = 0; oh < OH; oh++) {
    const kh = h + top - oh * S;
    if (kh < 0 || kh >= KH) continue;
    for (let ow = 0; ow < OW; ow++) {
      const kw = v + left - ow * S;
      if (kw < 0 || kw >= KW) continue;
      for (let co = 0; co < CO; co++)
        dx += dy.data[((n * OH + oh) * OW + ow) * CO + co] * w.data[((kh * KW + kw) * CI + ci) * CO + co];
    }
  }
  return dx;
}

/** One element of {@link conv2dWeightGradient}: the sum over every pixel. */
export function conv2dWeightGradientAt(
  x: Nd,
  dy: Nd,
  options: ConvOptions & { kernel: [number, number] },
  [kh, kw, ci, co]: number[],
): number {
  const [N, H, W, CI] = x.shape;
  const [, OH, OW, CO] = dy.shape;
  const { S, top, left } = geometry(H, W, ...options.kernel, options);
  let dw = 0;
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++) {
        const h = sourceOf(oh * S - top + kh, H, false);
        const v = sourceOf(ow * S - left + kw, W, false);
        if (h < 0 || v < 0) continue;
        dw += x.data[((n * H + h) * W + v) * CI + ci] * dy.data[((n * OH + oh) * OW + ow) * CO + co];
      }
  return dw;
}
