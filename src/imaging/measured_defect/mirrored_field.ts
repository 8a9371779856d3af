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

/** Transforms of real fields through a filter that turns no wave. @param gain of each frequency's power */
export function filter({ width, height, re, im }: ComplexField, gain: Spectrum): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const share = Math.sqrt(valueAt(gain, frequencyOf(x, width), frequencyOf(y, height)));
      re[y * width + x] *= share;
      im[y * width + x] *= share;
    }
}

/** What lies in the middle of a field: its real parts or its imaginary ones. */
export function middle({ field, left, top }: MirroredField, part: 're' | 'im', width: number, height: number): Plane {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + top) * field.width + left;
    data.set(field[part].subarray(from, from + width), y * width);
  }
  return { width, height, data };
}

/** The image through a blur that turns no wave. @param gain of each frequency's power */
export function blurred(plane: Plane, gain: Spectrum): Plane {
  const mirrored = mirroredField(plane, 0);
  fourier(mirrored.field, 'forward');
  filter(mirrored.field, gain);
  fourier(mirrored.field, 'inverse');
  return middle(mirrored, 're', plane.width, plane.height);
}
