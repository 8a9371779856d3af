/**
 * Whole-image percentile normalisation, the one scaling between a file's samples and a network's [0, 1]:
 *
 *   normalised = (sample − low) / (high − low + eps)      sample = normalised · (high − low + eps) + low
 *
 * where low and high are two percentiles over every sample of the image (all planes of a channel), not of a tile or a
 * patch. Nothing is clipped. A model keeps the percentiles it was trained with, so a restoration scales alike.
 */
import { BadInputError } from './bad_input';
import type { Image, Plane } from './image';

/** What a model records: the two percentiles (0 to 100) and eps, in sample units. */
export interface NormalisationSettings {
  low: number;
  high: number;
  eps: number;
}

/** CSBDeep's convention for its predictions: 2 % and 99.8 %, eps 1e-20. */
export const DEFAULT_NORMALISATION: NormalisationSettings = { low: 2, high: 99.8, eps: 1e-20 };

/** One image's measured scale: normalised = (sample − offset) / range; range is never 0. */
export interface Scale {
  offset: number;
  range: number;
}

/**
 * The scale of one set of samples. Where both percentiles fall on the same value (a nearly empty image) the minimum and
 * maximum are taken instead, and a constant image has range 1, so nothing ever divides by eps alone.
 * Throws BadInputError on NaN, infinities and percentiles that are no range.
 */
export function measureScale(
  samples: Float32Array | Float64Array,
  settings: NormalisationSettings = DEFAULT_NORMALISATION,
): Scale {
  const { low, high, eps } = settings;
  if (!(low >= 0 && low < high && high <= 100 && eps >= 0)) {
    throw new BadInputError(
      `percentiles ${low} and ${high} with eps ${eps}`,
      '0 ≤ low < high ≤ 100 and eps ≥ 0',
      'Choose for example 2 and 99.8.',
    );
  }
  const [atMinimum, atLow, atHigh, atMaximum] = percentiles(samples, [0, low, high, 100]) as [number, ...number[]];
  if (atHigh > atLow) return { offset: atLow, range: atHigh - atLow + eps };
  if (atMaximum > atMinimum) return { offset: atMinimum, range: atMaximum - atMinimum + eps };
  return { offset: atMinimum, range: 1 };
}

/** One scale a channel, each over all planes of that channel (every t and z). */
export function measureScales(image: Image, settings: NormalisationSettings = DEFAULT_NORMALISATION): Scale[] {
  if (image.size.c === 1) return [measureScale(image.data, settings)];
  return Array.from({ length: image.size.c }, (_, c) => measureScale(channelSamples(image, c), settings));
}

/** A new plane with (sample − offset) / range. */
export function normalise(plane: Plane, { offset, range }: Scale): Plane {
  return { ...plane, data: plane.data.map((sample) => (sample - offset) / range) };
}

/** A new plane with 2 · normalised − 1: −1..1, as the networks take it. */
export function normaliseSigned(plane: Plane, scale: Scale): Plane {
  const normalised = normalise(plane, scale);
  return { ...normalised, data: normalised.data.map((value) => 2 * value - 1) };
}

/** A new plane with (signed + 1) / 2 · range + offset: the inverse of `normaliseSigned`. */
export function denormaliseSigned(plane: Plane, { offset, range }: Scale): Plane {
  return { ...plane, data: plane.data.map((value) => ((value + 1) / 2) * range + offset) };
}

/** A new plane with normalised · range + offset: the inverse of `normalise`. */
export function denormalise(plane: Plane, { offset, range }: Scale): Plane {
  return { ...plane, data: plane.data.map((value) => value * range + offset) };
}

/**
 * Exact percentiles (each 0 to 100) with linear interpolation between ranks, numpy's default: position p/100 · (n − 1)
 * in sorted order. Does not sort: linear in the number of samples. Throws BadInputError on NaN, infinities or no samples.
 */
export function percentiles(samples: Float32Array | Float64Array, wanted: number[]): number[] {
  for (const p of wanted) {
    if (!(p >= 0 && p <= 100)) throw new RangeError(`percentile ${p} is not between 0 and 100`);
  }
  if (samples.length === 0) throw new BadInputError('no samples', 'at least one', 'Choose an image that is not empty.');
  for (let i = 0; i < samples.length; i++) {
    if (!Number.isFinite(samples[i])) {
      throw new BadInputError(
        `${samples[i]} as sample ${i}`,
        'finite samples',
        'Replace NaN and infinite samples before opening the image here.',
      );
    }
  }
  const work = samples.slice();
  const ranks = wanted.map((p) => (p / 100) * (samples.length - 1));
  const needed = new Set(ranks.flatMap((rank) => [Math.floor(rank), Math.ceil(rank)]));
  // Each selection leaves smaller samples left of its rank and larger ones right, so the next starts there.
  let from = 0;
  for (const rank of [...needed].sort((a, b) => a - b)) {
    select(work, rank, from, work.length - 1);
    from = rank;
  }
  return ranks.map((rank) => {
    const below = work[Math.floor(rank)];
    const above = work[Math.ceil(rank)];
    return below + (above - below) * (rank - Math.floor(rank));
  });
}

/** Hoare's quickselect with the median of three: afterwards `a[k]` is the k-th smallest and splits the rest. */
function select(a: Float32Array | Float64Array, k: number, left: number, right: number): void {
  while (right > left) {
    const pivot = medianOfThree(a[left], a[(left + right) >> 1], a[right]);
    let i = left;
    let j = right;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) {
        const swapped = a[i];
        a[i++] = a[j];
        a[j--] = swapped;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return;
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function channelSamples(image: Image, c: number): Float32Array | Float64Array {
  const plane = image.size.y * image.size.x;
  const stacks = image.size.t * image.size.z;
  const samples =
    image.data instanceof Float64Array ? new Float64Array(stacks * plane) : new Float32Array(stacks * plane);
  for (let i = 0; i < stacks; i++) {
    const from = (i * image.size.c + c) * plane;
    samples.set(image.data.subarray(from, from + plane), i * plane);
  }
  return samples;
}
