import { bordered } from '../filters';
import { fourier, powerOfTwo } from '../fourier';
import type { Plane } from '../image';
import type { ClassicalMethod } from './method';
import type { GaussianPsf } from './richardson_lucy';

export interface WienerSettings {
  /** Noise power over signal power, the same at every frequency. */
  balance: number;
}

/**
 * Wiener's deconvolution with a known Gaussian PSF of transfer function H(f) = exp(−2π²(σx² fx² + σy² fy²)):
 *
 *   Û = H / (H² + balance) · D · (1 + balance)
 *
 * The last factor keeps the mean. The image is mirrored outwards, at least half its side, against ringing at the border.
 */
export function wiener(plane: Plane, { balance }: WienerSettings, psf: GaussianPsf): Plane {
  const { width, height } = plane;
  const wide = powerOfTwo(2 * width);
  const tall = powerOfTwo(2 * height);
  const left = (wide - width) >> 1;
  const top = (tall - height) >> 1;
  const field = { width: wide, height: tall, re: new Float64Array(wide * tall), im: new Float64Array(wide * tall) };
  for (let row = 0; row < tall; row++) {
    const source = bordered(row - top, height, 'reflect') * width;
    for (let col = 0; col < wide; col++) {
      field.re[row * wide + col] = plane.data[source + bordered(col - left, width, 'reflect')];
    }
  }
  fourier(field, 'forward');
  const transferX = transfer(wide, psf.x);
  const transferY = transfer(tall, psf.y);
  for (let row = 0; row < tall; row++) {
    for (let col = 0; col < wide; col++) {
      const h = transferX[col] * transferY[row];
      const gain = (h * (1 + balance)) / (h * h + balance);
      field.re[row * wide + col] *= gain;
      field.im[row * wide + col] *= gain;
    }
  }
  fourier(field, 'inverse');
  const data = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (row + top) * wide + left;
    data.set(field.re.subarray(start, start + width), row * width);
  }
  return { width, height, data };
}

/** exp(−2π²σ²f²) at the n frequencies of the transform, f from −1/2 to 1/2. */
function transfer(n: number, sigma: number): Float64Array {
  const frequency = (i: number) => Math.min(i, n - i) / n;
  return Float64Array.from({ length: n }, (_, i) => Math.exp(-2 * (Math.PI * sigma * frequency(i)) ** 2));
}

export function wienerMethod(psf: GaussianPsf): ClassicalMethod<WienerSettings> {
  return {
    name: 'Wiener',
    restore: (plane, settings) => wiener(plane, settings, psf),
    grid: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 10].map((balance) => ({ balance })),
  };
}
