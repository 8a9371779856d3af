/** A convolution's result at a few hundred places, against the definition in float64. */
import type { ConvCheck } from './cases';
import { outputSize } from './cases';

export interface ConvData {
  x?: Float32Array;
  w?: Float32Array;
  dy?: Float32Array;
}

const PLACES = 256;

/**
 * The largest difference at evenly spread places, relative to the largest value among them.
 * @throws Error where it passes 1e-4, or is no number
 */
export function checkConvolution({ direction, shape }: ConvCheck, data: ConvData, result: Float32Array): number {
  const value = definition(direction, shape, data);
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < PLACES; i++) {
    const at = Math.floor(((i + 0.5) * result.length) / PLACES);
    const wanted = value(at);
    worst = Math.max(worst, Math.abs(result[at] - wanted));
    largest = Math.max(largest, Math.abs(wanted));
    if (!Number.isFinite(result[at])) worst = Number.POSITIVE_INFINITY;
  }
  const relative = worst / largest;
  if (!(relative <= 1e-4))
    throw new Error(`bench: ${direction} is wrong by ${relative.toExponential(1)} of its largest value`);
  return relative;
}

/** Σ over the taps and the third axis, by direction: y over (tap, ci), dx over (tap, co), dw over pixels. */
function definition(
  direction: ConvCheck['direction'],
  shape: ConvCheck['shape'],
  data: ConvData,
): (at: number) => number {
  const { n, size, ci, co, k, stride } = shape;
  const out = outputSize(shape);
  const before = Math.floor(Math.max((out - 1) * stride + k - size, 0) / 2);
  const { x = new Float32Array(), w = new Float32Array(), dy = new Float32Array() } = data;
  const pixel = (b: number, oy: number, ky: number, ox: number, kx: number): number => {
    const [iy, ix] = [oy * stride + ky - before, ox * stride + kx - before];
    return iy < 0 || ix < 0 || iy >= size || ix >= size ? -1 : (b * size + iy) * size + ix;
  };
  const taps = Array.from({ length: k * k }, (_, t) => [Math.floor(t / k), t % k]);
  if (direction === 'forward')
    return (at) => {
      const [c, ox, oy, b] = [
        at % co,
        Math.floor(at / co) % out,
        Math.floor(at / co / out) % out,
        Math.floor(at / co / out / out),
      ];
      let total = 0;
      for (const [ky, kx] of taps) {
        const from = pixel(b, oy, ky, ox, kx);
        if (from >= 0) for (let i = 0; i < ci; i++) total += x[from * ci + i] * w[((ky * k + kx) * ci + i) * co + c];
      }
      return total;
    };
  if (direction === 'input gradient')
    return (at) => {
      const [c, ix, iy, b] = [
        at % ci,
        Math.floor(at / ci) % size,
        Math.floor(at / ci / size) % size,
        Math.floor(at / ci / size / size),
      ];
      let total = 0;
      for (const [ky, kx] of taps) {
        const [oy, ox] = [(iy + before - ky) / stride, (ix + before - kx) / stride];
        if (!Number.isInteger(oy) || !Number.isInteger(ox) || oy < 0 || ox < 0 || oy >= out || ox >= out) continue;
        const from = ((b * out + oy) * out + ox) * co;
        for (let o = 0; o < co; o++) total += dy[from + o] * w[((ky * k + kx) * ci + c) * co + o];
      }
      return total;
    };
  return (at) => {
    const [o, c, t] = [at % co, Math.floor(at / co) % ci, Math.floor(at / co / ci)];
    const [ky, kx] = taps[t];
    let total = 0;
    for (let b = 0; b < n; b++)
      for (let oy = 0; oy < out; oy++)
        for (let ox = 0; ox < out; ox++) {
          const from = pixel(b, oy, ky, ox, kx);
          if (from >= 0) total += x[from * ci + c] * dy[((b * out + oy) * out + ox) * co + o];
        }
    return total;
  };
}
