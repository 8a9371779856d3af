/** What is noise of the power that images have, how it differs between them, and how it grows with light. */
import { gaussianBlur } from '../filters';
import { type ComplexField, fourier } from '../fourier';
import type { Plane } from '../image';
import { mean } from '../mean_and_error';
import { affineFit } from '../metrics';
import { fieldOf, meanPower, type Spectrum, spectrum } from './power_spectrum';
import type { Sampling } from './sampling';
import { meanBrightness } from './tiles';

/** Of half a cycle a pixel: where an image is taken to hold nothing but noise. */
const HIGHEST = 0.7;

/** A sample for each pixel. */
export const PIXELS: Sampling = { x: 1, y: 1 };

/**
 * The same at every fx as at the highest ones, or at every fy, whichever is more; never more than there is. Images with few
 * samples along both axes have no highest ones: what is fastest along both is taken for white noise.
 */
export function noiseSpectrum(power: Spectrum, sampling: Sampling): Spectrum {
  const n = power.side / 2 + 1;
  if (sampling.x > 1 && sampling.y > 1) {
    const known = (factor: number) => Math.floor(power.side / (2 * factor));
    const [fx, fy] = [known(sampling.x), known(sampling.y)];
    const fast: number[] = [];
    spectrum(power.side, (x, y, at) => {
      if (x <= fx && y <= fy && x >= HIGHEST * fx && y >= HIGHEST * fy) fast.push(power.values[at]);
      return 0;
    });
    return spectrum(power.side, (_x, _y, at) => Math.min(power.values[at], mean(fast)));
  }
  const first = Math.ceil(HIGHEST * (n - 1));
  const highest = Array.from({ length: n - first }, (_, i) => first + i);
  const alongX = Array.from({ length: n }, (_, x) => mean(highest.map((y) => power.values[y * n + x])));
  const alongY = Array.from({ length: n }, (_, y) => mean(highest.map((x) => power.values[y * n + x])));
  return spectrum(power.side, (x, y, at) => Math.min(power.values[at], Math.max(alongX[x], alongY[y])));
}

/** Each image's noise as a share of what all tiles have together. @param images some tiles of each */
export function levelsOf(images: readonly (readonly Plane[])[]): number[] {
  const levels = images.map((tiles) => mean([...noiseSpectrum(meanPower(tiles), PIXELS).values]));
  const tiles = images.reduce((sum, { length }) => sum + length, 0);
  const usual = levels.reduce((sum, level, i) => sum + level * images[i].length, 0) / tiles;
  return levels.map((level) => (usual > 0 ? level / usual : 1));
}

/** Pixels along the edges of a tile that do not count: its transform continues it at the other side. */
const EDGE = 8;
const LOCAL_SIGMA = 2;

/**
 * Variance at a brightness as a share of the usual one, a straight line: brightness beside squared noise, both averaged
 * locally, over every tile. @param power of the tiles
 */
export function varianceOf(tiles: readonly Plane[], power: Spectrum): { slope: number; rest: number } {
  const { side } = power;
  const noise = noiseSpectrum(power, PIXELS);
  const n = side / 2 + 1;
  const onlyNoise = spectrum(side, (_x, _y, at) => (noise.values[at] > power.values[at] / 2 ? 1 : 0)).values;
  const [light, squared]: [number[], number[]] = [[], []];
  const folded = (i: number) => Math.min(i, side - i);
  for (const tile of tiles) {
    const brightness = gaussianBlur(tile, LOCAL_SIGMA);
    const field = fieldOf(tile);
    fourier(field, 'forward');
    pass(field, (x, y) => onlyNoise[folded(y) * n + folded(x)]);
    fourier(field, 'inverse');
    const alone = Float32Array.from(field.re, (value) => value * value);
    const noisy = gaussianBlur({ width: side, height: side, data: alone }, LOCAL_SIGMA);
    for (let y = EDGE; y < side - EDGE; y++)
      for (let x = EDGE; x < side - EDGE; x++) {
        light.push(brightness.data[y * side + x]);
        squared.push(noisy.data[y * side + x]);
      }
  }
  const samples = (values: number[]): Plane => ({ width: values.length, height: 1, data: Float32Array.from(values) });
  const { alpha, beta } = affineFit(samples(light), samples(squared));
  const usual = alpha * meanBrightness(tiles) + beta;
  return light.length > 0 && usual > 0 ? { slope: alpha / usual, rest: beta / usual } : { slope: 0, rest: 1 };
}

function pass(field: ComplexField, share: (x: number, y: number) => number): void {
  for (let at = 0; at < field.re.length; at++) {
    const kept = share(at % field.width, Math.floor(at / field.width));
    field.re[at] *= kept;
    field.im[at] *= kept;
  }
}
