/**
 * How brightness falls off towards the edges of a set of images, beyond how it does in another set: a vignette, uneven
 * light, or what a blur leaves dark at a border. A factor for each column times one for each row, 1 at the middle one of
 * each; as far as the images agree on it, so that what a few happen to show is not taken for shading.
 */
import type { Plane } from '../image';

export interface Shading {
  x: Float64Array;
  y: Float64Array;
  /** The images' brightness where there is no light. */
  dark: number;
}

/** The planes of each image: what is alike in one stack says nothing of the others. */
export type ImagePlanes = readonly (readonly Plane[])[];

/** Fewer images say nothing about what they have in common. */
const FEWEST = 4;
/** In pixels along the profile. */
const SMOOTHING = 1;
/** What is left at the darkest place, at least. */
const LEAST = 0.05;
/** Standard errors that a factor must be from 1 to count. */
const CERTAIN = 2;

/** What becomes of the reference's brightness along an axis, as a plane of one row or one column. */
type Seen = (line: Plane) => Plane;

/**
 * @param images @param reference of −1..1
 * @returns undefined where either are few, or not all of one size; else their shading, the reference being `seen` through
 *   the rest of the images' defect where that is known: what is faint beside haze falls off less
 */
export function measureShading(images: ImagePlanes, reference: ImagePlanes): ((seen?: Seen) => Shading) | undefined {
  const [{ width, height }] = images[0];
  const isOf = (planes: readonly Plane[]) => planes.every((plane) => plane.width === width && plane.height === height);
  if ([images, reference].some((set) => set.length < FEWEST || !set.every(isOf))) return undefined;
  const [dark, usualDark] = [darkest(images), darkest(reference)];
  const [x, y] = (['x', 'y'] as const).map((axis) => {
    const [fall, usual] = [profile(linesOf(images, axis), dark), linesOf(reference, axis)];
    return (seen?: Seen) => factors(fall, seen ? profile(usual.map(seen), dark) : profile(usual, usualDark));
  });
  return (seen) => ({ x: x(seen), y: y(seen), dark });
}

function factors(fall: Profile, usual: Profile): Float64Array {
  return fall.mean.map((value, i) => {
    const factor = value / Math.max(LEAST, usual.mean[i]);
    const error = Math.hypot(fall.error[i], usual.error[i]);
    const sure = Math.max(0, 1 - ((CERTAIN * error) / (factor - 1)) ** 2);
    return factor === 1 ? 1 : Math.max(LEAST, 1 + sure * (factor - 1));
  });
}

/** Whether the plane is one of the fields that the shading was measured on, not a part of one or another camera's. */
export const coversField = ({ width, height }: Plane, { x, y }: Shading): boolean =>
  x.length === width && y.length === height;

/** A part of a field that begins `at` there, under the shading. */
export const shaded = (plane: Plane, shading: Shading, at = { x: 0, y: 0 }): Plane => scaled(plane, shading, at, false);

/** The part without it. */
export const unshaded = (plane: Plane, shading: Shading, at = { x: 0, y: 0 }): Plane =>
  scaled(plane, shading, at, true);

function scaled(
  { width, height, data }: Plane,
  { x, y, dark }: Shading,
  at: { x: number; y: number },
  off: boolean,
): Plane {
  return {
    width,
    height,
    data: data.map((value, i) => {
      const factor = x[at.x + (i % width)] * y[at.y + Math.floor(i / width)];
      return (value - dark) * (off ? 1 / factor : factor) + dark;
    }),
  };
}

/** Each image's mean brightness of each column, as a plane of one row, or of each row, as one of one column. */
function linesOf(images: ImagePlanes, axis: 'x' | 'y'): Plane[] {
  return images.map((planes) => {
    const lines = planes.map(axis === 'x' ? columnMeans : rowMeans);
    const data = lines[0].map((_, i) => lines.reduce((sum, one) => sum + one[i], 0) / lines.length);
    const [width, height] = axis === 'x' ? [data.length, 1] : [1, data.length];
    return { width, height, data };
  });
}

interface Profile {
  mean: Float64Array;
  error: Float64Array;
}

/** Their mean brightness above `dark` as a share of the median one, and its standard error over the images. */
function profile(lines: readonly Plane[], dark: number): Profile {
  const each = lines.map(({ data }) => smoothed(data.map((value) => value - dark)));
  const n = each.length;
  const mean = Float64Array.from(each[0], (_, i) => each.reduce((sum, line) => sum + line[i], 0) / n);
  const level = Math.max(LEAST, Float64Array.from(mean).sort()[mean.length >> 1]);
  const error = mean.map((m, i) =>
    Math.sqrt(each.reduce((sum, line) => sum + (line[i] - m) ** 2, 0) / (n * Math.max(1, n - 1))),
  );
  return { mean: mean.map((value) => value / level), error: error.map((value) => value / level) };
}

/** Pixels along a side of the squares whose mean brightness is looked at: noise makes single pixels darker than dark. */
const SQUARE = 2;

/** The darkest square of each image, on average. */
function darkest(images: ImagePlanes): number {
  const each = images.map((planes) => Math.min(...planes.map(darkestSquare)));
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

function darkestSquare({ width, height, data }: Plane): number {
  let least = Number.POSITIVE_INFINITY;
  for (let top = 0; top + SQUARE <= height; top += SQUARE)
    for (let left = 0; left + SQUARE <= width; left += SQUARE) {
      let sum = 0;
      for (let y = top; y < top + SQUARE; y++) for (let x = left; x < left + SQUARE; x++) sum += data[y * width + x];
      least = Math.min(least, sum / SQUARE ** 2);
    }
  return least;
}

/** By a straight line through the neighbours of each, so that a border's slope is not flattened. */
function smoothed(line: Float32Array): Float64Array {
  const reach = Math.ceil(3 * SMOOTHING);
  return Float64Array.from(line, (_, i) => {
    let [s0, s1, s2, t0, t1] = [0, 0, 0, 0, 0];
    for (let j = Math.max(0, i - reach); j <= Math.min(line.length - 1, i + reach); j++) {
      const d = j - i;
      const weight = Math.exp(-0.5 * (d / SMOOTHING) ** 2);
      s0 += weight;
      s1 += weight * d;
      s2 += weight * d * d;
      t0 += weight * line[j];
      t1 += weight * d * line[j];
    }
    return line.length > 1 ? (s2 * t0 - s1 * t1) / (s0 * s2 - s1 * s1) : line[i];
  });
}

function columnMeans({ width, height, data }: Plane): Float32Array {
  const sums = new Float32Array(width);
  data.forEach((value, i) => {
    sums[i % width] += value / height;
  });
  return sums;
}

function rowMeans({ width, height, data }: Plane): Float32Array {
  const sums = new Float32Array(height);
  data.forEach((value, i) => {
    sums[Math.floor(i / width)] += value / width;
  });
  return sums;
}
