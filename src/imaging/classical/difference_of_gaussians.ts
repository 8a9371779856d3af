import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { gamma } from './gamma';
import { type ClassicalMethod, grid } from './method';

export interface DifferenceOfGaussiansSettings {
  /** σ of the narrow Gaussian: noise below it goes. */
  inner: number;
  /** How many times wider the second is: background above it goes. */
  ratio: number;
  gamma: number;
}

/** max(0, G(inner) − G(inner · ratio)), then gamma; σ below a quarter pixel blur nothing. */
export function differenceOfGaussians(plane: Plane, settings: DifferenceOfGaussiansSettings): Plane {
  const { inner, ratio, gamma: exponent } = settings;
  const narrow = gaussianBlur(plane, inner);
  const wide = gaussianBlur(plane, inner * ratio);
  return gamma(
    mapPlane(narrow, (value, i) => Math.max(0, value - wide.data[i])),
    { gamma: exponent },
  );
}

export const differenceOfGaussiansMethod: ClassicalMethod<DifferenceOfGaussiansSettings> = {
  name: 'difference of Gaussians and gamma',
  restore: differenceOfGaussians,
  grid: grid<DifferenceOfGaussiansSettings>({
    inner: [0.5, 0.75, 1, 1.5, 2],
    ratio: [1.6, 2, 3, 5, 10],
    gamma: [0.75, 1, 1.25, 1.5, 2],
  }),
};
