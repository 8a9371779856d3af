import { mapPlane } from '../filters';
import type { Plane } from '../image';
import { poissonGaussian, unevenIllumination } from '../optics';
import type { Random } from '../random';
import { drawn } from './fields';

/**
 * Uneven illumination with bleaching: a Gaussian beam that is not centred, fluorescence that fades from the first row of the
 * scan to the last, few photons where both leave little light. Shares of the field, photons per unit of intensity.
 */
export const ILLUMINATION = {
  centre: { least: 0.3, most: 0.7 },
  beamWidth: { least: 0.4, most: 0.6 },
  left: { least: 0.35, most: 0.7 },
  photons: 150,
  offset: 0.02,
};

export function illuminationDefect(clean: Plane, random: Random): Plane {
  const { centre, beamWidth, left, photons, offset } = ILLUMINATION;
  const lit = unevenIllumination(
    mapPlane(clean, (value) => Math.max(0, value)),
    {
      centre: { x: drawn(random, centre), y: drawn(random, centre) },
      beamWidth: drawn(random, beamWidth),
      left: drawn(random, left),
    },
  );
  return poissonGaussian(
    mapPlane(lit, (value) => value + offset),
    random,
    { photons },
  );
}
