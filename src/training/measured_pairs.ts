/**
 * Pairs for a task that has none: its clean images under the defect that both of its sets of images, the defective and
 * the clean ones, say it has (imaging/measured_defect). Nothing is trained for that.
 */
import { cropped } from '../imaging/filters';
import type { Plane } from '../imaging/image';
import { measureDefect } from '../imaging/measured_defect/measured_defect';
import { paintDefect } from '../imaging/measured_defect/paint_defect';
import { measureScale, type NormalisationSettings, normaliseSigned } from '../imaging/normalisation';
import type { Random } from '../imaging/random';
import type { PlanePair } from './pair_scale';

/** Sides in pixels up to which an image is painted whole; of a larger one, a square of this size. */
const LARGEST_PAINTED = 192;

/**
 * `count` pairs, the clean planes by turns. Painted planes are scaled by their own percentiles, as every image is, but
 * parts of larger ones, which may show nothing at all, keep the scale that was measured.
 *
 * @param defective @param clean planes of −1..1, at least one of each
 */
export function measuredPairs(
  { defective, clean }: { defective: readonly Plane[]; clean: readonly Plane[] },
  count: number,
  random: Random,
  settings: NormalisationSettings,
): PlanePair[] {
  const defect = measureDefect(defective, clean);
  const { shading } = defect;
  return Array.from({ length: count }, (_, i) => {
    const whole = clean[i % clean.length];
    const { source, at } = someOf(whole, random);
    const isField = shading?.x.length === whole.width && shading.y.length === whole.height;
    const painted = paintDefect(source, defect, random, isField ? { at } : {});
    const scaled = source === whole ? normaliseSigned(painted, measureScale(painted.data, settings)) : painted;
    return { clean: source, defective: scaled };
  });
}

function someOf(plane: Plane, random: Random): { source: Plane; at: { x: number; y: number } } {
  const [width, height] = [plane.width, plane.height].map((side) => Math.min(side, LARGEST_PAINTED));
  if (width === plane.width && height === plane.height) return { source: plane, at: { x: 0, y: 0 } };
  const at = { x: random.integer(plane.width - width + 1), y: random.integer(plane.height - height + 1) };
  return { source: cropped(plane, at.x, at.y, width, height), at };
}
