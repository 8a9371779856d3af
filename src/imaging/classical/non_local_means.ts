import { bordered } from '../filters';
import type { Plane } from '../image';
import { type ClassicalMethod, grid } from './method';
import { noiseLevel } from './noise_level';
import { stabilised } from './stabilised';

export interface NonLocalMeansSettings {
  /** h in units of the plane's noise: larger averages more. */
  strength: number;
  /** Patches of (2 · patch + 1)² pixels are compared. */
  patch: number;
  /** 1: on the root of the intensities, for shot noise; 0: on the intensities. */
  stabilise: number;
}

/** Patches are looked for up to this many pixels away along each axis. */
const SEARCH = 7;

/**
 * Each pixel becomes the mean of those whose surroundings look alike (Buades, Coll and Morel 2005):
 *
 *   w(i, j) = exp(−max(d² − 2σ², 0) / h²), d² the mean squared difference of the two patches, σ the noise
 *
 * One offset j − i at a time, its patch distances from an integral image; w(i, j) serves both pixels.
 */
export function nonLocalMeans(plane: Plane, { strength, patch, stabilise }: NonLocalMeansSettings): Plane {
  const denoise = (noisy: Plane) => averaged(noisy, strength, patch);
  return stabilise === 1 ? stabilised(plane, denoise) : denoise(plane);
}

function averaged(plane: Plane, strength: number, patch: number): Plane {
  const sigma = noiseLevel(plane);
  if (sigma === 0 || strength === 0) return plane;
  const { width, height } = plane;
  const margin = SEARCH + patch + 1;
  const wide = width + 2 * margin;
  const tall = height + 2 * margin;
  const padded = mirrored(plane, margin, wide, tall);
  const area = (2 * patch + 1) ** 2;
  const h2 = (strength * sigma) ** 2;
  const floor = 2 * sigma * sigma;
  const sums = Float64Array.from(padded);
  const weights = new Float64Array(wide * tall).fill(1);
  const integral = new Float64Array(wide * tall);
  for (let dy = 0; dy <= SEARCH; dy++) {
    for (let dx = dy === 0 ? 1 : -SEARCH; dx <= SEARCH; dx++) {
      const offset = dy * wide + dx;
      integrateDifferences(padded, integral, wide, tall, offset);
      // Pixels i whose partner i + offset, patches included, lies in the padded plane.
      const firstColumn = Math.max(patch + 1, patch + 1 - dx);
      const lastColumn = Math.min(wide - patch - 1, wide - patch - 1 - dx);
      for (let row = patch + 1; row < tall - patch - dy; row++) {
        const above = (row - patch - 1) * wide;
        const below = (row + patch) * wide;
        for (let col = firstColumn; col < lastColumn; col++) {
          const left = col - patch - 1;
          const right = col + patch;
          const sum =
            integral[below + right] - integral[above + right] - integral[below + left] + integral[above + left];
          const weight = Math.exp(-Math.max(sum / area - floor, 0) / h2);
          const i = row * wide + col;
          sums[i] += weight * padded[i + offset];
          sums[i + offset] += weight * padded[i];
          weights[i] += weight;
          weights[i + offset] += weight;
        }
      }
    }
  }
  const data = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) {
      const i = (row + margin) * wide + col + margin;
      data[row * width + col] = sums[i] / weights[i];
    }
  }
  return { width, height, data };
}

function mirrored(plane: Plane, margin: number, wide: number, tall: number): Float64Array {
  const padded = new Float64Array(wide * tall);
  for (let row = 0; row < tall; row++) {
    const source = bordered(row - margin, plane.height, 'reflect') * plane.width;
    for (let col = 0; col < wide; col++) {
      padded[row * wide + col] = plane.data[source + bordered(col - margin, plane.width, 'reflect')];
    }
  }
  return padded;
}

/** integral[i] = Σ (v[j] − v[j + offset])² over all j above and left of i, i included; 0 where j + offset is outside. */
function integrateDifferences(
  v: Float64Array,
  integral: Float64Array,
  wide: number,
  tall: number,
  offset: number,
): void {
  for (let row = 0, i = 0; row < tall; row++) {
    let line = 0;
    for (let col = 0; col < wide; col++, i++) {
      const difference = i + offset < v.length ? v[i] - v[i + offset] : 0;
      line += difference * difference;
      integral[i] = line + (row > 0 ? integral[i - wide] : 0);
    }
  }
}

export const nonLocalMeansMethod: ClassicalMethod<NonLocalMeansSettings> = {
  name: 'non-local means',
  restore: nonLocalMeans,
  grid: grid<NonLocalMeansSettings>({ strength: [0.5, 0.75, 1, 1.3], patch: [1, 2], stabilise: [0, 1] }),
};
