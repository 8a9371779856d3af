/**
 * How brightness falls off towards the edges of a set of images, beyond how it does in another set: a vignette, uneven
 * light, or what a blur leaves dark at a border. A factor for each column times one for each row, 1 at the middle one of
 * each; as far as the images agree on it, so that what a few happen to show is not taken for shading.
 */
import { convolveRows, gaussianKernel } from '../filters';
import type { Plane } from '../image';

export interface Shading {
  x: Float64Array;
  y: Float64Array;
}

/** Fewer images say nothing about what they have in common. */
const FEWEST = 4;
/** In pixels along the profile. */
const SMOOTHING = 2;
/** What is left at the darkest place, at least. */
const LEAST = 0.05;
/** Standard errors that a factor must be from 1 to count. */
const CERTAIN = 2;

/** @param planes @param reference of −1..1, −1 being dark @returns undefined where `planes` are few or differ in size */
export function measureShading(planes: readonly Plane[], reference: readonly Plane[]): Shading | undefined {
  const [{ width, height }] = planes;
  if (planes.length < FEWEST || planes.some((plane) => plane.width !== width || plane.height !== height))
    return undefined;
  const same = reference.length >= FEWEST && reference.every((p) => p.width === width && p.height === height);
  const along = (axis: 'x' | 'y') => {
    const fall = profile(planes, axis);
    const usual = same ? profile(reference, axis) : undefined;
    return fall.mean.map((value, i) => {
      const factor = usual ? value / Math.max(LEAST, usual.mean[i]) : value;
      const error = Math.hypot(fall.error[i], usual?.error[i] ?? 0);
      const sure = Math.max(0, 1 - ((CERTAIN * error) / (factor - 1)) ** 2);
      return factor === 1 ? 1 : Math.max(LEAST, 1 + sure * (factor - 1));
    });
  };
  return { x: along('x'), y: along('y') };
}

/** The plane, or with `at` a part of one that begins there, under the shading. */
export const shaded = (plane: Plane, shading: Shading, at = { x: 0, y: 0 }): Plane => scaled(plane, shading, at, false);

/** The plane without it. */
export const unshaded = (plane: Plane, shading: Shading): Plane => scaled(plane, shading, { x: 0, y: 0 }, true);

function scaled({ width, height, data }: Plane, { x, y }: Shading, at: { x: number; y: number }, off: boolean): Plane {
  return {
    width,
    height,
    data: data.map((value, i) => {
      const factor = x[at.x + (i % width)] * y[at.y + Math.floor(i / width)];
      return (value + 1) * (off ? 1 / factor : factor) - 1;
    }),
  };
}

/** Mean brightness of each column (`x`) or row, as a share of the median one, and its standard error over the images. */
function profile(planes: readonly Plane[], axis: 'x' | 'y'): { mean: Float64Array; error: Float64Array } {
  const kernel = gaussianKernel(SMOOTHING);
  const each = planes.map((plane) => {
    const line = axis === 'x' ? columnMeans(plane) : rowMeans(plane);
    return convolveRows({ width: line.length, height: 1, data: line }, kernel, 'reflect').data;
  });
  const n = each.length;
  const mean = Float64Array.from(each[0], (_, i) => each.reduce((sum, line) => sum + line[i], 0) / n);
  const level = Math.max(LEAST, Float64Array.from(mean).sort()[mean.length >> 1]);
  const error = mean.map((m, i) =>
    Math.sqrt(each.reduce((sum, line) => sum + (line[i] - m) ** 2, 0) / (n * Math.max(1, n - 1))),
  );
  return { mean: mean.map((value) => value / level), error: error.map((value) => value / level) };
}

/** Brightness above −1. */
function columnMeans({ width, height, data }: Plane): Float32Array {
  const sums = new Float32Array(width);
  data.forEach((value, i) => {
    sums[i % width] += (value + 1) / height;
  });
  return sums;
}

function rowMeans({ width, height, data }: Plane): Float32Array {
  const sums = new Float32Array(height);
  data.forEach((value, i) => {
    sums[Math.floor(i / width)] += (value + 1) / width;
  });
  return sums;
}
