import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { AXIAL_AXIS, poissonGaussian, subsampleAndZoom } from '../optics';
import type { Random } from '../random';
import { between, drawn } from './fields';
import { STRUCTURES, structurePlane } from './structures';

/**
 * A structure of any kind seen through optics of any kind, both drawn anew for each image: what a network can learn from
 * before it is shown the few pairs that matter. None of the structures is one that restoration is tested on.
 */
export const RANDOM_OPTICS = {
  /** Intensity of the structure, and of what it lies on. */
  gain: { least: 0.5, most: 1 },
  background: { least: 0, most: 0.1 },
  /** σ of the blur across the optical axis, in pixels. */
  blur: { least: 0.3, most: 2.5 },
  /** For half of the images: σ along the optical axis in units of that across, and one sample kept in so many. */
  elongation: { least: 1, most: 4 },
  sampling: { least: 1, most: 5 },
  /** For half of the images: light from out of focus, σ in pixels and share. */
  haze: { sigma: { least: 6, most: 16 }, share: { least: 0.1, most: 0.6 } },
  /** Photons per unit of intensity, drawn by their logarithm. */
  photons: { least: 5, most: 500 },
  readNoise: { least: 0, most: 0.03 },
};

export function randomStructure(random: Random, size: number): Plane {
  const { gain, background } = RANDOM_OPTICS;
  const structure = structurePlane(STRUCTURES[random.integer(STRUCTURES.length)], random, size);
  const [bright, dark] = [drawn(random, gain), drawn(random, background)];
  return mapPlane(structure, (value) => dark + bright * value);
}

export function randomOptics(clean: Plane, random: Random): Plane {
  const { blur, elongation, sampling, haze, photons, readNoise } = RANDOM_OPTICS;
  const across = drawn(random, blur);
  const axial = random.uniform() < 0.5;
  const along = across * (axial ? drawn(random, elongation) : 1);
  let plane = gaussianBlur(clean, { x: across, y: along }, { border: 'reflect' });
  if (axial) plane = subsampleAndZoom(plane, AXIAL_AXIS, drawn(random, sampling));
  if (random.uniform() < 0.5) {
    const sigma = drawn(random, haze.sigma);
    const share = drawn(random, haze.share);
    const veil = gaussianBlur(plane, { x: sigma, y: sigma }, { border: 'reflect' });
    plane = mapPlane(plane, (value, i) => (1 - share) * value + share * veil.data[i]);
  }
  const light = Math.exp(between(random, Math.log(photons.least), Math.log(photons.most)));
  return poissonGaussian(plane, random, { photons: light, readNoise: drawn(random, readNoise) });
}
