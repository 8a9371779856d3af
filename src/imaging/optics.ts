import { type Axis, type Border, gaussianBlur, mapPlane, type PerAxis, resizeAxis, resizeLinear } from './filters';
import type { Plane } from './image';
import type { Random } from './random';

/**
 * What a fluorescence microscope does to a plane: blur by its point spread function, photon and read noise, coarse
 * axial sampling, uneven illumination with bleaching.
 */

/**
 * The axis of a plane that a side view has its optical axis on: y, so that a section shows z downwards, as views.ts
 * lays it. Every axial defect lies along it.
 */
export const AXIAL_AXIS: Axis = 'y';

/** A Gaussian's full width at half maximum in units of its standard deviation. */
const FWHM_PER_SIGMA = 2 * Math.sqrt(2 * Math.log(2));

export interface Objective {
  /** Emission wavelength λ, in the unit of the pixel sizes. */
  wavelength: number;
  /** Numerical aperture NA. */
  numericalAperture: number;
  /** Refractive index n of the immersion medium: 1 air, 1.33 water, 1.515 oil. */
  refractiveIndex: number;
}

/** σ in pixels of the wide-field PSF: FWHM 0.51 λ / NA across and 1.77 n λ / NA² along the optical axis. */
export function psfSigmas(
  objective: Objective,
  pixelSize: { lateral: number; axial: number },
): { lateral: number; axial: number } {
  const { wavelength, numericalAperture, refractiveIndex } = objective;
  const lateral = (0.51 * wavelength) / numericalAperture;
  const axial = (1.77 * refractiveIndex * wavelength) / numericalAperture ** 2;
  return {
    lateral: lateral / FWHM_PER_SIGMA / pixelSize.lateral,
    axial: axial / FWHM_PER_SIGMA / pixelSize.axial,
  };
}

export interface AxialPsf {
  /** σx, across the optical axis, in pixels. */
  lateral: number;
  /** σz, along the optical axis, in pixels of the same size. */
  axial: number;
}

/**
 * The blur that turns a lateral slice into an axial view: exp(−x² / 2σx² − z² / 2(σz − σx)²). The slice is already
 * blurred by σx where the axial view is blurred by σz, hence the difference. The optical axis lies along `axis`.
 */
export function anisotropicBlur(
  plane: Plane,
  psf: AxialPsf,
  axis: Axis = AXIAL_AXIS,
  border: Border = 'reflect',
): Plane {
  return gaussianBlur(plane, anisotropicSigmas(psf, axis), { border });
}

/** σ of `anisotropicBlur` along the plane's x and y. */
export function anisotropicSigmas({ lateral, axial }: AxialPsf, axis: Axis = AXIAL_AXIS): { x: number; y: number } {
  if (!(axial >= lateral)) throw new RangeError(`anisotropicSigmas: axial σ ${axial} is below lateral σ ${lateral}`);
  const along = axial - lateral;
  return axis === 'x' ? { x: along, y: lateral } : { x: lateral, y: along };
}

/** Keeps one sample in `factor` along an axis: round(n / factor) of them, the nearest, ends kept (zoom, order 0). */
export function subsample(plane: Plane, axis: Axis, factor: number): Plane {
  return resizeAxis(plane, axis, sampledLength(axis === 'x' ? plane.width : plane.height, factor), 0);
}

/** Subsampled by `factor` along an axis and interpolated linearly back to the old size. */
export function subsampleAndZoom(plane: Plane, axis: Axis, factor: number): Plane {
  return resizeLinear(subsample(plane, axis, factor), axis, axis === 'x' ? plane.width : plane.height);
}

/** round(n / factor), halves to even as numpy rounds, and at least 1. */
export function sampledLength(n: number, factor: number): number {
  if (!(factor >= 1)) throw new RangeError(`subsample: factor ${factor} is not a number ≥ 1`);
  const exact = n / factor;
  const whole = Math.floor(exact);
  const up = exact - whole > 0.5 || (exact - whole === 0.5 && whole % 2 === 1);
  return Math.max(1, up ? whole + 1 : whole);
}

export interface NoiseSettings {
  /** Photons that an intensity of 1 brings; left out for no shot noise. */
  photons?: number;
  /** Standard deviation of the camera's read noise, in intensity; 0 where left out. */
  readNoise?: number;
  /** Negative values become 0, as a camera with an offset subtracted gives them; off where left out. */
  clip?: boolean;
}

/** y = Poisson(photons · max(x, 0)) / photons + N(0, readNoise²). */
export function poissonGaussian(plane: Plane, random: Random, settings: NoiseSettings): Plane {
  const { photons, readNoise = 0, clip = false } = settings;
  if (photons !== undefined && !(photons > 0))
    throw new RangeError(`poissonGaussian: photons ${photons} is not above 0`);
  return mapPlane(plane, (value) => {
    let seen = value;
    if (photons !== undefined) seen = random.poisson(photons * Math.max(value, 0)) / photons;
    if (readNoise > 0) seen += readNoise * random.normal();
    return clip && seen < 0 ? 0 : seen;
  });
}

/** 1 in the middle, falling to about 1/4 in the corners: ones blurred by σ with black outside. */
export function borderVignette(width: number, height: number, sigma: PerAxis): Plane {
  const ones = { width, height, data: new Float32Array(width * height).fill(1) };
  return gaussianBlur(ones, sigma, { border: 'zero' });
}

export interface IlluminationSettings {
  /** Where the beam's centre lies, as a share of width and height. */
  centre: { x: number; y: number };
  /** σ of the beam as a share of the longer side. */
  beamWidth: number;
  /** Share of the fluorescence left at the scan's last row, where bleaching has gone furthest. */
  left: number;
}

/** Gaussian illumination that is brightest at a point, and bleaching that grows exponentially from row to row. */
export function unevenIllumination(plane: Plane, settings: IlluminationSettings): Plane {
  const { centre, beamWidth, left } = settings;
  if (!(left > 0 && left <= 1)) throw new RangeError(`unevenIllumination: left ${left} is not in (0, 1]`);
  const { width, height } = plane;
  const spread = 2 * (beamWidth * Math.max(width, height)) ** 2;
  return mapPlane(plane, (value, index) => {
    const x = (index % width) - centre.x * (width - 1);
    const row = Math.floor(index / width);
    const y = row - centre.y * (height - 1);
    const bleached = left ** (height > 1 ? row / (height - 1) : 0);
    return value * bleached * Math.exp(-(x * x + y * y) / spread);
  });
}
