import { gaussianKernel } from '../filters';
import type { Plane } from '../image';
import type { Random } from '../random';

/** Random fields and soft shapes, the stuff phantoms are drawn with. Lengths are in pixels. */

/** The smallest field that is made: a smaller patch is a crop of one, so that its slow variations are the same. */
export const SMALLEST_FIELD = 128;

export function emptyPlane(width: number, height: number): Plane {
  return { width, height, data: new Float32Array(width * height) };
}

/** White noise of sd 1 blurred by a Gaussian of σ `sigma` (sd then about 0.28 / σ); stationary up to the border. */
export function texture(random: Random, width: number, height: number, sigma: number): Plane {
  const kernel = gaussianKernel(sigma);
  const radius = (kernel.length - 1) / 2;
  const wide = width + 2 * radius;
  const tall = height + 2 * radius;
  const noise = Float32Array.from({ length: wide * tall }, () => random.normal());
  const rows = new Float64Array(width * tall);
  for (let row = 0; row < tall; row++) {
    for (let col = 0; col < width; col++) {
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) sum += kernel[tap] * noise[row * wide + col + tap];
      rows[row * width + col] = sum;
    }
  }
  const field = emptyPlane(width, height);
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) {
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) sum += kernel[tap] * rows[(row + tap) * width + col];
      field.data[row * width + col] = sum;
    }
  }
  return field;
}

/**
 * A slow field between `low` and `high`, both reached: white noise blurred by σ `sigma` (well above 4), made on a
 * grid of step σ/4 and interpolated linearly between its points.
 */
export function slowField(
  random: Random,
  width: number,
  height: number,
  { sigma, low, high }: { sigma: number; low: number; high: number },
): Plane {
  const step = sigma / 4;
  const coarse = texture(random, Math.ceil((width - 1) / step) + 2, Math.ceil((height - 1) / step) + 2, sigma / step);
  const field = emptyPlane(width, height);
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < height; row++) {
    const gridRow = Math.floor(row / step);
    const down = row / step - gridRow;
    for (let col = 0; col < width; col++) {
      const gridCol = Math.floor(col / step);
      const right = col / step - gridCol;
      const at = gridRow * coarse.width + gridCol;
      const upper = coarse.data[at] * (1 - right) + coarse.data[at + 1] * right;
      const lower = coarse.data[at + coarse.width] * (1 - right) + coarse.data[at + coarse.width + 1] * right;
      const value = upper * (1 - down) + lower * down;
      field.data[row * width + col] = value;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  const scale = most > least ? (high - low) / (most - least) : 0;
  for (let i = 0; i < field.data.length; i++) field.data[i] = low + (field.data[i] - least) * scale;
  return field;
}

export interface Ellipse {
  x: number;
  y: number;
  /** Longer half-axis. */
  radius: number;
  /** Shorter half-axis as a share of the longer. */
  aspect: number;
  /** Direction of the longer axis, in radians. */
  angle: number;
}

/** Calls `paint(index, distance)` for pixels nearer to the centre than `reach` radii; distance is 1 on the outline. */
export function paintEllipse(
  plane: Plane,
  ellipse: Ellipse,
  reach: number,
  paint: (index: number, distance: number) => void,
): void {
  const { x, y, radius, aspect, angle } = ellipse;
  const extent = radius * reach;
  const cos = Math.cos(angle) / radius;
  const sin = Math.sin(angle) / radius;
  const top = Math.max(0, Math.ceil(y - extent));
  const bottom = Math.min(plane.height - 1, Math.floor(y + extent));
  const left = Math.max(0, Math.ceil(x - extent));
  const right = Math.min(plane.width - 1, Math.floor(x + extent));
  for (let row = top; row <= bottom; row++) {
    for (let col = left; col <= right; col++) {
      const along = (col - x) * cos + (row - y) * sin;
      const across = ((row - y) * cos - (col - x) * sin) / aspect;
      const squared = along * along + across * across;
      if (squared <= reach * reach) paint(row * plane.width + col, Math.sqrt(squared));
    }
  }
}

/** 1 / (1 + exp(−x)). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Uniform between `low` and `high`. */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** The largest value of a plane. */
/** Uniformly from a range. */
export const drawn = (random: Random, { least, most }: { least: number; most: number }): number =>
  between(random, least, most);

export function maximumOf(plane: Plane): number {
  return plane.data.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
