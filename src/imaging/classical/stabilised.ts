import { mapPlane } from '../filters';
import type { Plane } from '../image';

/**
 * Runs a denoiser on √(v − min) and squares its result: shot noise then has nearly the same variance everywhere, at
 * whatever gain and offset the camera has (Anscombe 1948 without the constants, which need the gain).
 */
export function stabilised(plane: Plane, denoise: (plane: Plane) => Plane): Plane {
  const least = plane.data.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const roots = mapPlane(plane, (value) => Math.sqrt(value - least));
  return mapPlane(denoise(roots), (root) => Math.max(root, 0) ** 2 + least);
}
