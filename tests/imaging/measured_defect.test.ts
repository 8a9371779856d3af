import { expect, test } from 'vitest';
import { gaussianBlur, mapPlane } from '../../src/imaging/filters';
import type { Plane } from '../../src/imaging/image';
import { meanAndError } from '../../src/imaging/mean_and_error';
import type { MeasuredDefect } from '../../src/imaging/measured_defect/defect';
import { measureDefect as measure } from '../../src/imaging/measured_defect/measured_defect';
import { paintDefect } from '../../src/imaging/measured_defect/paint_defect';
import { meanPower as meanPowerOf, type Spectrum, valueAt } from '../../src/imaging/measured_defect/power_spectrum';
import { tilesOf } from '../../src/imaging/measured_defect/tiles';
import { correlation } from '../../src/imaging/metrics';
import { slowField, texture } from '../../src/imaging/phantoms/fields';
import { type PhantomTask, phantomPair } from '../../src/imaging/phantoms/phantom';
import { Random } from '../../src/imaging/random';

const SIDE = 128;
const IMAGES = 24;

/** Each plane an image of its own. */
const measureDefect = (defective: Plane[], clean: Plane[]): MeasuredDefect =>
  measure(
    defective.map((plane) => [plane]),
    clean.map((plane) => [plane]),
  );

const meanPower = (planes: Plane[], side: number): Spectrum =>
  meanPowerOf(tilesOf(planes, side).map(({ plane }) => plane));

/** Images of one kind of object: blobs about 2 pixels wide, as bright as −0.5 ± 0.3. */
function objects(seed: number): Plane[] {
  const random = new Random(seed);
  return Array.from({ length: IMAGES }, () =>
    mapPlane(texture(random, SIDE, SIDE, 1.5), (value) => -0.5 + 1.6 * value),
  );
}

/** Objects beneath a background that varies slowly. */
function hazy(seed: number, random: Random): Plane[] {
  return objects(seed).map((plane) => {
    const slow = slowField(random, SIDE, SIDE, { sigma: 20, low: 0, high: 3 });
    return mapPlane(plane, (value, i) => value + slow.data[i]);
  });
}

function withNoise(plane: Plane, random: Random, variance: (brightness: number) => number): Plane {
  return mapPlane(plane, (value) => value + Math.sqrt(variance(value)) * random.normal());
}

/** exp(−(2π)² (σx² fx² + σy² fy²)), a Gaussian blur's gain of power. */
const gaussianGain = (fx: number, fy: number, sigma: { x: number; y: number }): number =>
  Math.exp(-((2 * Math.PI) ** 2) * ((sigma.x * fx) ** 2 + (sigma.y * fy) ** 2));

const FREQUENCIES = [
  [0.02, 0],
  [0, 0.02],
  [0.06, 0],
  [0, 0.04],
  [0.05, 0.03],
] as const;

test('white noise has its variance at every frequency, whatever the mean', () => {
  const random = new Random(1);
  const planes = Array.from({ length: IMAGES }, () =>
    mapPlane({ width: 150, height: SIDE, data: new Float32Array(150 * SIDE) }, () => 3 + 0.2 * random.normal()),
  );
  const { values } = meanPower(planes, 64);
  expect(values).toHaveLength(33 * 33);
  expect(Math.min(...values)).toBeGreaterThan(0.04 * 0.7);
  expect(Math.max(...values)).toBeLessThan(0.04 * 1.3);
});

test('a spectrum is read between its frequencies, on either side of zero', () => {
  const plane: Spectrum = { side: 4, values: Float64Array.of(0, 1, 2, 10, 11, 12, 20, 21, 22) };
  expect(valueAt(plane, 0.125, 0)).toBeCloseTo(0.5);
  expect(valueAt(plane, -0.5, 0.5)).toBeCloseTo(22);
  expect(valueAt(plane, 0.25, -0.375)).toBeCloseTo(16);
});

test('blur, gain, mean and noise are measured from images that have no object in common', () => {
  const random = new Random(3);
  const sigma = { x: 1.2, y: 2.5 };
  const defective = objects(4).map((plane) => {
    const blurred = mapPlane(gaussianBlur(plane, sigma), (value) => 0.8 * value + 0.3);
    return withNoise(blurred, random, () => 0.0025);
  });
  const defect = measureDefect(defective, objects(5));
  for (const [fx, fy] of FREQUENCIES) {
    const share = valueAt(defect.gain, fx, fy) / (0.64 * gaussianGain(fx, fy, sigma));
    expect(share, `gain at ${fx}, ${fy}`).toBeGreaterThan(0.7);
    expect(share, `gain at ${fx}, ${fy}`).toBeLessThan(1.3);
    expect(valueAt(defect.noisePower, fx, fy)).toBeGreaterThan(0.0025 * 0.85);
    expect(valueAt(defect.noisePower, fx, fy)).toBeLessThan(0.0025 * 1.15);
  }
  expect(valueAt(defect.gain, 0.4, 0.4)).toBeLessThan(0.01);
  expect(defect.mean.clean).toBeCloseTo(-0.5, 1);
  expect(defect.mean.defective).toBeCloseTo(-0.1, 1);
  expect(Math.max(...defect.hazePower.values)).toBeLessThan(0.1 * Math.max(...meanPower(defective, SIDE).values));
});

test('noise that grows with light is known from noise that does not', () => {
  const random = new Random(6);
  const shot = objects(7).map((plane) => withNoise(plane, random, (b) => 0.02 * Math.max(0, b + 1)));
  const even = objects(7).map((plane) => withNoise(plane, random, () => 0.01));
  // The variance is 0 at −1 and 0.01 at −0.5.
  const { slope, rest } = measureDefect(shot, objects(8)).variance;
  expect(rest / slope).toBeGreaterThan(0.8);
  expect(rest / slope).toBeLessThan(1.25);
  const flat = measureDefect(even, objects(8)).variance;
  expect(Math.abs(flat.slope / flat.rest)).toBeLessThan(0.2);
});

test('shot noise is painted as skewed as it is, a camera’s as little', () => {
  const random = new Random(40);
  const lit = (seed: number) => objects(seed).map((plane) => mapPlane(plane, (value) => Math.max(0.05, 0.7 + value)));
  const skewness = (noise: number[]) => {
    const power = (n: number) => noise.reduce((sum, value) => sum + value ** n, 0) / noise.length;
    return power(3) / power(2) ** 1.5;
  };
  const PHOTONS = 20;
  const level = 0.2;
  const flat: Plane = { width: SIDE, height: SIDE, data: new Float32Array(SIDE ** 2).fill(level) };
  const painted = (defect: MeasuredDefect) => {
    const { data } = paintDefect(flat, { ...defect, mean: { clean: level, defective: level } }, random, {
      background: 0,
    });
    return [...data].map((value) => value - level);
  };
  const shot = lit(41).map((plane) => mapPlane(plane, (value) => random.poisson(PHOTONS * value) / PHOTONS));
  const real = Array.from(flat.data, () => random.poisson(PHOTONS * level) / PHOTONS - level);
  expect(skewness(real)).toBeCloseTo(1 / Math.sqrt(PHOTONS * level), 1);
  expect(skewness(painted(measureDefect(shot, lit(42))))).toBeCloseTo(skewness(real), 0.7);
  const read = lit(43).map((plane) => mapPlane(plane, (value) => value + 0.1 * random.normal()));
  expect(Math.abs(skewness(painted(measureDefect(read, lit(44)))))).toBeLessThan(0.1);
});

test('noise of images stretched along y has the same power at every fx, and less at high fy', () => {
  const random = new Random(9);
  const stretched = objects(10).map((plane) =>
    gaussianBlur(
      withNoise(plane, random, () => 0.01),
      { x: 0, y: 2 },
    ),
  );
  const { noisePower } = measureDefect(stretched, objects(11));
  const still = valueAt(noisePower, 0.45, 0);
  expect(valueAt(noisePower, 0.02, 0) / still).toBeGreaterThan(0.7);
  expect(valueAt(noisePower, 0.45, 0.2) / still).toBeLessThan(0.1);
});

test('a slow background is haze', () => {
  const haze = measureDefect(hazy(13, new Random(12)), objects(14));
  expect(valueAt(haze.hazeGain, 1 / SIDE, 1 / SIDE)).toBeGreaterThan(5 * valueAt(haze.gain, 1 / SIDE, 1 / SIDE));
  expect(valueAt(haze.gain, 0.06, 0)).toBeGreaterThan(0.6);
});

test('a wide blur is no haze', () => {
  const defective = objects(13).map((plane) => gaussianBlur(plane, { x: 1, y: 4 }));
  const wide = measureDefect(defective, objects(14));
  expect(Math.max(...wide.hazeGain.values)).toBeLessThan(0.2 * wide.gain.values[0]);
});

test('what is painted has the power and the mean of the defective images', () => {
  const random = new Random(15);
  const defective = objects(16).map((plane) => withNoise(gaussianBlur(plane, { x: 1, y: 2 }), random, () => 0.003));
  const clean = objects(17);
  const defect = measureDefect(defective, clean);
  const painted = clean.map((plane) => paintDefect(plane, defect, random));
  const [of, wanted] = [meanPower(painted, SIDE), meanPower(defective, SIDE)];
  for (const [fx, fy] of [...FREQUENCIES, [0.3, 0.1], [0.45, 0.45]] as const) {
    expect(valueAt(of, fx, fy) / valueAt(wanted, fx, fy), `at ${fx}, ${fy}`).toBeGreaterThan(0.7);
    expect(valueAt(of, fx, fy) / valueAt(wanted, fx, fy), `at ${fx}, ${fy}`).toBeLessThan(1.4);
  }
  // The same place, and not moved: no shift fits better.
  const [first, image] = [painted[0], clean[0]];
  const shifted = { ...first, data: first.data.map((_, i) => first.data[Math.max(0, i - 1)]) };
  expect(correlation(first, image)).toBeGreaterThan(0.6);
  expect(correlation(first, image)).toBeGreaterThan(correlation(shifted, image));
});

const slowly = (plane: Plane): Plane => gaussianBlur(plane, 10);

test('painted background varies as much as it does in the defective images, over all of them', () => {
  const defective = hazy(36, new Random(35));
  const clean = objects(37);
  const defect = measureDefect(defective, clean);
  const painted = clean.map((plane, i) => paintDefect(plane, defect, new Random(i), { background: 1 }));
  const varied = (planes: Plane[]) =>
    planes.reduce((sum, plane) => sum + meanAndError(slowly(plane).data).deviation ** 2, 0) / planes.length;
  expect(varied(painted) / varied(defective)).toBeGreaterThan(0.75);
  expect(varied(painted) / varied(defective)).toBeLessThan(1.33);
});

test('haze belongs to the image, or has nothing to do with it, as is asked for', () => {
  const clean = objects(20);
  const defect = measureDefect(hazy(19, new Random(18)), clean);
  const alike = (background: number) => {
    const likenesses = clean.map((plane) =>
      correlation(slowly(plane), slowly(paintDefect(plane, defect, new Random(21), { background }))),
    );
    return likenesses.reduce((sum, value) => sum + value, 0) / likenesses.length;
  };
  expect(alike(0)).toBeGreaterThan(0.8);
  expect(alike(1)).toBeLessThan(0.5);
});

test('the same numbers paint the same image, others another one, of any extent', () => {
  const defect = measureDefect(objects(22), objects(23));
  const [plane] = objects(24);
  const odd: Plane = { width: 45, height: 70, data: plane.data.slice(0, 45 * 70) };
  const painted = paintDefect(odd, defect, new Random(1));
  expect(painted).toMatchObject({ width: 45, height: 70 });
  expect(paintDefect(odd, defect, new Random(1))).toEqual(painted);
  expect(paintDefect(odd, defect, new Random(2))).not.toEqual(painted);
});

test.each([
  ['one image a side', 1, 64],
  ['small images', 4, 16],
])('%s: what is measured and painted is finite', (_, count, side) => {
  const some = (seed: number) =>
    objects(seed)
      .slice(0, count)
      .map((plane) => ({ width: side, height: side, data: plane.data.slice(0, side * side) }));
  const painted = paintDefect(some(25)[0], measureDefect(some(26), some(27)), new Random(3));
  expect(painted.data.every(Number.isFinite)).toBe(true);
});

test('images without anything on them, on either side, paint nothing but finite values', () => {
  const flat = [{ width: SIDE, height: SIDE, data: new Float32Array(SIDE * SIDE).fill(-1) }];
  for (const [defective, clean] of [
    [flat, flat],
    [flat, objects(28)],
    [objects(28), flat],
  ])
    expect(paintDefect(clean[0], measureDefect(defective, clean), new Random(4)).data.every(Number.isFinite)).toBe(
      true,
    );
});

test('few images and none of them blurred: their detail is left', () => {
  const random = new Random(29);
  const few = (seed: number) => objects(seed).slice(0, 4);
  const { gain } = measureDefect(
    few(30).map((plane) => withNoise(plane, random, () => 0.0004)),
    few(31),
  );
  for (const f of [0.02, 0.1, 0.4]) {
    expect(valueAt(gain, f, 0)).toBeGreaterThan(0.6);
    expect(valueAt(gain, f, 0)).toBeLessThan(1.4);
  }
});

test('many and large images are measured on a hundred tiles, those of few on all', () => {
  const plane = { width: 300, height: 140, data: new Float32Array(300 * 140) };
  expect(tilesOf([plane], 128).map(({ at }) => at)).toEqual(
    [0, 12].flatMap((y) => [0, 86, 172].map((x) => ({ x, y }))),
  );
  expect(tilesOf(Array(40).fill(plane), 128)).toHaveLength(80);
  expect(tilesOf(Array(250).fill(plane), 64)).toHaveLength(100);
  for (const { plane: tile } of tilesOf([plane], 64)) expect(tile).toMatchObject({ width: 64, height: 64 });
});

test.each<[PhantomTask, number]>([
  ['embryo-axial', 0.7],
  ['embryo-noise', 0.9],
])('%s: painted phantoms have the grain and contrast of real ones', (task, alike) => {
  const pairs = Array.from({ length: 2 * IMAGES }, (_, i) => phantomPair(task, { seed: 500 + i }));
  const [one, other] = [pairs.slice(0, IMAGES), pairs.slice(IMAGES)];
  const defect = measureDefect(
    one.map((pair) => pair.defective),
    other.map((pair) => pair.clean),
  );
  const random = new Random(31);
  for (const { clean, defective } of other.slice(0, 6)) {
    const painted = paintDefect(clean, defect, random);
    for (const measure of [deviation, grain]) {
      expect(measure(painted) / measure(defective)).toBeGreaterThan(0.75);
      expect(measure(painted) / measure(defective)).toBeLessThan(1.33);
    }
    expect(correlation(gaussianBlur(painted, 2), gaussianBlur(defective, 2))).toBeGreaterThan(alike);
  }
});

const meanOf = (data: Float32Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
const deviation = ({ data }: Plane): number => {
  const mean = meanOf(data);
  return Math.sqrt(meanOf(data.map((value) => (value - mean) ** 2)));
};
/** How much neighbours along x differ. */
const grain = ({ data }: Plane): number =>
  Math.sqrt(meanOf(data.map((value, i) => (value - data[Math.max(0, i - 1)]) ** 2)));
