/**
 * One scale for both images of a pair that differs by noise.
 *
 * Percentiles stretch a noisy image less than its clean partner, by as much as it is noisy, so a network would have to
 * guess each image's noise before it could be right about its brightness. Where blurring both makes them alike, the
 * clean image says itself where it lies among its partner's intensities: defective ≈ α clean + β, by least squares. A
 * pair that a blur does not make alike (an axial one, haze) says nothing of the kind and keeps its two scales.
 */
import { gaussianBlur } from '../imaging/filters';
import type { Plane } from '../imaging/image';
import { affineFit, correlation } from '../imaging/metrics';

export interface PlanePair {
  defective: Plane;
  clean: Plane;
}

/** Blur in pixels that leaves little of noise. */
const SIGMA = 2;
/** Share of a blurred defective image's variance that its clean partner explains. Noise: 0.98 and more; axial: 0.87. */
const ALIKE = 0.95;

/** More than this without any blur, and there is no noise to speak of. */
const EQUAL = 0.999;

/** Whether the pairs differ by little but noise: at least half of them do, and are all but equal once blurred. */
export function differByNoise(pairs: readonly PlanePair[]): boolean {
  const explained = (a: Plane, b: Plane) => Math.max(0, correlation(a, b)) ** 2;
  const noisy = pairs.filter(
    ({ defective, clean }) =>
      explained(defective, clean) < EQUAL &&
      explained(gaussianBlur(defective, SIGMA), gaussianBlur(clean, SIGMA)) >= ALIKE,
  );
  return pairs.length > 0 && 2 * noisy.length >= pairs.length;
}

/** The pair with its clean image at its defective one's intensities; one without any structure stays as it is. */
export function toDefectiveScale<Pair extends PlanePair>(pair: Pair): Pair {
  const { alpha, beta } = affineFit(pair.clean, pair.defective);
  if (!(alpha > 0)) return pair;
  return { ...pair, clean: { ...pair.clean, data: pair.clean.data.map((value) => alpha * value + beta) } };
}
