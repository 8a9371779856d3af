/**
 * Further pairs for a task whose images differ by noise: the same clean images under noise drawn anew.
 *
 * Ten pairs show ten draws of noise, which a network soon knows by heart. What their noise is like can be measured: of
 * light c a camera makes c + noise of variance A c + B (shot noise and the rest), and A and B follow by least squares
 * from the squared differences within each pair. A copy takes the A and B of any of the pairs, times 2 to the power of
 * −1 to 1, so that each structure is seen at every noise there is, and a little beyond.
 */
import type { Plane } from '../imaging/image';
import { affineFit } from '../imaging/metrics';
import { measureScale, type NormalisationSettings, normaliseSigned } from '../imaging/normalisation';
import type { Random } from '../imaging/random';
import type { PlanePair } from './pair_scale';

/** Variance at light c, both in units of the clean image's percentile range: shot · c + rest. */
export interface NoiseLevel {
  shot: number;
  rest: number;
}

/** No camera is better than this; it keeps the Poisson means finite. */
const LEAST: NoiseLevel = { shot: 1e-4, rest: 1e-6 };

/** The noise of a defective image whose clean partner is known, both in −1..1 by their own percentiles. */
export function noiseLevelOf({ defective, clean }: PlanePair): NoiseLevel {
  const { alpha, beta } = affineFit(clean, defective);
  if (!(alpha > 0)) return LEAST;
  const light = mapped(clean, (value) => Math.max(0, unit(value)));
  // In −1..1 a unit of light is 2 long.
  const squared = mapped(defective, (value, i) => (((value - beta) / alpha - clean.data[i]) / 2) ** 2);
  const { alpha: shot, beta: rest } = affineFit(light, squared);
  return { shot: Math.max(shot, LEAST.shot), rest: Math.max(rest, LEAST.rest) };
}

/** `copies` of every pair, their defective images scaled by percentiles as every image is. */
export function noisyCopies(
  pairs: readonly PlanePair[],
  copies: number,
  random: Random,
  settings: NormalisationSettings,
): PlanePair[] {
  if (copies === 0) return [];
  const levels = pairs.map(noiseLevelOf);
  return pairs.flatMap(({ clean }) =>
    Array.from({ length: copies }, () => {
      const { shot, rest } = levels[random.integer(levels.length)];
      const gain = noiseFactor(random);
      const noisy = withNoise(clean, { shot: shot * gain, rest: rest * gain }, random);
      return { clean, defective: normaliseSigned(noisy, measureScale(noisy.data, settings)) };
    }),
  );
}

/** So that each structure is seen at every noise there is, and a little beyond. */
export const noiseFactor = (random: Random): number => 2 ** (2 * random.uniform() - 1);

/** In units of the clean image's percentile range. */
function withNoise(clean: Plane, { shot, rest }: NoiseLevel, random: Random): Plane {
  const spread = Math.sqrt(rest);
  return mapped(clean, (value) => {
    const light = Math.max(0, unit(value));
    return shot * random.poisson(light / shot) + spread * random.normal();
  });
}

const unit = (value: number): number => (value + 1) / 2;

const mapped = (plane: Plane, f: (value: number, i: number) => number): Plane => ({
  ...plane,
  data: plane.data.map(f),
});
