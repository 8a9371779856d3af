/**
 * A defect measured from two sets of images that show nothing in common: defective ones, and clean ones.
 *
 * What a microscope does to an image c is, to a first approximation, d = k ∗ c + h + η: a blur, light from elsewhere, and
 * noise. Both sets show the same kind of object, so their mean powers say how much of each there is,
 *
 *   P_d(f) = |K(f)|² P_c(f) + P_h(f) + P_η(f),
 *
 * if three things are taken for granted, or two, where the images are found to lose no detail and so are not blurred
 * (lost_detail.ts):
 *   noise      is what is left at the highest frequencies along x or along y, and as much at lower ones (images stretched
 *              along one axis have it along the other only);
 *   the blur   passes no frequency better than a lower one, and turns none (a symmetric PSF);
 *   haze       is what slow waves have beyond the Gaussian that fits the blur at faster ones. Whether it belongs to what
 *              is seen (out of focus) or not (background) the powers do not say, but its place does (background_share.ts).
 * Noise grows with light: its variance is a straight line in brightness, found by least squares at the frequencies where
 * there is nothing but noise. Shading (shading.ts) is measured first and taken off, and so is what interpolation between
 * few samples does (sampling.ts); once the rest is known, it is measured again with that in mind. Brightness may have been
 * cut off at last (clipping.ts).
 */
import { mapPlane } from '../filters';
import type { Plane } from '../image';
import { backgroundShare } from './background_share';
import { opticsOf } from './blur_and_haze';
import { measureClipping } from './clipping';
import type { MeasuredDefect } from './defect';
import { losesDetail } from './lost_detail';
import { blurred } from './mirrored_field';
import { levelsOf, noiseSpectrum, varianceOf } from './noise_power';
import { meanPower, type Spectrum } from './power_spectrum';
import { beforeSampling, measureSampling, ofSamples } from './sampling';
import { type ImagePlanes, measureShading, type Shading, unshaded } from './shading';
import { planesOf, type Tile, tilesOf, tilesOfEach } from './tiles';

/** Side of the tiles whose powers are measured, at most. */
const MOST_SIDE = 128;
/** Tiles that are painted to learn where haze lies, at most. */
const MOST_PAINTED = 16;

/** @param defective @param clean one image of each at least, no side below 16, each image at its own scale of −1..1 */
export function measureDefect(defective: ImagePlanes, clean: ImagePlanes): MeasuredDefect {
  const least = Math.min(...[...defective, ...clean].flat().map(({ width, height }) => Math.min(width, height)));
  const side = Math.min(MOST_SIDE, 2 ** Math.floor(Math.log2(least)));
  const tiles = tilesOf(defective.flat(), side);
  const measured = planesOf(tiles);
  const sharp = planesOf(tilesOf(clean.flat(), side));
  const [seen, whole] = [tilesOfEach(defective, side), tilesOfEach(clean, side)];
  const sampling = measureSampling(defective.flat());
  // A camera adds its noise to what is left of the light.
  const power = meanPower(measured);
  const noisePower = ofSamples(noiseSpectrum(beforeSampling(power, sampling), sampling), sampling);
  const shadingBeside = measureShading(defective, clean);
  const shading = shadingBeside?.();
  // Interpolated images have lost detail, whatever else; of too few images a blur is taken for granted.
  const isSampled = sampling.x > 1 || sampling.y > 1;
  const lost = isSampled || losesDetail(powers(seen, shading), powers(whole));
  const isBlurred = lost ?? true;
  const sets = { tiles, sharp, from: meanPower(sharp), sampling, noisePower, isBlurred };
  let optics = opticsOf(sets, shading);
  if (shadingBeside) {
    const { gain, mean } = optics;
    optics = opticsOf(
      sets,
      shadingBeside((line) => brighter(blurred(brighter(line, -mean.clean), gain), mean.defective)),
    );
  }
  const noise = {
    noisePower,
    variance: varianceOf(measured, power),
    ...(!isBlurred && { noiseLevels: levelsOf(seen.map(planesOf)) }),
  };
  const defect = { ...optics, ...noise, sampling, clipping: measureClipping(defective.flat()) };
  return { ...defect, background: backgroundShare(defect, seen, tilesOfEach(clean, side, MOST_PAINTED)) };
}

/** The mean power of each image, without shading. */
const powers = (images: Tile[][], shading?: Shading): Spectrum[] =>
  images.map((tiles) => meanPower(tiles.map(({ plane, at }) => (shading ? unshaded(plane, shading, at) : plane))));

const brighter = (plane: Plane, by: number): Plane => mapPlane(plane, (value) => value + by);
