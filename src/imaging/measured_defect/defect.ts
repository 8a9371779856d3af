/** What is measured of a defect, and what painting it takes. */
import type { Optics } from './blur_and_haze';
import type { Clipping } from './clipping';
import type { Spectrum } from './power_spectrum';
import type { Sampling } from './sampling';

export interface MeasuredDefect extends Optics {
  noisePower: Spectrum;
  /** Noise of each image as a share of that power, where there is no blur. */
  noiseLevels?: readonly number[];
  /** Share of the haze that is background, not light from what is seen: anything from the first to the second. */
  background: readonly [least: number, most: number];
  /** Variance of noise at brightness b, as a share of the usual one: slope · b + rest. */
  variance: { slope: number; rest: number };
  /** Of the defective images, after blur and noise. */
  sampling: Sampling;
  /** Of the samples, at last. */
  clipping: Clipping;
}
