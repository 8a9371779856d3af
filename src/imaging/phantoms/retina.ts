import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { AXIAL_AXIS, anisotropicBlur, poissonGaussian, subsampleAndZoom } from '../optics';
import type { Random } from '../random';
import { between, emptyPlane, paintEllipse, sigmoid, slowField, texture } from './fields';

/** A retina in one of two stains, drawn by lot: textured nuclei, or nuclear envelopes seen as rings. */

const RADIUS = 17;
const NUCLEI = { least: 18, most: 26, background: 0.5 };
const TEXTURE = { sigma: 1.3, gain: 1.4, low: 0.3, high: 2 };
const RINGS = { least: 6, most: 12, background: 0.25 };
const BACKGROUND_SIGMA = 20;
const EDGE_SLOPE = 12;
const BLUR = 0.7;
const NOISE = 0.02;
/** Counts above are for a field of this side, objects whose centre is up to one radius outside included. */
const COUNTED_SIDE = 128;

/** Axial defect: defocus σ, σ in pixels of the anisotropic PSF, photons per unit of intensity, sampling factor. */
export const RETINA_AXIAL = { defocus: 3, psf: { lateral: 1, axial: 9.5 }, photons: 3000, factor: 10.2 };

export function retinaClean(random: Random, size: number): Plane {
  const nuclei = random.uniform() < 0.5;
  const kind = nuclei ? NUCLEI : RINGS;
  const objects = emptyPlane(size, size);
  const density = ((size + 2 * RADIUS) / (COUNTED_SIDE + 2 * RADIUS)) ** 2;
  const count = Math.round(density * (kind.least + random.integer(kind.most - kind.least + 1)));
  for (let i = 0; i < count; i++) {
    const nucleus = {
      x: between(random, -RADIUS, size + RADIUS),
      y: between(random, -RADIUS, size + RADIUS),
      radius: RADIUS * between(random, 0.7, 1.25),
      aspect: between(random, 0.55, 1),
      angle: between(random, 0, Math.PI),
    };
    const amplitude = between(random, 0.5, 1);
    const width = between(random, 1.1, 1.6);
    paintEllipse(objects, nucleus, 1.5, (index, distance) => {
      const fromEdge = (distance - 1) * nucleus.radius * Math.sqrt(nucleus.aspect);
      const shape = nuclei ? sigmoid(EDGE_SLOPE * (1 - distance)) : Math.exp(-(fromEdge ** 2) / (2 * width ** 2));
      objects.data[index] = Math.max(objects.data[index], amplitude * shape);
    });
  }
  const grain = texture(random, size, size, TEXTURE.sigma);
  const background = slowField(random, size, size, {
    sigma: BACKGROUND_SIGMA,
    low: kind.background / 2,
    high: kind.background,
  });
  const stained = mapPlane(objects, (value, i) => {
    const gain = Math.min(TEXTURE.high, Math.max(TEXTURE.low, 1 + TEXTURE.gain * grain.data[i]));
    return value * (nuclei ? gain : 1) + background.data[i];
  });
  return mapPlane(gaussianBlur(stained, BLUR), (value) => value + NOISE * random.normal());
}

/** Ten times fewer samples along y, out of focus; black beyond the border, as CARE's convolution takes it. */
export function retinaAxial(clean: Plane, random: Random): Plane {
  const { defocus, psf, photons, factor } = RETINA_AXIAL;
  const blurred = anisotropicBlur(gaussianBlur(clean, defocus, { border: 'zero' }), psf, AXIAL_AXIS, 'zero');
  return subsampleAndZoom(poissonGaussian(blurred, random, { photons }), AXIAL_AXIS, factor);
}
