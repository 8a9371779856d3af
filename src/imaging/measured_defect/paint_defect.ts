/** A clean image with a measured defect: blurred, with haze and with noise drawn anew, in as few samples. */
import { mapPlane } from '../filters';
import { type ComplexField, fourier } from '../fourier';
import type { Plane } from '../image';
import type { Random } from '../random';
import { clipped } from './clipping';
import type { MeasuredDefect } from './defect';

import { frequencyOf, mirroredField } from './mirrored_field';
import { valueAt } from './power_spectrum';
import { interpolated, takeSamples } from './sampling';
import { coversField, shaded } from './shading';

/** Noise is nowhere less than this of its usual variance. */
const LEAST_VARIANCE = 0.05;
/** The formula for skewed noise holds up to about this; below the other, noise is as good as normal. */
const MOST_SKEWED = 2;
const LEAST_SKEWED = 1e-3;

export interface PaintSettings {
  /** Share of the haze that is background, not light from the image; left out: drawn from those that were measured. */
  background?: number;
  /** Noise power as a multiple of what the images have; 1 where it is left out. */
  noise?: number;
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
  { background = drawnFrom(defect.background, random), noise: factor = 1, at }: PaintSettings = {},
): Plane {
  const { width, height } = clean;
  const level = factor * noiseLevel(defect, random);
  const white = clean.data.map(() => random.normal());
  const { field, left, top } = mirroredField(clean, defect.mean.clean, white);
  fourier(field, 'forward');
  throughOptics(field, defect, { background, level });
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
  const light =
    shading && (at || coversField(clean, shading))
      ? shaded({ width, height, data }, shading, at)
      : { width, height, data };
  const spread = spreadAt(defect);
  const samples = takeSamples(light, defect.sampling, 'between');
  const grain = takeSamples({ width, height, data: noise }, defect.sampling, 'nearest').data;
  const usual = Math.sqrt(grain.reduce((sum, value) => sum + value * value, 0) / grain.length);
  const noiseAt = (value: number, z: number): number => {
    const sd = usual * spread(value);
    return sd * asShotNoise(z, (usual * usual * Math.max(0, defect.variance.slope)) / sd);
  };
  return interpolated(
    mapPlane(samples, (value, i) =>
      clipped(value + (usual > 0 ? noiseAt(value, grain[i] / usual) : 0), defect.clipping),
    ),
    width,
    height,
  );
}

const drawnFrom = ([least, most]: readonly [number, number], random: Random): number =>
  least + (most - least) * random.uniform();

/** As much as one of the images has. */
const noiseLevel = ({ noiseLevels }: MeasuredDefect, random: Random): number =>
  noiseLevels ? noiseLevels[random.integer(noiseLevels.length)] : 1;

/**
 * With C and N the transforms of the two parts: C K + N √P_h becomes the real part, N √P_η the imaginary one. Slow waves
 * of noise, which haze is made of as well, are too faint beside it to matter.
 */
function throughOptics(
  { width, height, re, im }: ComplexField,
  defect: MeasuredDefect,
  { background, level }: { background: number; level: number },
): void {
  const { gain, hazeGain, hazePower, noisePower } = defect;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const other = ((height - y) % height) * width + ((width - x) % width);
      if (other < at) continue;
      const [fx, fy] = [frequencyOf(x, width), frequencyOf(y, height)];
      const blur = Math.sqrt(valueAt(gain, fx, fy) + (1 - background) * valueAt(hazeGain, fx, fy));
      const haze = Math.sqrt(background * valueAt(hazePower, fx, fy));
      const noise = Math.sqrt(level * valueAt(noisePower, fx, fy));
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

/**
 * A normal number as one of the same mean and variance that follows a gamma distribution of this skewness (Wilson and
 * Hilferty 1931), as a Poisson one, scaled, nearly does: its skewness is the slope of variance over standard deviation.
 */
function asShotNoise(z: number, skewness: number): number {
  const g = Math.min(MOST_SKEWED, skewness);
  return g < LEAST_SKEWED ? z : (2 / g) * (Math.max(0, 1 + (g * z) / 6 - (g * g) / 36) ** 3 - 1);
}

/** Standard deviation of noise at a brightness, as a share of the usual one. */
const spreadAt =
  ({ variance: { slope, rest } }: MeasuredDefect) =>
  (brightness: number): number =>
    Math.sqrt(Math.max(LEAST_VARIANCE, slope * brightness + rest));
