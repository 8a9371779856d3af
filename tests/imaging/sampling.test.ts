import { expect, test } from 'vitest';
import { cropped, gaussianBlur, mapPlane, resizeLinear } from '../../src/imaging/filters';
import type { Plane } from '../../src/imaging/image';
import { measureDefect } from '../../src/imaging/measured_defect/measured_defect';
import { paintDefect } from '../../src/imaging/measured_defect/paint_defect';
import { meanPower, valueAt } from '../../src/imaging/measured_defect/power_spectrum';
import {
  beforeSampling,
  interpolated,
  measureSampling,
  ofSamples,
  takeSamples,
} from '../../src/imaging/measured_defect/sampling';
import { subsampleAndZoom } from '../../src/imaging/optics';
import { texture } from '../../src/imaging/phantoms/fields';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { Random } from '../../src/imaging/random';

const SIDE = 128;

const fields = (count: number, seed: number, width = SIDE, height = SIDE): Plane[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    mapPlane(texture(random, width, height, 1.5), (value) => -0.5 + 1.6 * value),
  );
};
const noise = (count: number, seed: number, deviation: number): Plane[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    mapPlane({ width: SIDE, height: SIDE, data: new Float32Array(SIDE * SIDE) }, () => deviation * random.normal()),
  );
};

test.each([
  ['y', 2.02, 63],
  ['y', 5, 26],
  ['y', 10.2, 13],
  ['x', 3, 43],
] as const)('one sample for %s in %f pixels is found, in 8 bits too', (axis, factor, samples) => {
  const stretched = fields(6, 1).map((plane) => subsampleAndZoom(plane, axis, factor));
  const wanted = { x: 1, y: 1, [axis]: (SIDE - 1) / (samples - 1) };
  expect(measureSampling(stretched)).toEqual(wanted);
  const rounded = stretched.map((plane) => mapPlane(plane, (value) => Math.round(value * 127) / 127));
  expect(measureSampling(rounded)).toEqual(wanted);
});

test('a blurred image stretched by a side view’s own interpolation is found', () => {
  const views = fields(4, 2, SIDE, 19).map((plane) => resizeLinear(gaussianBlur(plane, 2), 'y', 95));
  expect(measureSampling(views)).toEqual({ x: 1, y: 94 / 18 });
});

test('images with a sample for each pixel are taken for what they are: sharp, blurred, noisy, even, sloping', () => {
  const sharp = fields(4, 3);
  const ramp = (_: number, at: number) => (at % SIDE) / SIDE - Math.floor(at / SIDE) / SIDE;
  for (const planes of [
    sharp,
    sharp.map((plane) => gaussianBlur(plane, { x: 2, y: 9 })),
    noise(4, 4, 0.1),
    sharp.map((plane) => mapPlane(plane, () => 0.25)),
    sharp.map((plane) => mapPlane(plane, ramp)),
    [0, 1, 2, 3].map((seed) => phantomPair('embryo-noise', { seed }).defective),
    [0, 1, 2, 3].map((seed) => phantomPair('microtubules', { seed }).defective),
    fields(1, 5, 16, 16),
  ])
    expect(measureSampling(planes)).toEqual({ x: 1, y: 1 });
});

test('most of the images decide, those of other sizes do not', () => {
  const [first, ...others] = fields(5, 6).map((plane) => subsampleAndZoom(plane, 'y', 5));
  const [odd] = fields(1, 7, 90, 90);
  expect(measureSampling([odd, first, ...others]).y).toBeCloseTo(127 / 25);
});

test('an image is as it was after sampling twice, at its size', () => {
  const [plane] = fields(1, 8, 90, 120);
  const once = interpolated(takeSamples(plane, { x: 1, y: 5.08 }, 'between'), 90, 120);
  const twice = interpolated(takeSamples(once, { x: 1, y: 5.08 }, 'between'), 90, 120);
  expect(once).toMatchObject({ width: 90, height: 120 });
  expect(Math.max(...once.data.map((value, i) => Math.abs(value - twice.data[i])))).toBeLessThan(0.15);
  expect(interpolated(takeSamples(plane, { x: 1, y: 1 }, 'nearest'), 90, 120)).toEqual(plane);
});

test('noise that came before sampling is measured as it was, at every frequency', () => {
  const sampling = { x: 1, y: 127 / 25 };
  const seen = noise(30, 9, 0.2).map((plane) => interpolated(takeSamples(plane, sampling, 'nearest'), SIDE, SIDE));
  const power = beforeSampling(meanPower(seen), sampling);
  expect(valueAt(power, 0.2, 0.3)).toBe(0);
  const before = ofSamples(power, sampling);
  for (const [fx, fy] of [
    [0.1, 0.02],
    [0.3, 0.06],
    [0.2, 0.3],
    [0.45, 0.48],
  ] as const) {
    expect(valueAt(before, fx, fy) / 0.04, `at ${fx}, ${fy}`).toBeGreaterThan(0.75);
    expect(valueAt(before, fx, fy) / 0.04, `at ${fx}, ${fy}`).toBeLessThan(1.3);
  }
});

test('what is painted has the defective images’ power beyond what their samples can show, too', () => {
  const random = new Random(10);
  const stretched = fields(24, 11).map((plane) =>
    subsampleAndZoom(
      mapPlane(gaussianBlur(plane, { x: 1, y: 3 }), (value) => value + 0.03 * random.normal()),
      'y',
      5,
    ),
  );
  const clean = fields(24, 12);
  const defect = measureDefect(
    stretched.map((plane) => [plane]),
    clean.map((plane) => [plane]),
  );
  expect(defect.sampling).toEqual({ x: 1, y: 127 / 25 });
  const of = meanPower(clean.map((plane) => paintDefect(plane, defect, random)));
  const wanted = meanPower(stretched);
  for (const fy of [0.03, 0.06, 0.15, 0.2, 0.25, 0.4]) {
    for (const fx of [0.05, 0.3]) {
      expect(valueAt(of, fx, fy) / valueAt(wanted, fx, fy), `at ${fx}, ${fy}`).toBeGreaterThan(0.6);
      expect(valueAt(of, fx, fy) / valueAt(wanted, fx, fy), `at ${fx}, ${fy}`).toBeLessThan(1.6);
    }
  }
});

test('noise of images with few samples along both axes is measured, too', () => {
  const random = new Random(13);
  for (const factor of [2.02, 5]) {
    const coarse = fields(24, 14).map((plane) => {
      const seen = mapPlane(gaussianBlur(plane, factor), (value) => value + 0.1 * random.normal());
      return subsampleAndZoom(subsampleAndZoom(seen, 'x', factor), 'y', factor);
    });
    const { noisePower, sampling } = measureDefect(
      coarse.map((plane) => [plane]),
      fields(24, 15).map((plane) => [plane]),
    );
    expect(sampling.x).toBeCloseTo(factor, 0);
    expect(sampling.y).toBeCloseTo(factor, 0);
    expect(Math.sqrt(valueAt(noisePower, 0.3, 0.3))).toBeGreaterThan(0.07);
    expect(Math.sqrt(valueAt(noisePower, 0.3, 0.3))).toBeLessThan(0.13);
  }
});

test('interpolation with its ends elsewhere, as in a part of an image, is left alone and not taken for another', () => {
  const stretched = fields(6, 16, 200, 200).map((plane) => subsampleAndZoom(gaussianBlur(plane, 3), 'y', 5));
  expect(measureSampling(stretched.map((plane) => cropped(plane, 3, 3, 128, 128)))).toEqual({ x: 1, y: 1 });
  const halves = fields(6, 17, SIDE, 16).map((plane) => {
    // Samples at (k + ½) · 8 − ½, and even beyond the first and last.
    const data = new Float32Array(SIDE * SIDE);
    for (let y = 0; y < SIDE; y++) {
      const at = Math.min(15, Math.max(0, (y + 0.5) / 8 - 0.5));
      const [k, share] = [Math.min(14, Math.floor(at)), at - Math.min(14, Math.floor(at))];
      for (let x = 0; x < SIDE; x++)
        data[y * SIDE + x] = plane.data[k * SIDE + x] * (1 - share) + plane.data[(k + 1) * SIDE + x] * share;
    }
    return { width: SIDE, height: SIDE, data };
  });
  expect(measureSampling(halves)).toEqual({ x: 1, y: 1 });
});

test('large images are looked at in seconds', () => {
  const [plane] = fields(1, 18, 1024, 1024);
  const began = performance.now();
  expect(measureSampling([plane])).toEqual({ x: 1, y: 1 });
  expect(performance.now() - began).toBeLessThan(20_000);
});
