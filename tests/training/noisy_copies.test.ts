import { expect, test } from 'vitest';
import { imageOfPlane, type Plane } from '../../src/imaging/image';
import { phantomClean } from '../../src/imaging/phantoms/phantom';
import { Random } from '../../src/imaging/random';
import { NORMALISATION, networkPlanes } from '../../src/training/batches';
import { noiseLevelOf, noisyCopies } from '../../src/training/noisy_copies';
import { differByNoise, toDefectiveScale } from '../../src/training/pair_scale';

const [clean] = networkPlanes(imageOfPlane(phantomClean('embryo-noise', { seed: 2 }), 'float32'));

/** The clean plane under noise of a known variance, at a gain and an offset of its own. */
function noisy(shot: number, rest: number, seed: number): Plane {
  const random = new Random(seed);
  const data = clean.data.map((value) => {
    const light = Math.max(0, (value + 1) / 2);
    const measured = shot * random.poisson(light / shot) + Math.sqrt(rest) * random.normal();
    return 0.7 * (2 * measured - 1) - 0.2;
  });
  return { ...clean, data };
}

test('the noise of a pair is measured, whatever its gain and offset', () => {
  const { shot, rest } = noiseLevelOf({ clean, defective: noisy(0.05, 0.002, 1) });
  expect(shot).toBeGreaterThan(0.045);
  expect(shot).toBeLessThan(0.055);
  expect(rest).toBeGreaterThan(0.001);
  expect(rest).toBeLessThan(0.003);
});

test('a pair without noise, or without structure, has next to none', () => {
  expect(noiseLevelOf({ clean, defective: clean })).toEqual({ shot: 1e-4, rest: 1e-6 });
  const flat = { ...clean, data: clean.data.map(() => 0) };
  expect(noiseLevelOf({ clean: flat, defective: noisy(0.05, 0.002, 1) })).toEqual({ shot: 1e-4, rest: 1e-6 });
});

test('copies are other draws of noise between half and twice as strong, and the same for the same numbers', () => {
  const pair = { clean, defective: noisy(0.02, 0.001, 1) };
  const copies = noisyCopies([pair], 6, new Random(5), NORMALISATION);
  expect(copies.length).toBe(6);
  expect(differByNoise(copies)).toBe(true);
  const shots = copies.map((copy) => {
    const matched = toDefectiveScale({ ...copy });
    expect(matched.clean.data.every(Number.isFinite)).toBe(true);
    return noiseLevelOf(copy).shot;
  });
  expect(Math.min(...shots)).toBeGreaterThan(0.02 / 2.5);
  expect(Math.max(...shots)).toBeLessThan(0.02 * 2.5);
  expect(Math.max(...shots) / Math.min(...shots)).toBeGreaterThan(1.2);
  expect(copies[0].defective.data).not.toEqual(copies[1].defective.data);
  expect(noisyCopies([pair], 6, new Random(5), NORMALISATION)).toEqual(copies);
});

test('no copies of many pairs', () => {
  expect(noisyCopies([{ clean, defective: noisy(0.02, 0.001, 1) }], 0, new Random(5), NORMALISATION)).toEqual([]);
});
