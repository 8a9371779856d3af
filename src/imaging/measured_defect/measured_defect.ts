/**
 * A defect measured from two sets of images that show nothing in common: defective ones, and clean ones.
 *
 * What a microscope does to an image c is, to a first approximation, d = k ∗ c + h + η: a blur, light from elsewhere, and
 * noise. Both sets show the same kind of object, so their mean powers say how much of each there is,
 *
 *   P_d(f) = |K(f)|² P_c(f) + P_h(f) + P_η(f),
 *
 * if three things are taken for granted, where the images are blurred at all (lost_detail.ts):
 *   noise      is what is left at the highest frequencies along x or along y, and as much at lower ones (images stretched
 *              along one axis have it along the other only);
 *   the blur   passes no frequency better than a lower one, and turns none (a symmetric PSF);
 *   haze       is what slow waves have beyond the Gaussian that fits the blur at faster ones. Whether it belongs to what
 *              is seen (out of focus) or not (background) the powers do not say; whoever paints decides, image by image.
 * Noise grows with light: its variance is a straight line in brightness, found by least squares at the frequencies where
 * there is nothing but noise. Shading (shading.ts) is measured first and taken off, and so is what interpolation between
 * few samples does (sampling.ts); once the rest is known, it is measured again with that in mind. Brightness may have been
 * cut off at last (clipping.ts).
 */
import { gaussianBlur, mapPlane } from '../filters';
import { type ComplexField, fourier } from '../fourier';
import type { Plane } from '../image';
import { affineFit } from '../metrics';
import { type Clipping, measureClipping } from './clipping';
import { losesDetail } from './lost_detail';
import { blurred } from './mirrored_field';
import { noiseOf, PIXELS } from './noise_power';
import { fieldOf, meanPower, type Spectrum, spectrum } from './power_spectrum';
import { beforeSampling, measureSampling, ofSamples, type Sampling } from './sampling';
import { type ImagePlanes, measureShading, type Shading, unshaded } from './shading';
import { type Tile, tilesOf } from './tiles';

export interface MeasuredDefect {
  /** |K|²: by how much each frequency's power grows. */
  gain: Spectrum;
  /** What slow waves gain besides, as light from elsewhere in the image. */
  hazeGain: Spectrum;
  /** The same as power, as light that has nothing to do with the image. */
  hazePower: Spectrum;
  noisePower: Spectrum;
  /** Noise of each image as a share of that power, where there is no blur. */
  noiseLevels?: readonly number[];
  /** Variance of noise at brightness b, as a share of the usual one: slope · b + rest. */
  variance: { slope: number; rest: number };
  /** Mean brightness of either set, without shading. */
  mean: { clean: number; defective: number };
  /** Of the defective images beyond that of the clean ones, where all have one size. */
  shading?: Shading;
  /** Of the defective images, after blur and noise. */
  sampling: Sampling;
  /** Of the samples, at last. */
  clipping: Clipping;
}

/** Side of the tiles whose powers are measured, at most. */
const MOST_SIDE = 128;
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

/** @param defective @param clean one image of each at least, no side below 16, each image at its own scale of −1..1 */
export function measureDefect(defective: ImagePlanes, clean: ImagePlanes): MeasuredDefect {
  const least = Math.min(...[...defective, ...clean].flat().map(({ width, height }) => Math.min(width, height)));
  const side = Math.min(MOST_SIDE, 2 ** Math.floor(Math.log2(least)));
  const tiles = tilesOf(defective.flat(), side);
  const measured = tiles.map(({ plane }) => plane);
  const sharp = tilesOf(clean.flat(), side).map(({ plane }) => plane);
  const sampling = measureSampling(defective.flat());
  // A camera adds its noise to what is left of the light.
  const power = meanPower(measured);
  const noisePower = ofSamples(noiseOf(beforeSampling(power, sampling), sampling), sampling);
  const each = powerOfEach(defective, side);
  const isSampled = sampling.x > 1 || sampling.y > 1;
  const isBlurred = isSampled || (losesDetail(each, powerOfEach(clean, side)) ?? true);
  const sets = { tiles, sharp, from: meanPower(sharp), sampling, noisePower, isBlurred };
  const shadingBeside = measureShading(defective, clean);
  let optics = opticsOf(sets, shadingBeside?.());
  if (shadingBeside) {
    const { gain, mean } = optics;
    optics = opticsOf(
      sets,
      shadingBeside((line) => brighter(blurred(brighter(line, -mean.clean), gain), mean.defective)),
    );
  }
  const variance = varianceOf(measured, power, noiseOf(power, PIXELS));
  const noise = { noisePower, variance, ...(!isBlurred && { noiseLevels: levelsOf(each) }) };
  return { ...optics, ...noise, sampling, clipping: measureClipping(defective.flat()) };
}

/** Tiles of an image that are enough to tell it from others. */
const TILES_EACH = 25;

const powerOfEach = (images: ImagePlanes, side: number): Spectrum[] =>
  images.map((planes) => meanPower(tilesOf(planes, side, TILES_EACH).map(({ plane }) => plane)));

function levelsOf(each: readonly Spectrum[]): number[] {
  const levels = each.map((power) => mean([...noiseOf(power, PIXELS).values]));
  const usual = mean(levels);
  return levels.map((level) => (usual > 0 ? level / usual : 1));
}

const brighter = (plane: Plane, by: number): Plane => mapPlane(plane, (value) => value + by);

/** What a defect is measured from, whatever its shading. */
interface MeasuredSets {
  tiles: readonly Tile[];
  /** Of clean images, and their mean power. */
  sharp: readonly Plane[];
  from: Spectrum;
  sampling: Sampling;
  noisePower: Spectrum;
  isBlurred: boolean;
}

type Optics = Pick<MeasuredDefect, 'gain' | 'hazeGain' | 'hazePower' | 'mean' | 'shading'>;

/** Blur and haze under a shading that is known, or taken for none. */
function opticsOf(sets: MeasuredSets, shading: Shading | undefined): Optics {
  const { tiles, sharp, from, sampling, noisePower, isBlurred } = sets;
  const even = tiles.map(({ plane, at }) => (shading ? unshaded(plane, shading, at) : plane));
  const of = beforeSampling(meanPower(even), sampling);
  const rest = { mean: { clean: meanOf(sharp), defective: meanOf(even) }, ...(shading && { shading }) };
  if (!isBlurred) return { ...unblurred(of, from), ...rest };
  const gain = gainOf(of, from, sharp, sampling);
  const smooth = fittedGaussian(gain, (at) => {
    const left = gain.values[at] * from.values[at];
    return left > noisePower.values[at] ? Math.sqrt(left) : 0;
  });
  const hazeGain = spectrum(of.side, (x, y, at) =>
    Math.hypot(x, y) / of.side < SLOW ? Math.max(0, gain.values[at] - TOLERANCE * smooth(x / of.side, y / of.side)) : 0,
  );
  return {
    gain: spectrum(of.side, (_x, _y, at) => gain.values[at] - hazeGain.values[at]),
    hazeGain,
    hazePower: spectrum(of.side, (_x, _y, at) => hazeGain.values[at] * from.values[at]),
    ...rest,
  };
}

/** One gain for all frequencies: P_d − P_η beside P_c, over all of them. */
function unblurred(of: Spectrum, from: Spectrum): Pick<Optics, 'gain' | 'hazeGain' | 'hazePower'> {
  const [all, noise, clean] = [of, noiseOf(of, PIXELS), from].map(({ values }) => mean([...values]));
  const share = clean > 0 ? (all - noise) / clean : 0;
  const none = spectrum(of.side, () => 0);
  return { gain: spectrum(of.side, () => share), hazeGain: none, hazePower: none };
}

/** (P_d − P_η)/P_c, corrected by what clean tiles so blurred are measured to have. */
function gainOf(of: Spectrum, from: Spectrum, clean: readonly Plane[], sampling: Sampling): Spectrum {
  const noise = noiseOf(of, sampling);
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

/** Pixels along the edges of a tile that do not count: its transform continues it at the other side. */
const EDGE = 8;
const LOCAL_SIGMA = 2;

/** Brightness beside squared noise, both averaged locally, over every tile. */
function varianceOf(tiles: readonly Plane[], power: Spectrum, noise: Spectrum): { slope: number; rest: number } {
  const { side } = power;
  const n = side / 2 + 1;
  const onlyNoise = spectrum(side, (_x, _y, at) => (noise.values[at] > power.values[at] / 2 ? 1 : 0)).values;
  const [light, squared]: [number[], number[]] = [[], []];
  const folded = (i: number) => Math.min(i, side - i);
  for (const tile of tiles) {
    const brightness = gaussianBlur(tile, LOCAL_SIGMA);
    const field = fieldOf(tile);
    fourier(field, 'forward');
    pass(field, (x, y) => onlyNoise[folded(y) * n + folded(x)]);
    fourier(field, 'inverse');
    const alone = Float32Array.from(field.re, (value) => value * value);
    const noisy = gaussianBlur({ width: side, height: side, data: alone }, LOCAL_SIGMA);
    for (let y = EDGE; y < side - EDGE; y++)
      for (let x = EDGE; x < side - EDGE; x++) {
        light.push(brightness.data[y * side + x]);
        squared.push(noisy.data[y * side + x]);
      }
  }
  const samples = (values: number[]): Plane => ({ width: values.length, height: 1, data: Float32Array.from(values) });
  const { alpha, beta } = affineFit(samples(light), samples(squared));
  const usual = alpha * meanOf(tiles) + beta;
  return light.length > 0 && usual > 0 ? { slope: alpha / usual, rest: beta / usual } : { slope: 0, rest: 1 };
}

function pass(field: ComplexField, share: (x: number, y: number) => number): void {
  for (let at = 0; at < field.re.length; at++) {
    const kept = share(at % field.width, Math.floor(at / field.width));
    field.re[at] *= kept;
    field.im[at] *= kept;
  }
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOf = (planes: readonly Plane[]): number =>
  mean(planes.map(({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
