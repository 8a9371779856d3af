/**
 * Pairs for a task that has none: its clean images under the defect that both of its sets of images, the defective and
 * the clean ones, say it has (imaging/measured_defect). Nothing is trained for that.
 */
import { cropped, mapPlane } from '../imaging/filters';
import type { Plane } from '../imaging/image';
import type { MeasuredDefect } from '../imaging/measured_defect/defect';
import { measureDefect } from '../imaging/measured_defect/measured_defect';
import { type PaintSettings, paintDefect } from '../imaging/measured_defect/paint_defect';
import { coversField, type ImagePlanes } from '../imaging/measured_defect/shading';
import { affineFit } from '../imaging/metrics';
import { measureScale, type NormalisationSettings, normaliseSigned } from '../imaging/normalisation';
import type { Random } from '../imaging/random';
import { noiseFactor } from './noisy_copies';
import { differByNoise, type PlanePair } from './pair_scale';

/** Sides in pixels up to which an image is painted whole; of a larger one, a square of this size. */
const LARGEST_PAINTED = 192;
/** A square has room for a patch and for this much besides. */
const ROOM = 64;

export interface UnpairedPlanes {
  defective: ImagePlanes;
  clean: ImagePlanes;
}

interface MadePair extends PlanePair {
  /** Which of the clean planes, and whether all of it. */
  source: number;
  whole: boolean;
}

/**
 * `count` pairs, the clean planes by turns, and the clean planes at their scale. Painted planes are scaled by their own
 * percentiles, as every image is, but parts of larger ones, which may show nothing at all, keep the scale that was
 * measured, whatever noise they are given. Where noise is all there is, it is half to twice as strong as in the images.
 * With `oneScale`, clean images are brought to their partners' intensities where they differ by noise, as those of
 * measured pairs are (pair_scale.ts).
 *
 * @param sets planes of −1..1, at least one of each
 */
export function measuredPairs(
  sets: UnpairedPlanes,
  { count, patch, oneScale }: { count: number; patch: number; oneScale: boolean },
  random: Random,
  settings: NormalisationSettings,
): { pairs: PlanePair[]; clean: Plane[] } {
  const defect = measureDefect(sets.defective, sets.clean);
  const clean = sets.clean.flat();
  const most = Math.max(LARGEST_PAINTED, patch + ROOM);
  const made = Array.from({ length: count }, (_, i): MadePair => {
    const source = i % clean.length;
    const { part, at, whole } = someOf(clean[source], most, random);
    const paint = defect.noiseLevels ? { noise: noiseFactor(random) } : {};
    const lit = defect.shading && coversField(clean[source], defect.shading) ? { at } : {};
    const defective = whole
      ? paintedImage(part, defect, random, settings, paint)
      : paintDefect(part, defect, random, { ...paint, ...lit });
    return { clean: part, defective, source, whole };
  });
  return oneScale && differByNoise(telling(made)) ? atOneScale(made, clean) : { pairs: made.map(asPair), clean };
}

/** A whole image under the defect, scaled by its own percentiles. @param clean of −1..1 */
export function paintedImage(
  clean: Plane,
  defect: MeasuredDefect,
  random: Random,
  settings: NormalisationSettings,
  paint: PaintSettings = {},
): Plane {
  const painted = paintDefect(clean, defect, random, paint);
  return normaliseSigned(painted, measureScale(painted.data, settings));
}

const asPair = ({ clean, defective }: PlanePair): PlanePair => ({ clean, defective });

function someOf(plane: Plane, most: number, random: Random) {
  const [width, height] = [plane.width, plane.height].map((side) => Math.min(side, most));
  if (width === plane.width && height === plane.height) return { part: plane, at: { x: 0, y: 0 }, whole: true };
  const at = { x: random.integer(plane.width - width + 1), y: random.integer(plane.height - height + 1) };
  return { part: cropped(plane, at.x, at.y, width, height), at, whole: false };
}

/** The half of the pairs that shows most: empty parts are equal to nothing. */
function telling(pairs: readonly MadePair[]): MadePair[] {
  const contrast = new Map(pairs.map((pair) => [pair, spread(pair)]));
  return [...pairs]
    .sort((a, b) => (contrast.get(b) ?? 0) - (contrast.get(a) ?? 0))
    .slice(0, Math.ceil(pairs.length / 2));
}

function spread({ clean: { data } }: PlanePair): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
}

/** Whole images each by their own fit; parts, of which some show nothing, by one for all. */
function atOneScale(made: readonly MadePair[], clean: readonly Plane[]): { pairs: PlanePair[]; clean: Plane[] } {
  const common = commonFit(made);
  const fits = made.map((pair) => {
    const own = pair.whole ? affineFit(pair.clean, pair.defective) : common;
    return own.alpha > 0 ? own : common;
  });
  const scaled = (plane: Plane, { alpha, beta }: { alpha: number; beta: number }) =>
    mapPlane(plane, (value) => alpha * value + beta);
  return {
    pairs: made.map(({ clean, defective }, i) => ({ clean: scaled(clean, fits[i]), defective })),
    clean: clean.map((plane, source) => {
      const first = made.findIndex((pair) => pair.source === source);
      return scaled(plane, first < 0 ? common : fits[first]);
    }),
  };
}

/** Every so many samples are enough for two numbers. */
const SKIPPED = 7;

function commonFit(pairs: readonly PlanePair[]): { alpha: number; beta: number } {
  const all = (side: keyof PlanePair): Plane => {
    const data = Float32Array.from(pairs.flatMap((pair) => [...pair[side].data.filter((_, i) => i % SKIPPED === 0)]));
    return { width: data.length, height: 1, data };
  };
  const fit = affineFit(all('clean'), all('defective'));
  return fit.alpha > 0 ? fit : { alpha: 1, beta: 0 };
}
