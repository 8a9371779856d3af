/** How much of a set of images lies at which frequency. */
import { type ComplexField, fourier } from '../fourier';
import type { Plane } from '../image';

/**
 * Values at the frequencies i/side along x and j/side along y, i and j from 0 to side/2, in cycles a pixel. What is
 * measured of a set of images is taken to be the same to the left as to the right, and upwards as downwards.
 */
export interface Spectrum {
  /** A power of two. */
  side: number;
  /** (side/2 + 1)² of them, row by row. */
  values: Float64Array;
}

export const spectrum = (side: number, value: (x: number, y: number, at: number) => number): Spectrum => {
  const n = side / 2 + 1;
  return { side, values: Float64Array.from({ length: n * n }, (_, at) => value(at % n, Math.floor(at / n), at)) };
};

/**
 * Power per sample, |F|²/side², of square tiles about their means, averaged over all tiles, both mirror images of each axis
 * and, geometrically, neighbouring frequencies. Tiles fade out towards their edges (Hann), at unit mean square. White
 * noise of variance v has v everywhere.
 *
 * @param tiles at least one, all of one side, a power of two
 */
export function meanPower(tiles: readonly Plane[]): Spectrum {
  const side = tiles[0].width;
  const window = hann(side);
  const sum = new Float64Array(side * side);
  for (const tile of tiles) {
    const field = fieldOf(tile);
    const mean = weightedMean(field, window);
    field.re.forEach((value, i) => {
      field.re[i] = (value - mean) * window[i % side] * window[Math.floor(i / side)];
    });
    fourier(field, 'forward');
    field.re.forEach((re, i) => {
      sum[i] += (re * re + field.im[i] * field.im[i]) / (side * side);
    });
  }
  const at = (x: number, y: number) => sum[(y % side) * side + (x % side)];
  const power = spectrum(
    side,
    (x, y) => (at(x, y) + at(side - x, y) + at(x, side - y) + at(side - x, side - y)) / (4 * tiles.length),
  );
  const n = side / 2 + 1;
  power.values[0] = (power.values[1] + power.values[n]) / 2; // the means are gone
  return smoothed(power);
}

/** An image's samples as real parts. */
export const fieldOf = ({ width, height, data }: Plane): ComplexField => ({
  width,
  height,
  re: Float64Array.from(data),
  im: new Float64Array(data.length),
});

/** The value at any frequency, |fx| and |fy| at most half a cycle a pixel, between its four neighbours. */
export function valueAt({ side, values }: Spectrum, fx: number, fy: number): number {
  const n = side / 2 + 1;
  const [x, y] = [Math.abs(fx) * side, Math.abs(fy) * side];
  const [left, top] = [Math.min(Math.floor(x), n - 2), Math.min(Math.floor(y), n - 2)];
  const [right, down] = [x - left, y - top];
  const at = top * n + left;
  const upper = values[at] * (1 - right) + values[at + 1] * right;
  const lower = values[at + n] * (1 - right) + values[at + n + 1] * right;
  return upper * (1 - down) + lower * down;
}

/** Of unit mean square. */
function hann(side: number): Float64Array {
  const window = Float64Array.from({ length: side }, (_, i) => Math.sin((Math.PI * (i + 1)) / (side + 1)) ** 2);
  const scale = Math.sqrt(window.reduce((sum, w) => sum + w * w, 0) / side);
  return window.map((w) => w / scale);
}

function weightedMean({ width, re }: ComplexField, window: Float64Array): number {
  let [sum, weights] = [0, 0];
  for (let i = 0; i < re.length; i++) {
    const weight = window[i % width] * window[Math.floor(i / width)];
    sum += weight * re[i];
    weights += weight;
  }
  return sum / weights;
}

/** Geometric mean over 3 × 3 frequencies, the middle one 4 of 16. */
function smoothed({ side, values }: Spectrum): Spectrum {
  const n = side / 2 + 1;
  const logs = values.map((value) => Math.log(value + Number.MIN_VALUE));
  const mirrored = (i: number) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i);
  return spectrum(side, (x, y) => {
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++)
        sum += (2 - Math.abs(dx)) * (2 - Math.abs(dy)) * logs[mirrored(y + dy) * n + mirrored(x + dx)];
    return Math.exp(sum / 16);
  });
}
