import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { minMaxScaled } from '../metrics';
import type { ClassicalMethod } from './method';

export interface RichardsonLucySettings {
  iterations: number;
}

/** σ of a Gaussian point spread function along the plane's axes, in pixels. */
export interface GaussianPsf {
  x: number;
  y: number;
}

/** Keeps the quotient finite where the estimate is black; as a share of the image's range. */
const FLOOR = 1e-4;

/**
 * Deconvolution for shot noise with a known PSF h (Richardson 1972, Lucy 1974), from the image itself as the start:
 *
 *   u ← u · (h ⋆ (d / (h ∗ u)))
 *
 * The image is min–max scaled first, because the iteration is for light, which is never negative.
 */
export function richardsonLucy(plane: Plane, { iterations }: RichardsonLucySettings, psf: GaussianPsf): Plane {
  const scaled = minMaxScaled(plane).data;
  const seen = mapPlane(plane, (_, i) => scaled[i] + FLOOR);
  let estimate = seen;
  for (let i = 0; i < iterations; i++) {
    const expected = gaussianBlur(estimate, psf);
    const ratio = gaussianBlur(
      mapPlane(seen, (value, at) => value / expected.data[at]),
      psf,
    );
    estimate = mapPlane(estimate, (value, at) => value * ratio.data[at]);
  }
  return estimate;
}

export function richardsonLucyMethod(psf: GaussianPsf): ClassicalMethod<RichardsonLucySettings> {
  return {
    name: 'Richardson–Lucy',
    restore: (plane, settings) => richardsonLucy(plane, settings, psf),
    grid: [0, 1, 2, 4, 8, 16, 32, 64].map((iterations) => ({ iterations })),
  };
}
