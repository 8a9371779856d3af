import { gaussianBlur } from '../filters';
import type { Plane } from '../image';
import type { ClassicalMethod } from './method';

export interface GaussianSettings {
  /** Standard deviation in pixels. */
  sigma: number;
}

export function gaussian(plane: Plane, { sigma }: GaussianSettings): Plane {
  return gaussianBlur(plane, sigma);
}

export const gaussianMethod: ClassicalMethod<GaussianSettings> = {
  name: 'Gaussian',
  restore: gaussian,
  grid: [0, 0.4, 0.6, 0.8, 1, 1.2, 1.5, 1.75, 2, 2.5, 3, 4].map((sigma) => ({ sigma })),
};
