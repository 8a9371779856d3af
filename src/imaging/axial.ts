/**
 * Pairs for mending the axial direction, made from a user's own stack as CARE does (Weigert et al. 2018): its lateral
 * slices are sharp, and they become the truth; the same slices blurred, made noisy and sampled as coarsely as the
 * optical axis become the input. What is learned on them restores the stack's side views (views.ts).
 */
import { BadInputError } from './bad_input';
import { resizeLinear } from './filters';
import { getPlane, type Image, type Plane } from './image';
import { measureScale } from './normalisation';
import { AXIAL_AXIS, type AxialPsf, anisotropicBlur, poissonGaussian, subsampleAndZoom } from './optics';
import type { Random } from './random';

export interface AxialSettings {
  /** How many times coarser z is sampled than x and y; `axialFactor` reads it from the file. */
  factor: number;
  /** σ of the microscope's PSF in lateral pixels; `psfSigmas` computes it. Left out for sampling alone. */
  psf?: AxialPsf;
  /** Photons at the slice's 99.9 percentile above its 0.1 percentile; left out for no shot noise. */
  peakPhotons?: number;
  /** Standard deviation of read noise, as a share of the same range; 0 where left out. */
  readNoise?: number;
  /** Also take every slice turned by a quarter, for twice the pairs; off where left out. */
  turned?: boolean;
}

export interface AxialPair {
  defective: Plane;
  clean: Plane;
}

/** dz / dx as the file says it. Throws BadInputError where it says neither, or where dx and dy differ. */
export function axialFactor(image: Image): number {
  const { x, y = x, z } = image.meta.pixelSize;
  if (x === undefined || z === undefined || !(x > 0) || !(z > 0)) {
    throw new BadInputError(
      'a stack whose file does not say how far apart its pixels and planes are',
      'a pixel size and a plane distance',
      'Type in how many times coarser z is than x.',
    );
  }
  if (y === undefined || Math.abs(y / x - 1) > 0.01) {
    throw new BadInputError(
      `pixels of ${x} × ${y} ${image.meta.unit}`.trim(),
      'square pixels',
      'Resize the stack so that x and y have one pixel size.',
    );
  }
  return z / x;
}

/** One pair a lateral slice (two with `turned`), of channel `c` and frame `t`. */
export function axialPairs(
  image: Image,
  random: Random,
  settings: AxialSettings & { t?: number; c?: number },
): AxialPair[] {
  const { t = 0, c = 0, turned = false } = settings;
  const slices = Array.from({ length: image.size.z }, (_, z) => getPlane(image, { t, z, c }));
  const truths = turned ? slices.flatMap((slice) => [slice, transposed(slice)]) : slices;
  return truths.map((clean) => ({ clean, defective: axialDefect(clean, random, settings) }));
}

/** A lateral slice as it would look along the optical axis: PSF, shot noise, read noise, sampling, in that order. */
export function axialDefect(slice: Plane, random: Random, settings: AxialSettings): Plane {
  const { factor, psf, peakPhotons, readNoise = 0 } = settings;
  const blurred = psf === undefined ? slice : anisotropicBlur(slice, psf, AXIAL_AXIS, 'reflect');
  const noisy =
    peakPhotons === undefined && readNoise === 0 ? blurred : withNoise(blurred, random, { peakPhotons, readNoise });
  return subsampleAndZoom(noisy, AXIAL_AXIS, factor);
}

/** Rows of a side view once z is sampled as finely as x: the first and last plane stay, neighbours `factor` apart. */
export function isotropicLength(planes: number, factor: number): number {
  return Math.round((planes - 1) * factor) + 1;
}

/** A side view (z as rows) interpolated linearly to square pixels: what a network trained on such pairs restores. */
export function isotropicView(view: Plane, factor: number): Plane {
  return resizeLinear(view, AXIAL_AXIS, isotropicLength(view.height, factor));
}

function withNoise(plane: Plane, random: Random, noise: { peakPhotons?: number; readNoise: number }): Plane {
  const { offset, range } = measureScale(plane.data, { low: 0.1, high: 99.9, eps: 0 });
  const normalised = { ...plane, data: plane.data.map((value) => (value - offset) / range) };
  const noisy = poissonGaussian(normalised, random, { photons: noise.peakPhotons, readNoise: noise.readNoise });
  return { ...noisy, data: noisy.data.map((value) => value * range + offset) };
}

function transposed({ width, height, data }: Plane): Plane {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) turned[col * height + row] = data[row * width + col];
  }
  return { width: height, height: width, data: turned };
}
