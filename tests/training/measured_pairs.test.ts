import { expect, test } from 'vitest';
import { gaussianBlur, mapPlane } from '../../src/imaging/filters';
import { imageOfPlane, type Plane } from '../../src/imaging/image';
import { affineFit, correlation } from '../../src/imaging/metrics';
import { percentiles } from '../../src/imaging/normalisation';
import { texture } from '../../src/imaging/phantoms/fields';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { Random } from '../../src/imaging/random';
import { ALL_MEASURES, NO_MEASURES, NORMALISATION, networkPlanes, prepareData } from '../../src/training/batches';
import { measuredPairs } from '../../src/training/measured_pairs';
import type { TrainingTask } from '../../src/training/messages';

const planes = (seeds: number[], side: 'clean' | 'defective', size: number): Plane[][] =>
  seeds.map((seed) => networkPlanes(imageOfPlane(phantomPair('embryo-noise', { seed, size })[side], 'float32')));

const sets = (size: number) => ({
  defective: planes([1, 2, 3], 'defective', size),
  clean: planes([4, 5], 'clean', size),
});

const AS_IT_IS = { patch: 64, oneScale: false };

test('clean images take turns, each painted at its own scale', () => {
  const { defective, clean } = sets(96);
  const made = measuredPairs({ defective, clean }, { ...AS_IT_IS, count: 5 }, new Random(1), NORMALISATION);
  const { pairs } = made;
  const [[first], [second]] = clean;
  expect(pairs.map((pair) => pair.clean)).toEqual([first, second, first, second, first]);
  expect(made.clean).toEqual([first, second]);
  for (const { defective } of pairs) {
    const [low, high] = percentiles(defective.data, [NORMALISATION.low, NORMALISATION.high]);
    expect(low).toBeCloseTo(-1, 4);
    expect(high).toBeCloseTo(1, 4);
  }
  expect(pairs[0].defective).not.toEqual(pairs[2].defective);
  expect(measuredPairs({ defective, clean }, { ...AS_IT_IS, count: 5 }, new Random(1), NORMALISATION)).toEqual(made);
});

test('of a large image parts are painted, at the scale that was measured', () => {
  const { defective, clean } = sets(256);
  const { pairs } = measuredPairs({ defective, clean }, { ...AS_IT_IS, count: 3 }, new Random(2), NORMALISATION);
  for (const [i, pair] of pairs.entries()) {
    expect(pair.clean).toMatchObject({ width: 192, height: 192 });
    expect(pair.defective).toMatchObject({ width: 192, height: 192 });
    // It shows the same place.
    expect(correlation(gaussianBlur(pair.defective, 2), gaussianBlur(pair.clean, 2))).toBeGreaterThan(0.8);
    const whole = new Set(clean[i % 2][0].data);
    expect(pair.clean.data.every((value) => whole.has(value))).toBe(true);
  }
});

const eight = (from: number): number[] => Array.from({ length: 8 }, (_, i) => from + i);

test('only a task without pairs is given some, and only where that is asked for', () => {
  const image = (side: 'clean' | 'defective', seed: number) => ({
    name: `${seed}`,
    image: imageOfPlane(phantomPair('embryo-noise', { seed })[side], 'float32'),
  });
  const unpaired: TrainingTask = {
    kind: 'unpaired',
    name: 'noise',
    axial: false,
    defective: eight(20).map((seed) => image('defective', seed)),
    clean: eight(30).map((seed) => image('clean', seed)),
  };
  const paired: TrainingTask = {
    kind: 'paired',
    name: 'other',
    axial: false,
    pairs: [3, 4].map((seed) => ({
      name: `${seed}`,
      defective: image('defective', seed).image,
      clean: image('clean', seed).image,
    })),
  };
  const data = { tasks: [unpaired, paired] };
  const plain = prepareData(data, 0, 1, NO_MEASURES).training;
  expect(plain[0].pairs).toEqual([]);
  const measures = { ...ALL_MEASURES, measuredPairs: 6 };
  const { training } = prepareData(data, 0, 1, measures);
  expect(training[0].pairs).toHaveLength(6);
  expect(training.map((task) => task.made)).toEqual([true, undefined]);
  expect(training[0].defective).toEqual(plain[0].defective);
  expect(training[1].pairs[0].defective).toEqual(plain[1].pairs[0].defective);
  // Pairs that differ by noise have both images at one scale, as measured pairs do.
  expect(training[0].pairs[0].clean).not.toEqual(plain[0].clean[0]);
  expect(training[0].clean.slice(0, 6)).toEqual(training[0].pairs.map((pair) => pair.clean));
  expect(prepareData(data, 0, 1, measures).training).toEqual(training);
});

test('there is room for a large patch', () => {
  const { defective, clean } = sets(320);
  const settings = { count: 2, patch: 224, oneScale: false };
  for (const pair of measuredPairs({ defective, clean }, settings, new Random(3), NORMALISATION).pairs)
    expect(pair.clean).toMatchObject({ width: 288, height: 288 });
});

test('parts of one image have one scale, those that show nothing too', () => {
  const { defective, clean } = sets(256);
  const dark = clean.map(([plane]) => [mapPlane(plane, (value, i) => (i % 256 < 200 ? -1 : Math.max(-1, value)))]);
  const settings = { count: 12, patch: 64, oneScale: true };
  const { pairs } = measuredPairs({ defective, clean: dark }, settings, new Random(4), NORMALISATION);
  const darkest = pairs.map((pair) => pair.clean.data.reduce((least, value) => Math.min(least, value)));
  expect(Math.max(...darkest) - Math.min(...darkest)).toBeLessThan(1e-6);
});

test.each([
  ['whole images', 128, 0.12],
  ['parts of large ones', 256, 0.2],
])(
  '%s: noise that is all there is varies beyond what was measured, from half to twice its power',
  (_, size, spread) => {
    const scene = (seed: number): Plane =>
      mapPlane(texture(new Random(seed), size, size, 1.5), (value) => 1.6 * value - 0.5);
    const random = new Random(5);
    const defective = eight(50).map((seed) => [mapPlane(scene(seed), (value) => value + spread * random.normal())]);
    const clean = eight(70).map((seed) => [scene(seed)]);
    const { pairs } = measuredPairs({ defective, clean }, { ...AS_IT_IS, count: 32 }, new Random(6), NORMALISATION);
    // Once scaled back to its clean partner, an image differs from it by noise.
    const spreads = pairs
      .map((pair) => {
        const { alpha, beta } = affineFit(pair.clean, pair.defective);
        const { data } = mapPlane(pair.defective, (value, i) => (value - beta) / alpha - pair.clean.data[i]);
        return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
      })
      .sort((a, b) => a - b);
    expect(spreads[0]).toBeGreaterThan(spread * 0.6);
    expect(spreads[0]).toBeLessThan(spread * 0.85);
    expect(spreads[31]).toBeGreaterThan(spread * 1.2);
    expect(spreads[31]).toBeLessThan(spread * 1.7);
  },
);
