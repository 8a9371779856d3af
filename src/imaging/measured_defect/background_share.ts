/**
 * How much of the haze is background, which has nothing to do with what is seen.
 *
 * Light from out of focus lies where the objects lie, background anywhere, and both may have the same power. But where
 * objects lie there is contrast: so how far slow brightness goes with the contrast of finer structure (their correlation
 * over an image) is compared with what it would be if this or that share of the haze were background. To that end clean
 * images are painted with each share; noise, which has contrast, too, and grows with light, is then reckoned with.
 */
import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import { FEWEST, type MeanAndError, mean, meanAndError } from '../mean_and_error';
import { correlation } from '../metrics';
import { Random } from '../random';
import type { MeasuredDefect } from './defect';
import { paintDefect } from './paint_defect';
import { unshaded } from './shading';
import type { Tile } from './tiles';

/** Standard deviations in pixels: structure between the first two is faster than haze, and seldom lost to the blur. */
const FINE = 2;
const COARSE = 4;
const SLOW = 8;
/** Standard errors on either side of what is found. */
const SURE = 3;
/** Times the variance of painted images that seen ones have by chance: what is more is that their shares differ. */
const BY_CHANCE = 2;
/** Shares that are tried, beside 0. */
const STEPS = 100;

type Shares = MeasuredDefect['background'];
const ANY: Shares = [0, 1];

/**
 * @param defective the parts of each image, under the defect
 * @param clean the parts of each image that are painted three times over
 * @returns the least and greatest share that the images allow: 0 and 1 where they say nothing, or are fewer than four
 */
export function backgroundShare(
  defect: Omit<MeasuredDefect, 'background'>,
  defective: readonly Tile[][],
  clean: readonly Tile[][],
): Shares {
  if (!defect.hazePower.values.some((power) => power > 0)) return ANY;
  if (Math.min(defective.length, clean.length) < FEWEST) return ANY;
  const { shading } = defect;
  const associated = ({ plane, at }: Tile): number => hazeOnObjects(shading ? unshaded(plane, shading, at) : plane);
  const paintable: MeasuredDefect = { ...defect, background: ANY };
  const paintedWith = (background: number): MeanAndError =>
    ofImages(
      clean.map((tiles, i) =>
        tiles.map(({ plane, at }, k) =>
          associated({ plane: paintDefect(plane, paintable, new Random(i, k), { background, at }), at }),
        ),
      ),
    );
  const [none, half, all] = [0, 0.5, 1].map(paintedWith);
  if (none.mean - all.mean <= SURE * Math.hypot(none.error, all.error)) return ANY;
  const seen = ofImages(defective.map((tiles) => tiles.map(associated)));
  return sharesNear(seen, (share) => between(none, half, all, share));
}

/** How far brightness goes with contrast, −1 to 1; 0 in an image that has none of either. */
function hazeOnObjects(plane: Plane): number {
  const [fine, coarse] = [gaussianBlur(plane, FINE), gaussianBlur(plane, COARSE)];
  const structure = mapPlane(fine, (value, i) => (value - coarse.data[i]) ** 2);
  const contrast = mapPlane(gaussianBlur(structure, SLOW), Math.sqrt);
  return correlation(gaussianBlur(plane, SLOW), contrast);
}

/** Of the images' means: parts of one image are no images of their own. */
const ofImages = (parts: readonly number[][]): MeanAndError => meanAndError(parts.map(mean));

/** The shares at which painted images are as near to those that are seen as both are sure, and the images differ. */
function sharesNear(seen: MeanAndError, painted: (share: number) => MeanAndError): Shares {
  const tried = Array.from({ length: STEPS + 1 }, (_, step) => {
    const { mean, deviation, error } = painted(step / STEPS);
    const own = Math.sqrt(Math.max(0, seen.deviation ** 2 - BY_CHANCE * deviation ** 2));
    const off = Math.abs(mean - seen.mean);
    return { share: step / STEPS, off, isNear: off <= SURE * Math.hypot(error, seen.error) + own };
  });
  const near = tried.filter(({ isNear }) => isNear);
  if (near.length > 0) return [near[0].share, near[near.length - 1].share];
  const { share } = tried.reduce((best, one) => (one.off < best.off ? one : best));
  return [share, share];
}

/** Means through the three by a parabola, the rest by straight lines. */
function between(none: MeanAndError, half: MeanAndError, all: MeanAndError, share: number): MeanAndError {
  const [a, b, c] = [(1 - share) * (1 - 2 * share), 4 * share * (1 - share), share * (2 * share - 1)];
  const [end, part] = [share < 0.5 ? none : all, Math.abs(2 * share - 1)];
  return {
    mean: a * none.mean + b * half.mean + c * all.mean,
    deviation: part * end.deviation + (1 - part) * half.deviation,
    error: part * end.error + (1 - part) * half.error,
  };
}
