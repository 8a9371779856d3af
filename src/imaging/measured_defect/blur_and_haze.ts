/** Blur and haze: what is left of each frequency's power, and what slow waves have besides. */
import type { Plane } from '../image';
import { hazePower } from './haze_power';
import { SLOWEST } from './lost_detail';
import { blurred } from './mirrored_field';
import { noiseSpectrum, PIXELS } from './noise_power';
import { meanPower, type Spectrum, spectrum } from './power_spectrum';
import { beforeSampling, type Sampling } from './sampling';
import { type Shading, unshaded } from './shading';
import { meanBrightness, type Tile } from './tiles';

/** In cycles a pixel: slower waves may be haze; those up to the second are where the blur is measured for comparison. */
const SLOW = 0.0275;
const FITTED = 0.094;
/** Tiles are short, and what fades out at their edges spreads each wave over its neighbours: times that is corrected. */
const ROUNDS = 1;
/** By how much a frequency's gain grows in one of them, at most. */
const MOST_CHANGE = 5;
/** Slow waves beyond this much of the Gaussian are haze. */
const TOLERANCE = 1.3;
/** Clean images hold nothing at a frequency that has less than this share of their greatest power. */
const NOTHING = 1e-12;

/** What a defect is measured from, whatever its shading. */
export interface MeasuredSets {
  tiles: readonly Tile[];
  /** Of clean images, and their mean power. */
  sharp: readonly Plane[];
  from: Spectrum;
  sampling: Sampling;
  noisePower: Spectrum;
  isBlurred: boolean;
}

export interface Optics {
  /** |K|²: by how much each frequency's power grows. */
  gain: Spectrum;
  /** What slow waves gain besides, as light from elsewhere in the image. */
  hazeGain: Spectrum;
  /** The same as power (haze_power.ts), as light that has nothing to do with the image. */
  hazePower: Spectrum;
  /** Mean brightness of either set, without shading. */
  mean: { clean: number; defective: number };
  /** Of the defective images beyond that of the clean ones, where all have one size. */
  shading?: Shading;
}

/** Blur and haze under a shading that is known, or taken for none. */
export function opticsOf(sets: MeasuredSets, shading: Shading | undefined): Optics {
  const { tiles, sharp, from, sampling, noisePower, isBlurred } = sets;
  const even = tiles.map(({ plane, at }) => (shading ? unshaded(plane, shading, at) : plane));
  const of = beforeSampling(meanPower(even), sampling);
  const rest = { mean: { clean: meanBrightness(sharp), defective: meanBrightness(even) }, ...(shading && { shading }) };
  if (!isBlurred) return { ...unblurred(of, from), ...rest };
  const noise = noiseSpectrum(of, sampling);
  const gain = gainOf(of, noise, from, sharp);
  const smooth = fittedGaussian(gain, (at) => {
    const left = gain.values[at] * from.values[at];
    return left > noisePower.values[at] ? Math.sqrt(left) : 0;
  });
  const hazeGain = spectrum(of.side, (x, y, at) =>
    Math.hypot(x, y) / of.side < SLOW ? Math.max(0, gain.values[at] - TOLERANCE * smooth(x / of.side, y / of.side)) : 0,
  );
  const faithful = spectrum(of.side, (_x, _y, at) => gain.values[at] - hazeGain.values[at]);
  const without = (at: number) => faithful.values[at] * from.values[at] + noise.values[at];
  const left = spectrum(of.side, (_x, _y, at) =>
    hazeGain.values[at] > 0 ? Math.max(0, of.values[at] - without(at)) : 0,
  );
  return { gain: faithful, hazeGain, hazePower: hazePower(left), ...rest };
}

/**
 * One gain for all frequencies: P_d − P_η beside P_c, of those at which noise is the smaller part, if there are any. Slower
 * ones than blur is looked for at do not count: haze may have gone unnoticed there.
 */
function unblurred(of: Spectrum, from: Spectrum): Pick<Optics, 'gain' | 'hazeGain' | 'hazePower'> {
  const noise = noiseSpectrum(of, PIXELS).values;
  const shareAbove = (times: number): number => {
    let [left, clean] = [0, 0];
    spectrum(of.side, (x, y, at) => {
      if (Math.hypot(x, y) / of.side < SLOWEST || of.values[at] < times * noise[at]) return 0;
      left += of.values[at] - noise[at];
      clean += from.values[at];
      return 0;
    });
    return clean > 0 ? left / clean : 0;
  };
  const share = shareAbove(2) || shareAbove(1);
  const none = spectrum(of.side, () => 0);
  return { gain: spectrum(of.side, () => share), hazeGain: none, hazePower: none };
}

/** (P_d − P_η)/P_c, corrected by what clean tiles so blurred are measured to have. */
function gainOf(of: Spectrum, noise: Spectrum, from: Spectrum, clean: readonly Plane[]): Spectrum {
  const wanted = spectrum(of.side, (_x, _y, at) => Math.max(0, of.values[at] - noise.values[at]));
  const nothing = Math.max(NOTHING * Math.max(...from.values), Number.EPSILON ** 2);
  let gain = falling(wanted, (at) => (from.values[at] > nothing ? 1 / from.values[at] : 0));
  for (let round = 0; round < ROUNDS; round++) {
    const before = gain;
    const seen = meanPower(clean.map((plane) => blurred(plane, before)));
    gain = falling(wanted, (at) => before.values[at] / Math.max(seen.values[at], wanted.values[at] / MOST_CHANGE));
  }
  return gain;
}

/** `power` times a factor, but never more than at any lower frequency. */
function falling(power: Spectrum, factor: (at: number) => number): Spectrum {
  const n = power.side / 2 + 1;
  const { values, side } = spectrum(power.side, (_x, _y, at) =>
    power.values[at] > 0 ? power.values[at] * factor(at) : 0,
  );
  for (let at = 1; at < values.length; at++) {
    if (at % n > 0) values[at] = Math.min(values[at], values[at - 1]);
    if (at >= n) values[at] = Math.min(values[at], values[at - n]);
  }
  return { side, values };
}

/**
 * exp(a − bx fx² − by fy²) with bx, by ≥ 0 through the waves that are neither slow nor fast, by least squares of the
 * logarithms. @param weight of a frequency, 0 where it says nothing
 */
function fittedGaussian(gain: Spectrum, weight: (at: number) => number): (fx: number, fy: number) => number {
  const points: { weight: number; terms: [number, number, number]; value: number }[] = [];
  spectrum(gain.side, (x, y, at) => {
    const [fx, fy] = [x / gain.side, y / gain.side];
    const fast = Math.hypot(fx, fy);
    if (fast >= SLOW && fast <= FITTED && weight(at) > 0)
      points.push({ weight: weight(at), terms: [1, -(fx ** 2), -(fy ** 2)], value: Math.log(gain.values[at]) });
    return 0;
  });
  const error = (c: number[]) =>
    points.reduce((sum, { weight, terms, value }) => sum + (weight * (value - dot(terms, c))) ** 2, 0);
  const candidates = [[0, 1, 2], [0, 1], [0, 2], [0]]
    .map((free) => leastSquares(points, free))
    .filter((c) => c !== undefined && c[1] >= 0 && c[2] >= 0) as number[][];
  if (points.length < 6 || candidates.length === 0) return () => Number.POSITIVE_INFINITY;
  const [a, bx, by] = candidates.reduce((best, c) => (error(c) < error(best) ? c : best));
  return (fx, fy) => Math.exp(a - bx * fx ** 2 - by * fy ** 2);
}

/** Coefficients, 0 but for the `free` ones; undefined where the points do not decide them. */
function leastSquares(
  points: { weight: number; terms: [number, number, number]; value: number }[],
  free: number[],
): number[] | undefined {
  const rows = free.map((i) => [
    ...free.map((j) => points.reduce((sum, { weight, terms }) => sum + weight ** 2 * terms[i] * terms[j], 0)),
    points.reduce((sum, { weight, terms, value }) => sum + weight ** 2 * terms[i] * value, 0),
  ]);
  for (const [i, pivot] of rows.entries()) {
    if (!(Math.abs(pivot[i]) > 1e-30)) return undefined;
    for (const [k, row] of rows.entries()) {
      if (k === i) continue;
      const share = row[i] / pivot[i];
      for (let j = i; j < row.length; j++) row[j] -= share * pivot[j];
    }
  }
  const solved = [0, 0, 0];
  for (const [i, at] of free.entries()) solved[at] = rows[i][free.length] / rows[i][i];
  return solved;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
