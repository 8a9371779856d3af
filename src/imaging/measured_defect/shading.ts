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

/** The planes of each image: what is alike in one stack says nothing of the others. */
export type ImagePlanes = readonly (readonly Plane[])[];

/** Fewer images say nothing about what they have in common. */
const FEWEST = 4;
/** In pixels along the profile. */
const SMOOTHING = 2;
/** What is left at the darkest place, at least. */
const LEAST = 0.05;
/** Standard errors that a factor must be from 1 to count. */
const CERTAIN = 2;

/** @param images @param reference of −1..1, −1 being dark @returns undefined where either are few, or not all of one size */
export function measureShading(images: ImagePlanes, reference: ImagePlanes): Shading | undefined {
  const [{ width, height }] = images[0];
  const isOf = (planes: readonly Plane[]) => planes.every((plane) => plane.width === width && plane.height === height);
  if ([images, reference].some((set) => set.length < FEWEST || !set.every(isOf))) return undefined;
  const along = (axis: 'x' | 'y') => {
    const [fall, usual] = [profile(images, axis), profile(reference, axis)];
    return fall.mean.map((value, i) => {
      const factor = value / Math.max(LEAST, usual.mean[i]);
      const error = Math.hypot(fall.error[i], usual.error[i]);
      const sure = Math.max(0, 1 - ((CERTAIN * error) / (factor - 1)) ** 2);
      return factor === 1 ? 1 : Math.max(LEAST, 1 + sure * (factor - 1));
    });
  };
  return { x: along('x'), y: along('y') };
}

/** A part of a field that begins `at` there, under the shading. */
export const shaded = (plane: Plane, shading: Shading, at = { x: 0, y: 0 }): Plane => scaled(plane, shading, at, false);

/** The part without it. */
export const unshaded = (plane: Plane, shading: Shading, at = { x: 0, y: 0 }): Plane =>
  scaled(plane, shading, at, true);

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
function profile(images: ImagePlanes, axis: 'x' | 'y'): { mean: Float64Array; error: Float64Array } {
  const kernel = gaussianKernel(SMOOTHING);
  const each = images.map((planes) => {
    const lines = planes.map(axis === 'x' ? columnMeans : rowMeans);
    const line = lines[0].map((_, i) => lines.reduce((sum, one) => sum + one[i], 0) / lines.length);
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
