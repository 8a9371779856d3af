import { mapPlane } from '../filters';
import type { Plane } from '../image';
import { minMaxScaled } from '../metrics';
import type { ClassicalMethod } from './method';

export interface GammaSettings {
  gamma: number;
}

/** ((v − min) / (max − min))^γ: contrast that favours bright structures (γ > 1) or dim ones (γ < 1). */
export function gamma(plane: Plane, settings: GammaSettings): Plane {
  const scaled = minMaxScaled(plane).data;
  return mapPlane(plane, (_, i) => scaled[i] ** settings.gamma);
}

export const gammaMethod: ClassicalMethod<GammaSettings> = {
  name: 'gamma',
  restore: gamma,
  grid: [0.5, 0.7, 0.85, 1, 1.2, 1.5, 1.75, 2, 2.5, 3, 4, 5].map((value) => ({ gamma: value })),
};
