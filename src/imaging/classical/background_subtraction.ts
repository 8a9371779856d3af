import { bordered, gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { gamma } from './gamma';
import { type ClassicalMethod, grid } from './method';

export interface BackgroundSubtractionSettings {
  /** σ of a Gaussian that comes first, against noise. */
  smoothing: number;
  /** Structures wider than 2 · radius + 1 pixels count as background. */
  radius: number;
  gamma: number;
}

/** What stands above the background (its morphological opening by a square, smoothed), then gamma. */
export function backgroundSubtraction(plane: Plane, settings: BackgroundSubtractionSettings): Plane {
  const { smoothing, radius, gamma: exponent } = settings;
  const smooth = gaussianBlur(plane, smoothing);
  const background = gaussianBlur(opening(smooth, radius), radius / 2);
  return gamma(
    mapPlane(smooth, (value, i) => Math.max(0, value - background.data[i])),
    { gamma: exponent },
  );
}

/** The minimum over a (2 · radius + 1)² square, then the maximum: removes what is narrower than the square. */
export function opening(plane: Plane, radius: number): Plane {
  return extremum(extremum(plane, radius, Math.min), radius, Math.max);
}

type Choose = (a: number, b: number) => number;

/** Separable running extremum with reflected borders: along x, then along y. */
function extremum(plane: Plane, radius: number, choose: Choose): Plane {
  const { width, height } = plane;
  const data = new Float32Array(width * height);
  const alongRow = runningExtremum(width, radius, choose);
  for (let row = 0; row < height; row++) alongRow(plane.data, data, row * width, 1);
  const alongColumn = runningExtremum(height, radius, choose);
  for (let col = 0; col < width; col++) alongColumn(data, data, col, width);
  return { width, height, data };
}

/**
 * Extremum over 2 · radius + 1 samples of a line of n, in three comparisons a sample whatever the radius (van Herk
 * 1992, Gil and Werman 1993): the line is cut into blocks as long as the window, and every window is the end of one
 * block and the start of the next. May write where it reads.
 */
function runningExtremum(n: number, radius: number, choose: Choose) {
  const window = 2 * radius + 1;
  const length = n + 2 * radius;
  const source = Array.from({ length }, (_, i) => bordered(i - radius, n, 'reflect'));
  const fromStart = new Float32Array(length);
  const toEnd = new Float32Array(length);
  return (input: Float32Array, output: Float32Array, start: number, step: number) => {
    for (let i = 0; i < length; i++) {
      const value = input[start + source[i] * step];
      fromStart[i] = i % window === 0 ? value : choose(fromStart[i - 1], value);
    }
    for (let i = length - 1; i >= 0; i--) {
      const value = input[start + source[i] * step];
      toEnd[i] = i === length - 1 || i % window === window - 1 ? value : choose(toEnd[i + 1], value);
    }
    for (let i = 0; i < n; i++) output[start + i * step] = choose(toEnd[i], fromStart[i + window - 1]);
  };
}

export const backgroundSubtractionMethod: ClassicalMethod<BackgroundSubtractionSettings> = {
  name: 'background subtraction and gamma',
  restore: backgroundSubtraction,
  grid: grid<BackgroundSubtractionSettings>({
    smoothing: [0, 1, 1.5],
    radius: [4, 8, 16, 32],
    gamma: [1, 1.5, 2, 3],
  }),
};
