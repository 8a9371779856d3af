import { expect, test } from 'vitest';
import { gaussianBlur, mapPlane } from '../../src/imaging/filters';
import type { Plane } from '../../src/imaging/image';
import { measureDefect } from '../../src/imaging/measured_defect/measured_defect';
import { paintDefect } from '../../src/imaging/measured_defect/paint_defect';
import { measureScale, normaliseSigned } from '../../src/imaging/normalisation';
import { slowField } from '../../src/imaging/phantoms/fields';
import { microtubulesClean } from '../../src/imaging/phantoms/microtubules';
import { Random } from '../../src/imaging/random';

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
  measureDefect(each(hazy(filaments(images, 1), share, 2)), each(filaments(images, 3))).unrelated;

test('light from out of focus is told from background by where it lies', () => {
  const [related, both, background] = [0, 0.5, 1].map((share) => shareOf(share, 12));
  expect(related[0]).toBe(0);
  expect(related[1]).toBeLessThan(0.35);
  expect(both[0]).toBeGreaterThan(0.2);
  expect(both[1]).toBeLessThan(0.85);
  expect(background[0]).toBeGreaterThan(0.7);
  expect(background[1]).toBe(1);
});

test('three images say nothing of it', () => {
  expect(shareOf(1, 3)).toEqual([0, 1]);
});

test('where there is no haze, nothing is said of it', () => {
  const clean = filaments(12, 4);
  expect(measureDefect(each(clean.map((plane) => gaussianBlur(plane, 2))), each(filaments(12, 5))).unrelated).toEqual([
    0, 1,
  ]);
});

test('what is painted has haze as related as the images have', () => {
  const clean = filaments(12, 6);
  const defect = measureDefect(each(hazy(filaments(12, 7), 1, 8)), each(clean));
  const painted = clean.map((plane, i) => [paintDefect(scaled(plane), defect, new Random(i))]);
  const again = measureDefect(painted, each(filaments(12, 9)));
  expect(again.unrelated[0]).toBeGreaterThan(0.5);
});
