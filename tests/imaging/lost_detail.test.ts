import { expect, test } from 'vitest';
import { gaussianBlur, mapPlane } from '../../src/imaging/filters';
import type { Plane } from '../../src/imaging/image';
import { losesDetail } from '../../src/imaging/measured_defect/lost_detail';
import { measureDefect } from '../../src/imaging/measured_defect/measured_defect';
import { paintDefect } from '../../src/imaging/measured_defect/paint_defect';
import { meanPower, type Spectrum, valueAt } from '../../src/imaging/measured_defect/power_spectrum';
import { texture } from '../../src/imaging/phantoms/fields';
import { Random } from '../../src/imaging/random';

const SIDE = 128;
const alone = (planes: Plane[]) => planes.map((plane) => [plane]);

/** Each image's objects are as wide as it happens, 1 to 2 pixels, and as bright. */
function objects(seed: number, count: number): Plane[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const [width, light] = [1 + random.uniform(), 0.5 + random.uniform()];
    return mapPlane(texture(random, SIDE, SIDE, width), (value) => 1.6 * light * value - 0.5);
  });
}

const noisy = (planes: Plane[], random: Random, spread: (image: number) => number): Plane[] =>
  planes.map((plane, i) => mapPlane(plane, (value) => value + spread(i) * random.normal()));

const powers = (planes: Plane[]): Spectrum[] => planes.map((plane) => meanPower([plane]));

test.each([4, 6, 20])('%i images a set: noise is no blur, whatever the images show', (count) => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = new Random(10 + seed);
    const defective = noisy(objects(20 + seed, count), random, (i) => 0.1 * (1 + (i % 3)));
    expect(losesDetail(powers(defective), powers(objects(30 + seed, count))), `seed ${seed}`).toBe(false);
  }
});

test.each([
  ['along both axes', { x: 2, y: 2 }],
  ['along x', { x: 2.5, y: 0 }],
  ['along y', { x: 0, y: 2.5 }],
])('a blur %s is found, beneath noise and from four images a set', (_, sigma) => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const blurry = objects(40 + seed, 4).map((plane) => gaussianBlur(plane, sigma));
    const defective = noisy(blurry, new Random(50 + seed), () => 0.05);
    expect(losesDetail(powers(defective), powers(objects(60 + seed, 4))), `seed ${seed}`).toBe(true);
  }
});

test('a vignette over noise is no blur', () => {
  const random = new Random(65);
  const dark = objects(66, 12).map((plane) =>
    mapPlane(plane, (value, i) => (value + 1) * Math.min(1, 0.3 + (i % SIDE) / 40) - 1 + 0.1 * random.normal()),
  );
  expect(measureDefect(alone(dark), alone(objects(67, 12))).noiseLevels).toHaveLength(12);
});

test('clean images with noise of their own do not make the others look blurred', () => {
  const random = new Random(68);
  const noisier = noisy(objects(69, 6), random, () => 0.2);
  const cleaner = noisy(objects(70, 6), random, () => 0.08);
  expect(losesDetail(powers(noisier), powers(cleaner))).toBe(false);
  expect(losesDetail(powers(cleaner), powers(noisier))).toBe(false);
});

test('three images on one side do not say', () => {
  const [three, four] = [powers(objects(70, 3)), powers(objects(71, 4))];
  expect(losesDetail(three, four)).toBeUndefined();
  expect(losesDetail(four, three)).toBeUndefined();
  expect(losesDetail(four, four)).toBe(false);
});

test('an image without anything on it, among others, hides no blur', () => {
  const blank: Plane = { width: SIDE, height: SIDE, data: new Float32Array(SIDE ** 2) };
  const blurry = objects(72, 10).map((plane) => gaussianBlur(plane, 3));
  expect(losesDetail(powers([blank, ...blurry]), powers(objects(73, 10)))).toBe(true);
  expect(losesDetail(powers([blank, ...objects(74, 10)]), powers([blank, ...objects(73, 10)]))).toBe(false);
});

test('where noise is all there is, detail beneath it is painted as bright as the rest', () => {
  const defective = noisy(
    objects(80, 6).map((plane) => mapPlane(plane, (value) => 0.7 * value)),
    new Random(81),
    (i) => [0.1, 0.3][i % 2],
  );
  const defect = measureDefect(alone(defective), alone(objects(82, 6)));
  for (const [fx, fy] of [
    [0.02, 0],
    [0.1, 0.1],
    [0.4, 0.2],
  ]) {
    expect(valueAt(defect.gain, fx, fy) / 0.49, `gain at ${fx}, ${fy}`).toBeGreaterThan(0.5);
    expect(valueAt(defect.gain, fx, fy) / 0.49, `gain at ${fx}, ${fy}`).toBeLessThan(2);
  }
});

test('each image is painted with as much noise as one of the images has', () => {
  const spreads = [0.05, 0.1, 0.2, 0.4];
  const defective = noisy(objects(83, 4), new Random(84), (i) => spreads[i]);
  const defect = measureDefect(alone(defective), alone(objects(85, 4)));
  const flat: Plane = { width: SIDE, height: SIDE, data: new Float32Array(SIDE ** 2).fill(defect.mean.clean) };
  const random = new Random(86);
  const painted = Array.from({ length: 24 }, () => deviation(paintDefect(flat, defect, random)));
  for (const spread of spreads)
    expect(painted.filter((value) => value > 0.85 * spread && value < 1.15 * spread).length).toBeGreaterThan(0);
  for (const value of painted)
    expect(spreads.some((spread) => value > 0.85 * spread && value < 1.15 * spread)).toBe(true);
});

test('noise of a large image counts for as much as there is of it', () => {
  const random = new Random(87);
  const small = noisy(objects(88, 3), random, () => 0.05);
  const large = mapPlane({ width: 512, height: 512, data: new Float32Array(512 ** 2) }, () => 0.4 * random.normal());
  const { noiseLevels, noisePower } = measureDefect(alone([large, ...small]), alone(objects(89, 4)));
  const usual = noisePower.values.reduce((sum, value) => sum + value, 0) / noisePower.values.length;
  expect((noiseLevels?.[0] ?? 0) * usual).toBeGreaterThan(0.16 * 0.85);
  expect((noiseLevels?.[0] ?? 0) * usual).toBeLessThan(0.16 * 1.15);
});

test('planes of one stack are one image: their noise is one', () => {
  const stacks = Array.from({ length: 4 }, (_, i) =>
    noisy(objects(90 + i, 3), new Random(95 + i), () => 0.1 * (1 + i)),
  );
  const { noiseLevels } = measureDefect(stacks, alone(objects(99, 4)));
  expect(noiseLevels).toHaveLength(4);
  const [first, , , last] = noiseLevels ?? [];
  expect(last / first).toBeGreaterThan(16 * 0.8);
  expect(last / first).toBeLessThan(16 * 1.2);
});

function deviation({ data }: Plane): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
}
