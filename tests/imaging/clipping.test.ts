import { expect, test } from 'vitest';
import { mapPlane } from '../../src/imaging/filters';
import type { Plane } from '../../src/imaging/image';
import { measureClipping } from '../../src/imaging/measured_defect/clipping';
import { measureDefect } from '../../src/imaging/measured_defect/measured_defect';
import { paintDefect } from '../../src/imaging/measured_defect/paint_defect';
import { texture } from '../../src/imaging/phantoms/fields';
import { Random } from '../../src/imaging/random';

const SIDE = 64;

function noisy(seed: number, count = 12): Plane[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    mapPlane(texture(random, SIDE, SIDE, 1.5), (value) => -0.5 + value + 0.2 * random.normal()),
  );
}

const cut = (planes: Plane[], low: number, high: number): Plane[] =>
  planes.map((plane) => mapPlane(plane, (value) => Math.min(high, Math.max(low, value))));

test('limits are found where many samples lie on them, on either side', () => {
  expect(measureClipping(noisy(1))).toEqual({ low: -Infinity, high: Infinity });
  expect(measureClipping(cut(noisy(2), -0.75, 9))).toEqual({ low: -0.75, high: Infinity });
  expect(measureClipping(cut(noisy(3), -9, -0.25))).toEqual({ low: -Infinity, high: -0.25 });
});

test('they are the mean of those of the images, half of which must have one', () => {
  const [some, others] = [cut(noisy(4, 6), -0.75, 9), cut(noisy(5, 6), -0.5, 9)];
  expect(measureClipping([...some, ...others]).low).toBeCloseTo(-0.625, 6);
  expect(measureClipping([...some, ...noisy(6, 5)]).low).toBe(-0.75);
  expect(measureClipping([...some, ...noisy(7, 7)]).low).toBe(-Infinity);
});

test('an image of one brightness says nothing', () => {
  expect(measureClipping([{ width: 16, height: 16, data: new Float32Array(256) }])).toEqual({
    low: -Infinity,
    high: Infinity,
  });
});

test('what is painted is cut off there, about as often as the defective images are', () => {
  const each = (planes: Plane[]) => planes.map((plane) => [plane]);
  const [defective, clean] = [cut(noisy(8), -0.9, 9), noisy(9)];
  const defect = measureDefect(each(defective), each(clean));
  const painted = clean.map((plane, i) => paintDefect(plane, defect, new Random(i)));
  const share = (planes: Plane[]) =>
    planes.reduce((sum, { data }) => sum + data.filter((value) => value === Math.fround(-0.9)).length, 0) /
    (planes.length * SIDE ** 2);
  expect(Math.min(...painted.flatMap(({ data }) => [...data]))).toBe(Math.fround(-0.9));
  // What was cut off was noise, too: the rest has a little less of it.
  expect(share(painted)).toBeGreaterThan(0.4 * share(defective));
  expect(share(painted)).toBeLessThan(1.6 * share(defective));
});
