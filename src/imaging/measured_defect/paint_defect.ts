/** A clean image with a measured defect: blurred, with haze and with noise drawn anew, in as few samples. */
import { mapPlane } from '../filters';
import { type ComplexField, fourier } from '../fourier';
import type { Plane } from '../image';
import type { Random } from '../random';
import type { MeasuredDefect } from './measured_defect';
import { frequencyOf, mirroredField } from './mirrored_field';
import { valueAt } from './power_spectrum';
import { interpolated, takeSamples } from './sampling';
import { shaded } from './shading';

/** Noise is nowhere less than this of its usual variance. */
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
  const white = clean.data.map(() => random.normal());
  const { field, left, top } = mirroredField(clean, defect.mean.clean, white);
  fourier(field, 'forward');
  throughOptics(field, defect, unrelated);
  fourier(field, 'inverse');

  const [data, noise] = [new Float32Array(width * height), new Float32Array(width * height)];
  for (let y = 0; y < height; y++) {
    const start = (y + top) * field.width + left;
    for (let x = 0; x < width; x++) {
      data[y * width + x] = field.re[start + x] + defect.mean.defective;
      noise[y * width + x] = field.im[start + x];
    }
  }
  const { shading } = defect;
  const isField = shading?.x.length === width && shading.y.length === height;
  const light = shading && (at || isField) ? shaded({ width, height, data }, shading, at) : { width, height, data };
  const spread = spreadAt(defect);
  const samples = takeSamples(light, defect.sampling, 'between');
  const grain = takeSamples({ width, height, data: noise }, defect.sampling, 'nearest').data;
  return interpolated(
    mapPlane(samples, (value, i) => value + spread(value) * grain[i]),
    width,
    height,
  );
}

/**
 * With C and N the transforms of the two parts: C K + N √P_h becomes the real part, N √P_η the imaginary one. Slow waves
 * of noise, which haze is made of as well, are too faint beside it to matter.
 */
function throughOptics({ width, height, re, im }: ComplexField, defect: MeasuredDefect, unrelated: number): void {
  const { gain, hazeGain, hazePower, noisePower } = defect;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const other = ((height - y) % height) * width + ((width - x) % width);
      if (other < at) continue;
      const [fx, fy] = [frequencyOf(x, width), frequencyOf(y, height)];
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

/** Standard deviation of noise at a brightness, as a share of the usual one. */
const spreadAt =
  ({ variance: { slope, rest } }: MeasuredDefect) =>
  (brightness: number): number =>
    Math.sqrt(Math.max(LEAST_VARIANCE, slope * brightness + rest));
