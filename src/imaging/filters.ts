import type { Plane } from './image';

/**
 * Linear filters on planes, computed in float64: separable convolution, Gaussian blur and resizing along one axis.
 * Borders and sampling follow scipy.ndimage, against which the tests check them.
 */

/** `reflect`: d c b a | a b c d | d c b a. `zero`: black outside. scipy's modes 'reflect' and 'constant'. */
export type Border = 'reflect' | 'zero';

export type Axis = 'x' | 'y';

/** One number for both axes, or one for each. */
export type PerAxis = number | { x: number; y: number };

export interface BlurSettings {
  border?: Border;
  /** The kernel ends at `truncate` · σ, rounded to a whole pixel; scipy's default of 4. */
  truncate?: number;
}

export function perAxis(value: PerAxis): { x: number; y: number } {
  return typeof value === 'number' ? { x: value, y: value } : value;
}

/** Convolution with a Gaussian of standard deviation `sigma` pixels; an axis with σ 0 is left as it is. */
export function gaussianBlur(plane: Plane, sigma: PerAxis, settings: BlurSettings = {}): Plane {
  const { x, y } = perAxis(sigma);
  const { border = 'reflect', truncate = 4 } = settings;
  const along = convolveRows(plane, gaussianKernel(x, truncate), border);
  return convolveColumns(along, gaussianKernel(y, truncate), border);
}

/** Normalised samples of exp(−i² / 2σ²) for |i| ≤ round(truncate · σ); [1] for σ 0. */
export function gaussianKernel(sigma: number, truncate = 4): Float64Array {
  if (!(sigma >= 0)) throw new RangeError(`gaussianKernel: σ ${sigma} is not a number ≥ 0`);
  const radius = Math.floor(truncate * sigma + 0.5);
  if (radius === 0) return Float64Array.of(1);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((a, b) => a + b);
  return kernel.map((weight) => weight / sum);
}

/** Mean over `length` pixels along each axis; an even length is refused because it would shift the image. */
export function boxBlur(plane: Plane, length: number, border: Border = 'reflect'): Plane {
  if (!Number.isInteger(length) || length < 1 || length % 2 === 0) {
    throw new RangeError(`boxBlur: length ${length} is not an odd integer ≥ 1`);
  }
  const kernel = new Float64Array(length).fill(1 / length);
  return convolveColumns(convolveRows(plane, kernel, border), kernel, border);
}

/** Each row convolved with a symmetric kernel of odd length. */
export function convolveRows(plane: Plane, kernel: Float64Array, border: Border): Plane {
  const radius = radiusOf(kernel);
  if (radius === 0 && kernel[0] === 1) return plane;
  const { width, height } = plane;
  const out = new Float32Array(width * height);
  const padded = new Float64Array(width + 2 * radius);
  const source = Array.from({ length: width + 2 * radius }, (_, i) => bordered(i - radius, width, border));
  for (let row = 0; row < height; row++) {
    const offset = row * width;
    for (let i = 0; i < padded.length; i++) padded[i] = source[i] < 0 ? 0 : plane.data[offset + source[i]];
    for (let col = 0; col < width; col++) {
      const centre = col + radius;
      let sum = kernel[radius] * padded[centre];
      for (let tap = 1; tap <= radius; tap++) {
        sum += kernel[radius + tap] * (padded[centre - tap] + padded[centre + tap]);
      }
      out[offset + col] = sum;
    }
  }
  return { width, height, data: out };
}

/** Each column convolved with a symmetric kernel of odd length. */
export function convolveColumns(plane: Plane, kernel: Float64Array, border: Border): Plane {
  const radius = radiusOf(kernel);
  if (radius === 0 && kernel[0] === 1) return plane;
  const { width, height, data } = plane;
  const out = new Float32Array(width * height);
  const sums = new Float64Array(width);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let tap = -radius; tap <= radius; tap++) {
      const source = bordered(row + tap, height, border);
      if (source < 0) continue;
      const weight = kernel[radius + tap];
      const offset = source * width;
      for (let col = 0; col < width; col++) sums[col] += weight * data[offset + col];
    }
    out.set(sums, row * width);
  }
  return { width, height, data: out };
}

/**
 * Resizes one axis to `length` samples, the first and last sample staying where they are:
 * output i takes the input at i · (n − 1) / (length − 1), which is scipy.ndimage.zoom.
 * Order 0 takes the nearest sample, order 1 interpolates linearly.
 */
export function resizeAxis(plane: Plane, axis: Axis, length: number, order: 0 | 1): Plane {
  if (!Number.isInteger(length) || length < 1)
    throw new RangeError(`resizeAxis: length ${length} is not an integer ≥ 1`);
  const from = axis === 'x' ? plane.width : plane.height;
  const step = length > 1 ? (from - 1) / (length - 1) : 0;
  const width = axis === 'x' ? length : plane.width;
  const height = axis === 'y' ? length : plane.height;
  const data = new Float32Array(width * height);
  const across = axis === 'x' ? plane.height : plane.width;
  const inStride = axis === 'x' ? 1 : plane.width;
  const outStride = axis === 'x' ? 1 : width;
  const inAcross = axis === 'x' ? plane.width : 1;
  const outAcross = axis === 'x' ? width : 1;
  for (let i = 0; i < length; i++) {
    const at = i * step;
    const below = Math.min(order === 0 ? Math.floor(at + 0.5) : Math.floor(at), from - 1);
    const above = Math.min(below + 1, from - 1);
    const share = order === 0 ? 0 : at - below;
    for (let j = 0; j < across; j++) {
      const a = plane.data[below * inStride + j * inAcross];
      const b = plane.data[above * inStride + j * inAcross];
      data[i * outStride + j * outAcross] = a + (b - a) * share;
    }
  }
  return { width, height, data };
}

/** Linear interpolation along one axis to `length` samples, ends kept in place (scipy.ndimage.zoom, order 1). */
export function resizeLinear(plane: Plane, axis: Axis, length: number): Plane {
  return resizeAxis(plane, axis, length, 1);
}

/** The part of a plane that starts at (x, y). Throws RangeError where it is not whole inside. */
export function cropped(plane: Plane, x: number, y: number, width: number, height: number): Plane {
  if (x < 0 || y < 0 || x + width > plane.width || y + height > plane.height) {
    throw new RangeError(`crop of ${width}×${height} at (${x}, ${y}) leaves a plane of ${plane.width}×${plane.height}`);
  }
  const data = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (y + row) * plane.width + x;
    data.set(plane.data.subarray(start, start + width), row * width);
  }
  return { width, height, data };
}

/** A plane whose every value is `f` of the old one. */
export function mapPlane(plane: Plane, f: (value: number, index: number) => number): Plane {
  const data = new Float32Array(plane.data.length);
  for (let i = 0; i < data.length; i++) data[i] = f(plane.data[i], i);
  return { width: plane.width, height: plane.height, data };
}

/** The sample that stands at index `i` of an axis with `n` samples, −1 for black. Reflects as often as it takes. */
export function bordered(i: number, n: number, border: Border): number {
  if (i >= 0 && i < n) return i;
  if (border === 'zero') return -1;
  const period = 2 * n;
  const folded = ((i % period) + period) % period;
  return folded < n ? folded : period - 1 - folded;
}

function radiusOf(kernel: Float64Array): number {
  if (kernel.length % 2 === 0)
    throw new RangeError(`a kernel of ${kernel.length} samples has no centre; give an odd length`);
  return (kernel.length - 1) / 2;
}
