import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { borderVignette, poissonGaussian } from '../optics';
import type { Random } from '../random';
import { between, emptyPlane, maximumOf, slowField } from './fields';

/** Microtubules: thin bright filaments of slowly wandering curvature on black. */

const FILAMENTS = { least: 10, most: 19 };
const WIDTH_SIGMA = 1.1;
const STEP = 0.5;
/** Curvature at the start and its random walk per step, in rad/px. */
const CURVATURE = { start: 0.012, walk: 0.0006 };
const LENGTH = { least: 50, most: 190 };
/** The count is for a field of this side. */
const COUNTED_SIDE = 128;

/** Widefield defect: blur σ, haze σ and weight, slow noise σ and weight, vignette σ, photons per unit of intensity. */
export const MICROTUBULES_WIDEFIELD = {
  blur: 2.2,
  haze: { sigma: 12, weight: 0.5 },
  slowNoise: { sigma: 22, weight: 2.7 },
  vignette: 3,
  photons: 300,
};

export function microtubulesClean(random: Random, size: number): Plane {
  const plane = emptyPlane(size, size);
  const density = (size / COUNTED_SIDE) ** 2;
  const count = Math.round(density * (FILAMENTS.least + random.integer(FILAMENTS.most - FILAMENTS.least + 1)));
  for (let i = 0; i < count; i++) {
    let x = between(random, 0, size);
    let y = between(random, 0, size);
    let direction = between(random, 0, 2 * Math.PI);
    let curvature = CURVATURE.start * random.normal();
    const steps = Math.round(between(random, LENGTH.least, LENGTH.most) / STEP);
    const amplitude = between(random, 0.6, 1);
    for (let step = 0; step < steps; step++) {
      stampSpot(plane, x, y, amplitude);
      direction += curvature * STEP;
      curvature += CURVATURE.walk * random.normal();
      x += STEP * Math.cos(direction);
      y += STEP * Math.sin(direction);
    }
  }
  return plane;
}

/** A Gaussian spot whose sum along a straight filament of such spots, a step apart, is `amplitude` on its axis. */
function stampSpot(plane: Plane, x: number, y: number, amplitude: number): void {
  const peak = (amplitude * STEP) / (WIDTH_SIGMA * Math.sqrt(2 * Math.PI));
  const reach = 3.5 * WIDTH_SIGMA;
  const top = Math.max(0, Math.ceil(y - reach));
  const bottom = Math.min(plane.height - 1, Math.floor(y + reach));
  const left = Math.max(0, Math.ceil(x - reach));
  const right = Math.min(plane.width - 1, Math.floor(x + reach));
  for (let row = top; row <= bottom; row++) {
    const vertical = peak * Math.exp(-((row - y) ** 2) / (2 * WIDTH_SIGMA ** 2));
    for (let col = left; col <= right; col++) {
      plane.data[row * plane.width + col] += vertical * Math.exp(-((col - x) ** 2) / (2 * WIDTH_SIGMA ** 2));
    }
  }
}

/** Low resolution under haze and uneven, much brighter background, dim towards the border, with shot noise. */
export function microtubulesWidefield(clean: Plane, random: Random): Plane {
  const { blur, haze, slowNoise, vignette, photons } = MICROTUBULES_WIDEFIELD;
  const { width, height } = clean;
  const blurred = scaledToOne(gaussianBlur(clean, blur));
  const hazy = scaledToOne(gaussianBlur(clean, haze.sigma));
  const uneven = slowField(random, width, height, { sigma: slowNoise.sigma, low: 0, high: 1 });
  const lit = borderVignette(width, height, vignette);
  const light = mapPlane(
    blurred,
    (value, i) => (value + haze.weight * hazy.data[i] + slowNoise.weight * uneven.data[i]) * lit.data[i],
  );
  return poissonGaussian(light, random, { photons });
}

function scaledToOne(plane: Plane): Plane {
  const most = maximumOf(plane);
  return most > 0 ? mapPlane(plane, (value) => value / most) : plane;
}
