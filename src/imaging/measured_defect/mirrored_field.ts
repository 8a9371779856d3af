import { bordered } from '../filters';
import { type ComplexField, fourier, powerOfTwo } from '../fourier';
import type { Plane } from '../image';
import { type Spectrum, valueAt } from './power_spectrum';

/** Pixels by which an image is continued in mirror image on each side, at least, before it is blurred. */
const MARGIN = 32;

/** An image in the middle of a field to transform. */
export interface MirroredField {
  field: ComplexField;
  left: number;
  top: number;
}

/** The samples about `mean` as real parts, others (or zeros) as imaginary ones, both mirrored outwards. */
export function mirroredField({ width, height, data }: Plane, mean: number, others?: Float32Array): MirroredField {
  const [wide, tall] = [powerOfTwo(width + 2 * MARGIN), powerOfTwo(height + 2 * MARGIN)];
  const [left, top] = [(wide - width) >> 1, (tall - height) >> 1];
  const [re, im] = [new Float64Array(wide * tall), new Float64Array(wide * tall)];
  for (let y = 0; y < tall; y++) {
    const row = bordered(y - top, height, 'reflect') * width;
    for (let x = 0; x < wide; x++) {
      const from = row + bordered(x - left, width, 'reflect');
      re[y * wide + x] = data[from] - mean;
      im[y * wide + x] = others?.[from] ?? 0;
    }
  }
  return { field: { width: wide, height: tall, re, im }, left, top };
}

/** The frequency of sample `i` of `n`, from 0 to half a cycle a pixel. */
export const frequencyOf = (i: number, n: number): number => Math.min(i, n - i) / n;

/** The image through a blur that turns no wave. @param gain of each frequency's power */
export function blurred(plane: Plane, gain: Spectrum): Plane {
  const { field, left, top } = mirroredField(plane, 0);
  const { width: wide, height: tall, re, im } = field;
  fourier(field, 'forward');
  for (let at = 0; at < re.length; at++) {
    const [fx, fy] = [frequencyOf(at % wide, wide), frequencyOf(Math.floor(at / wide), tall)];
    const share = Math.sqrt(valueAt(gain, fx, fy));
    re[at] *= share;
    im[at] *= share;
  }
  fourier(field, 'inverse');
  const { width, height } = plane;
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    data.set(re.subarray((y + top) * wide + left, (y + top) * wide + left + width), y * width);
  return { width, height, data };
}
