import { bordered } from '../filters';
import type { Plane } from '../image';
import { AXIAL_AXIS, sampledLength } from '../optics';
import type { ClassicalMethod } from './method';

export interface BicubicSettings {
  /** Keys' a, how far the curve overshoots: −0.5 is Catmull–Rom's, −0.75 OpenCV's. */
  overshoot: number;
}

/**
 * An axial view sampled `factor` times too coarsely and interpolated linearly, interpolated anew with R. Keys' cubic
 * convolution, 1981. The coarse samples are recovered exactly: linear interpolation is v = A s with A's columns hat
 * functions, so AᵀA is tridiagonal and s = (AᵀA)⁻¹ Aᵀ v.
 */
export function bicubic(plane: Plane, { overshoot }: BicubicSettings, factor: number): Plane {
  const { width, height } = plane;
  const along = AXIAL_AXIS === 'y' ? height : width;
  const across = AXIAL_AXIS === 'y' ? width : height;
  const stride = AXIAL_AXIS === 'y' ? width : 1;
  const apart = AXIAL_AXIS === 'y' ? 1 : width;
  const coarse = sampledLength(along, factor);
  if (coarse < 2 || coarse === along) return plane;
  const data = new Float32Array(width * height);
  const line = new Float64Array(along);
  for (let j = 0; j < across; j++) {
    for (let i = 0; i < along; i++) line[i] = plane.data[i * stride + j * apart];
    const samples = coarseSamples(line, coarse);
    for (let i = 0; i < along; i++) {
      const at = (i * (coarse - 1)) / (along - 1);
      const below = Math.min(Math.floor(at), coarse - 2);
      let value = 0;
      for (let tap = -1; tap <= 2; tap++) {
        value += samples[bordered(below + tap, coarse, 'reflect')] * keys(at - below - tap, overshoot);
      }
      data[i * stride + j * apart] = value;
    }
  }
  return { width, height, data };
}

/** Keys' kernel: a cubic up to distance 1, another up to 2, 0 beyond. */
function keys(x: number, a: number): number {
  const d = Math.abs(x);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  if (d < 2) return a * (d ** 3 - 5 * d ** 2 + 8 * d - 4);
  return 0;
}

/** The `count` samples that `line` is the linear interpolation of, in the least-squares sense. */
function coarseSamples(line: Float64Array, count: number): Float64Array {
  const diagonal = new Float64Array(count);
  const beside = new Float64Array(count);
  const samples = new Float64Array(count);
  line.forEach((value, i) => {
    const at = (i * (count - 1)) / (line.length - 1);
    const below = Math.min(Math.floor(at), count - 2);
    const share = at - below;
    diagonal[below] += (1 - share) ** 2;
    diagonal[below + 1] += share ** 2;
    beside[below] += share * (1 - share);
    samples[below] += (1 - share) * value;
    samples[below + 1] += share * value;
  });
  for (let k = 1; k < count; k++) {
    const factor = beside[k - 1] / diagonal[k - 1];
    diagonal[k] -= factor * beside[k - 1];
    samples[k] -= factor * samples[k - 1];
  }
  samples[count - 1] /= diagonal[count - 1];
  for (let k = count - 2; k >= 0; k--) samples[k] = (samples[k] - beside[k] * samples[k + 1]) / diagonal[k];
  return samples;
}

export function bicubicMethod(factor: number): ClassicalMethod<BicubicSettings> {
  return {
    name: 'bicubic',
    restore: (plane, settings) => bicubic(plane, settings, factor),
    grid: [-0.25, -0.5, -0.75, -1].map((overshoot) => ({ overshoot })),
  };
}
