import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { AXIAL_AXIS, anisotropicBlur, poissonGaussian, subsampleAndZoom } from '../optics';
import type { Random } from '../random';
import { between, emptyPlane, paintEllipse, sigmoid, slowField, texture } from './fields';

/** A fly embryo's surface: close-packed textured nuclei under a slow envelope, on a dim uneven background. */

/** Distance of neighbours in a row; the rows of the hexagonal lattice run along y. */
const SPACING = 13;
const ROW_PITCH = 0.87 * SPACING;
const JITTER = 1.6;
const RADIUS = 5.5;
const EDGE_SLOPE = 6;
const TEXTURE = { sigma: 1, gain: 0.525 };
const ENVELOPE = { sigma: 30, low: 0.25, high: 1 };
const BACKGROUND = { gain: 0.12, sigma: 25, low: 0.5, high: 1 };
const BLUR = 0.7;
const NOISE = 0.015;

/** Axial defect: σ in pixels of the anisotropic PSF, photons per unit of intensity, sampling factor. */
export const EMBRYO_AXIAL = { psf: { lateral: 1, axial: 3.6 }, photons: 170, factor: 5 };

/** Denoising defect: blur σ, photons per unit, read noise in intensity. */
export const EMBRYO_NOISE = { blur: 0.4, photons: 27, readNoise: 0.03 };

export function embryoClean(random: Random, size: number): Plane {
  const nuclei = emptyPlane(size, size);
  const phase = { along: between(random, 0, SPACING), across: between(random, 0, ROW_PITCH) };
  const rows = Math.ceil(size / ROW_PITCH) + 2;
  const places = Math.ceil(size / SPACING) + 2;
  for (let row = -1; row < rows; row++) {
    for (let place = -1; place < places; place++) {
      const amplitude = between(random, 0.4, 1);
      const nucleus = {
        x: row * ROW_PITCH - phase.across + JITTER * random.normal(),
        y: (place + (row % 2 === 0 ? 0 : 0.5)) * SPACING - phase.along + JITTER * random.normal(),
        radius: RADIUS * between(random, 0.8, 1.2),
        aspect: between(random, 0.75, 1),
        angle: between(random, 0, Math.PI),
      };
      paintEllipse(nuclei, nucleus, 2, (index, distance) => {
        const value = amplitude * sigmoid(EDGE_SLOPE * (1 - distance));
        if (value > nuclei.data[index]) nuclei.data[index] = value;
      });
    }
  }
  const grain = texture(random, size, size, TEXTURE.sigma);
  const textured = mapPlane(nuclei, (value, i) => value * Math.max(0, 1 + TEXTURE.gain * grain.data[i]));
  const envelope = slowField(random, size, size, ENVELOPE);
  const background = slowField(random, size, size, BACKGROUND);
  return mapPlane(
    gaussianBlur(textured, BLUR),
    (value, i) => value * envelope.data[i] + BACKGROUND.gain * background.data[i] + NOISE * random.normal(),
  );
}

/** Five times fewer samples along y, blurred as along an optical axis (black beyond the border, as CARE does it). */
export function embryoAxial(clean: Plane, random: Random): Plane {
  const blurred = anisotropicBlur(clean, EMBRYO_AXIAL.psf, AXIAL_AXIS, 'zero');
  return subsampleAndZoom(
    poissonGaussian(blurred, random, { photons: EMBRYO_AXIAL.photons }),
    AXIAL_AXIS,
    EMBRYO_AXIAL.factor,
  );
}

/** Few photons and read noise. */
export function embryoNoise(clean: Plane, random: Random): Plane {
  const { blur, photons, readNoise } = EMBRYO_NOISE;
  return poissonGaussian(gaussianBlur(clean, blur), random, { photons, readNoise, clip: true });
}
