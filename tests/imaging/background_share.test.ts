import { expect, test, vi } from 'vitest';
import { gaussianBlur, mapPlane } from '../../src/imaging/filters';
import type { Plane } from '../../src/imaging/image';
import { measureDefect } from '../../src/imaging/measured_defect/measured_defect';
import { paintDefect } from '../../src/imaging/measured_defect/paint_defect';
import { withMirroredMargin } from '../../src/imaging/mirror';
import { measureScale, normaliseSigned } from '../../src/imaging/normalisation';
import { slowField } from '../../src/imaging/phantoms/fields';
import { microtubulesClean } from '../../src/imaging/phantoms/microtubules';
import { Random } from '../../src/imaging/random';

// Each test measures several sets.
vi.setConfig({ testTimeout: 60_000 });

const SIDE = 128;

const scaled = (plane: Plane): Plane =>
  normaliseSigned(plane, measureScale(plane.data, { low: 2, high: 99.8, eps: 0 }));

function filaments(images: number, seed: number): Plane[] {
  const random = new Random(seed);
  return Array.from({ length: images }, () => microtubulesClean(random, SIDE));
}

/** Blurred, under light from out of focus and background of the same spread, and noise. @param share of the latter */
function hazy(clean: Plane[], share: number, seed: number): Plane[] {
  const random = new Random(seed);
  return clean.map((plane) => {
    const sharp = gaussianBlur(plane, 2);
    const haze = [gaussianBlur(plane, 12), slowField(random, SIDE, SIDE, { sigma: 20, low: 0, high: 1 })].map(
      ofSpread1,
    );
    return mapPlane(sharp, (value, i) => {
      const light = Math.sqrt(1 - share) * haze[0].data[i] + Math.sqrt(share) * haze[1].data[i];
      return value + 0.2 * light + 0.02 * random.normal();
    });
  });
}

function ofSpread1(plane: Plane): Plane {
  const mean = plane.data.reduce((sum, value) => sum + value, 0) / plane.data.length;
  const squares = plane.data.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const spread = Math.sqrt(squares / plane.data.length);
  return mapPlane(plane, (value) => (value - mean) / spread);
}

const each = (planes: Plane[]): Plane[][] => planes.map((plane) => [scaled(plane)]);

const shareOf = (share: number, images: number) =>
  measureDefect(each(hazy(filaments(images, 1), share, 2)), each(filaments(images, 3))).background;

test('light from out of focus is told from background by where it lies', () => {
  const [related, both, background] = [0, 0.5, 1].map((share) => shareOf(share, 12));
  expect(related[0]).toBe(0);
  expect(related[1]).toBeLessThan(0.35);
  // Half of the variance, and less of what tiles show: background is the slower.
  expect(both[0]).toBeGreaterThan(0.15);
  expect(both[0]).toBeLessThan(0.5);
  expect(both[1]).toBeGreaterThan(0.5);
  expect(both[1]).toBeLessThan(0.85);
  expect(background[0]).toBeGreaterThan(0.6);
  expect(background[1]).toBe(1);
});

test('images that differ in it allow more shares than images that are alike', () => {
  const mixed = [...hazy(filaments(6, 1), 0, 2), ...hazy(filaments(6, 10), 1, 11)];
  const [least, most] = measureDefect(each(mixed), each(filaments(12, 3))).background;
  expect(least).toBeLessThan(0.2);
  expect(most).toBeGreaterThan(0.8);
});

test('three images say nothing of it, of however many planes and tiles', () => {
  const [defective, clean] = [hazy(filaments(6, 1), 1, 2), filaments(6, 3)].map(each);
  const stacks = (images: Plane[][]) => [0, 2, 4].map((i) => [...images[i], ...images[i + 1]]);
  expect(measureDefect(stacks(defective), stacks(clean)).background).toEqual([0, 1]);
  const wide = (planes: Plane[][]) => planes.slice(0, 3).map(([plane]) => [withMirroredMargin(plane, 10)]);
  expect(measureDefect(wide(defective), wide(clean)).background).toEqual([0, 1]);
});

test('where there is no haze, nothing is said of it', () => {
  const clean = filaments(12, 4);
  expect(measureDefect(each(clean.map((plane) => gaussianBlur(plane, 2))), each(filaments(12, 5))).background).toEqual([
    0, 1,
  ]);
});

test('what is painted has the share that was asked for', () => {
  const clean = filaments(12, 6);
  const defect = measureDefect(each(hazy(filaments(12, 7), 0.5, 8)), each(clean));
  const [none, all] = [0, 1].map((background) => {
    const painted = clean.map((plane, i) => [paintDefect(scaled(plane), defect, new Random(i), { background })]);
    return measureDefect(painted, each(filaments(12, 9))).background;
  });
  expect(none[1]).toBeLessThan(all[0]);
});
