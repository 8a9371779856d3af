/** What is noise of the power that images have. */
import { type Spectrum, spectrum } from './power_spectrum';
import type { Sampling } from './sampling';

/** Of half a cycle a pixel: where an image is taken to hold nothing but noise. */
const HIGHEST = 0.7;

/** A sample for each pixel. */
export const PIXELS: Sampling = { x: 1, y: 1 };

/**
 * The same at every fx as at the highest ones, or at every fy, whichever is more; never more than there is. Images with few
 * samples along both axes have no highest ones: what is fastest along both is taken for white noise.
 */
export function noiseOf(power: Spectrum, sampling: Sampling): Spectrum {
  const n = power.side / 2 + 1;
  if (sampling.x > 1 && sampling.y > 1) {
    const known = (factor: number) => Math.floor(power.side / (2 * factor));
    const [fx, fy] = [known(sampling.x), known(sampling.y)];
    const fast: number[] = [];
    spectrum(power.side, (x, y, at) => {
      if (x <= fx && y <= fy && x >= HIGHEST * fx && y >= HIGHEST * fy) fast.push(power.values[at]);
      return 0;
    });
    return spectrum(power.side, (_x, _y, at) => Math.min(power.values[at], mean(fast)));
  }
  const first = Math.ceil(HIGHEST * (n - 1));
  const highest = Array.from({ length: n - first }, (_, i) => first + i);
  const alongX = Array.from({ length: n }, (_, x) => mean(highest.map((y) => power.values[y * n + x])));
  const alongY = Array.from({ length: n }, (_, y) => mean(highest.map((x) => power.values[y * n + x])));
  return spectrum(power.side, (x, y, at) => Math.min(power.values[at], Math.max(alongX[x], alongY[y])));
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
