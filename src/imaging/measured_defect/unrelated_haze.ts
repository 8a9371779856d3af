/**
 * How much of the haze has nothing to do with what is seen.
 *
 * Light from out of focus lies where the objects lie, background anywhere, and both may have the same power. But where
 * objects lie there is contrast: so how far slow brightness goes with the contrast of finer structure (their correlation
 * over an image) is compared with what it would be if this or that share of the haze were background. To that end clean
 * images are painted with each share; noise, which has contrast, too, and grows with light, is then reckoned with.
 */
import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { correlation } from '../metrics';
import { Random } from '../random';
import type { MeasuredDefect } from './defect';
import { type MeanAndError, meanAndError } from './mean_and_error';
import { paintDefect } from './paint_defect';
import { unshaded } from './shading';
import { evenly, type Tile } from './tiles';

/** Standard deviations in pixels: structure between the first two is faster than haze, and seldom lost to the blur. */
const FINE = 2;
const COARSE = 4;
const SLOW = 8;
/** Shares that are painted. */
const SHARES = [0, 0.5, 1];
/** Tiles painted with each of them, at most. */
const MOST_PAINTED = 16;
/** Fewer tiles say nothing about how much they differ. */
const FEWEST = 4;
/** Standard errors on either side of what is found. */
const SURE = 2;
/** Shares that are tried, beside 0. */
const STEPS = 100;

/**
 * @param defective parts of images, under the defect's shading
 * @param clean
 * @returns the least and greatest share that the images allow: 0 and 1 where they say nothing
 */
export function unrelatedHaze(
  defect: Omit<MeasuredDefect, 'unrelated'>,
  defective: readonly Tile[],
  clean: readonly Plane[],
): MeasuredDefect['unrelated'] {
  const some = evenly(clean, MOST_PAINTED);
  if (!defect.hazePower.values.some((power) => power > 0)) return [0, 1];
  if (Math.min(defective.length, some.length) < FEWEST) return [0, 1];
  const { shading, ...rest } = defect;
  const seen = meanAndError(
    defective.map(({ plane, at }) => hazeOnObjects(shading ? unshaded(plane, shading, at) : plane)),
  );
  const even: MeasuredDefect = { ...rest, unrelated: [0, 1] };
  const painted = SHARES.map((unrelated) =>
    meanAndError(some.map((plane, i) => hazeOnObjects(paintDefect(plane, even, new Random(i), { unrelated })))),
  );
  return sharesWithin(painted, seen);
}

/** How far brightness goes with contrast, −1 to 1; 0 in an image that has none of either. */
function hazeOnObjects(plane: Plane): number {
  const [fine, coarse] = [gaussianBlur(plane, FINE), gaussianBlur(plane, COARSE)];
  const structure = mapPlane(fine, (value, i) => (value - coarse.data[i]) ** 2);
  const contrast = mapPlane(gaussianBlur(structure, SLOW), Math.sqrt);
  return correlation(gaussianBlur(plane, SLOW), contrast);
}

/** The shares at which what was painted is as near to what is seen as both are sure. */
function sharesWithin(painted: readonly MeanAndError[], seen: MeanAndError): [least: number, most: number] {
  const allowed: number[] = [];
  // The nearest share counts, be it ever so far.
  let nearest = { share: 0, off: Number.POSITIVE_INFINITY };
  for (let step = 0; step <= STEPS; step++) {
    const share = step / STEPS;
    const { mean, error } = between(painted, share);
    const off = Math.abs(mean - seen.mean);
    if (off < nearest.off) nearest = { share, off };
    if (off <= SURE * Math.hypot(error, seen.error)) allowed.push(share);
  }
  return allowed.length > 0 ? [allowed[0], allowed[allowed.length - 1]] : [nearest.share, nearest.share];
}

/** Through the three by a parabola, the errors by straight lines. */
function between([none, half, all]: readonly MeanAndError[], share: number): MeanAndError {
  const [a, b, c] = [(1 - share) * (1 - 2 * share), 4 * share * (1 - share), share * (2 * share - 1)];
  const part = Math.abs(2 * share - 1);
  return {
    mean: a * none.mean + b * half.mean + c * all.mean,
    error: part * (share < 0.5 ? none : all).error + (1 - part) * half.error,
  };
}
