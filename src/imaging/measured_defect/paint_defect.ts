/** A clean image with a measured defect: blurred, with haze and with noise drawn anew. */
import { bordered } from '../filters';
import { type ComplexField, fourier, powerOfTwo } from '../fourier';
import type { Plane } from '../image';
import type { Random } from '../random';
import type { MeasuredDefect } from './measured_defect';
import { valueAt } from './power_spectrum';
import { shaded } from './shading';

/** Pixels by which an image is continued in mirror image on each side, at least, before it is blurred. */
const MARGIN = 32;

/** Noise is nowhere less than this of its variance at mean brightness. */
const LEAST_VARIANCE = 0.05;

export interface PaintSettings {
  /** Share of the haze that has nothing to do with the image; drawn where it is left out. */
  unrelated?: number;
  /** Where the image lies in the field that has the shading. Left out: it is that field, or has none of it. */
  at?: { x: number; y: number };
}

/**
 * @param clean at the scale of those the defect was measured from
 * @returns the same extent, at the scale of the defective images
 */
export function paintDefect(
  clean: Plane,
  defect: MeasuredDefect,
  random: Random,
  { unrelated = random.uniform(), at }: PaintSettings = {},
): Plane {
  const { width, height } = clean;
  const { field, left, top } = besideNoise(clean, defect.mean.clean, random);
  fourier(field, 'forward');
  throughOptics(field, defect, unrelated);
  fourier(field, 'inverse');

  const light = new Float32Array(width * height);
  const noise = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + top) * field.width + left;
    for (let x = 0; x < width; x++) {
      light[y * width + x] = field.re[start + x] + defect.mean.defective;
      noise[y * width + x] = field.im[start + x];
    }
  }
  const spread = spreadAt(defect);
  const painted = { width, height, data: light.map((value, i) => value + spread(value) * noise[i]) };
  const { shading } = defect;
  const isField = shading?.x.length === width && shading.y.length === height;
  return shading && (at || isField) ? shaded(painted, shading, at) : painted;
}

/** The image about its mean as real parts, white noise of variance 1 as imaginary ones, both mirrored outwards. */
function besideNoise(
  { width, height, data }: Plane,
  mean: number,
  random: Random,
): { field: ComplexField; left: number; top: number } {
  const [wide, tall] = [powerOfTwo(width + 2 * MARGIN), powerOfTwo(height + 2 * MARGIN)];
  const [left, top] = [(wide - width) >> 1, (tall - height) >> 1];
  const noise = data.map(() => random.normal());
  const [re, im] = [new Float64Array(wide * tall), new Float64Array(wide * tall)];
  for (let y = 0; y < tall; y++) {
    const row = bordered(y - top, height, 'reflect') * width;
    for (let x = 0; x < wide; x++) {
      const from = row + bordered(x - left, width, 'reflect');
      re[y * wide + x] = data[from] - mean;
      im[y * wide + x] = noise[from];
    }
  }
  return { field: { width: wide, height: tall, re, im }, left, top };
}

/**
 * With C and N the transforms of the two parts: C K + N √P_h becomes the real part, N √P_η the imaginary one. Slow waves
 * of noise, which haze is made of as well, are too faint beside it to matter.
 */
function throughOptics({ width, height, re, im }: ComplexField, defect: MeasuredDefect, unrelated: number): void {
  const { gain, hazeGain, hazePower, noisePower } = defect;
  const frequency = (i: number, n: number) => Math.min(i, n - i) / n;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const other = ((height - y) % height) * width + ((width - x) % width);
      if (other < at) continue;
      const [fx, fy] = [frequency(x, width), frequency(y, height)];
      const blur = Math.sqrt(valueAt(gain, fx, fy) + (1 - unrelated) * valueAt(hazeGain, fx, fy));
      const haze = Math.sqrt(unrelated * valueAt(hazePower, fx, fy));
      const noise = Math.sqrt(valueAt(noisePower, fx, fy));
      // Z = C + iN, and a real field's transform at −f is the conjugate of that at f.
      const [cr, ci] = [(re[at] + re[other]) / 2, (im[at] - im[other]) / 2];
      const [nr, ni] = [(im[at] + im[other]) / 2, (re[other] - re[at]) / 2];
      const [lr, li] = [blur * cr + haze * nr, blur * ci + haze * ni];
      re[at] = lr - noise * ni;
      im[at] = li + noise * nr;
      re[other] = lr + noise * ni;
      im[other] = noise * nr - li;
    }
  }
}

/** Standard deviation of noise at a brightness, 1 at the defective images' mean. */
function spreadAt({ variance: { slope, rest }, mean }: MeasuredDefect): (brightness: number) => number {
  const usual = slope * mean.defective + rest;
  if (!(usual > 0)) return () => 1;
  return (brightness) => Math.sqrt(Math.max(LEAST_VARIANCE, (slope * brightness + rest) / usual));
}
