/**
 * Whether defective images are blurred at all. Two small sets differ in what they happen to show, and one then looks
 * blurred beside the other; and beneath noise nothing is seen, blurred or not. So a blur counts only where the images of a
 * set agree on it: by Welch's t of how much power finer waves have beside coarse ones, the logarithm of each image's.
 */
import { FEWEST, meanAndError } from '../mean_and_error';
import { noiseSpectrum, PIXELS } from './noise_power';
import { type Spectrum, spectrum } from './power_spectrum';

/** In cycles a pixel: slower waves say nothing of a blur. */
export const SLOWEST = 1 / 64;
/** Octaves between these, in cycles a pixel; the first one that an image has is the coarse one. */
const EDGES = [SLOWEST, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 0.35];
/** Waves this much faster along one axis than along the other are of that axis. */
const ALONG = 2;
/** What noise leaves of an octave is at least this share of the noise: less is not seen. */
const SEEN = 0.1;
/** Of power: an image without anything on it has a logarithm, too. */
const NOTHING = 1e-30;
/** Standard errors: sets of four that are blurred differ by more, noisy ones by less. */
const SURE = 3.5;
/** Half of an octave's power: what passes more is as good as sharp, and what noise hides of it may be that much. */
const LEAST = Math.LN2;

/** @param defective @param clean the mean power of each image, all of one side; undefined where either are too few */
export function losesDetail(defective: readonly Spectrum[], clean: readonly Spectrum[]): boolean | undefined {
  if (Math.min(defective.length, clean.length) < FEWEST) return undefined;
  const [lossy, whole] = [defective.map(detailOf), clean.map(detailOf)];
  return whole[0].some((_, band) => {
    const [less, more] = [lossy, whole].map((set) => meanAndError(set.map((detail) => detail[band])));
    const lost = more.mean - less.mean;
    return lost > LEAST && lost > SURE * Math.hypot(more.error, less.error);
  });
}

/** Logarithms of the power along x and along y, octave by octave, beside that of the coarsest. */
function detailOf(power: Spectrum): number[] {
  const noise = noiseSpectrum(power, PIXELS);
  const octaves = EDGES.slice(1).flatMap((to, i) => {
    const both = [octaveOf(power, EDGES[i], to, 'x', noise), octaveOf(power, EDGES[i], to, 'y', noise)];
    return both.every((value) => value !== undefined) ? [both] : [];
  });
  const [coarse, ...finer] = octaves;
  return finer.flat().map((value) => value - (coarse[0] + coarse[1]) / 2);
}

/** Logarithm of the mean power; undefined where no frequency lies there. */
function octaveOf(power: Spectrum, from: number, to: number, axis: 'x' | 'y', noise: Spectrum): number | undefined {
  let [sum, grain, count] = [0, 0, 0];
  spectrum(power.side, (x, y, at) => {
    const [along, across] = axis === 'x' ? [x, y] : [y, x];
    const frequency = Math.hypot(x, y) / power.side;
    if (ALONG * across <= along && frequency >= from && frequency < to) {
      sum += power.values[at];
      grain += noise.values[at];
      count++;
    }
    return 0;
  });
  return count > 0 ? Math.log(Math.max((sum - grain) / count, (SEEN * grain) / count, NOTHING)) : undefined;
}
