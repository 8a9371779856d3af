import { expect, test } from 'vitest';
import type { Plane } from '../../src/imaging/image';
import { imageOfPlane } from '../../src/imaging/image';
import { type PhantomTask, phantomPair } from '../../src/imaging/phantoms/phantom';
import { Random } from '../../src/imaging/random';
import { networkPlanes, prepareData } from '../../src/training/batches';
import { differByNoise, toDefectiveScale } from '../../src/training/pair_scale';

const mapped = (plane: Plane, f: (value: number) => number): Plane => ({ ...plane, data: plane.data.map(f) });
const pairOf = (task: PhantomTask, seed: number) => phantomPair(task, { seed });

test.each([
  ['embryo-noise', true],
  ['embryo-axial', false],
  ['retina', false],
  ['microtubules', false],
] as const)('pairs of %s: by noise alone is %s', (task, noise) => {
  expect(differByNoise([1, 2, 3].map((seed) => pairOf(task, seed)))).toBe(noise);
});

test('no pairs, and pairs of equal images, differ by nothing', () => {
  const { clean } = pairOf('embryo-noise', 1);
  expect(differByNoise([])).toBe(false);
  expect(differByNoise([{ clean, defective: clean }])).toBe(false);
});

test('a clean image is brought to where its noisy partner has it', () => {
  const random = new Random(3);
  const { clean } = pairOf('embryo-noise', 1);
  const noisy = mapped(clean, (value) => 0.6 * value - 0.3 + 0.1 * random.normal());
  const matched = toDefectiveScale({ defective: noisy, clean, name: 'kept' });
  expect(matched.name).toBe('kept');
  const error = clean.data.map((value, i) => Math.abs(matched.clean.data[i] - (0.6 * value - 0.3)));
  expect(Math.max(...error)).toBeLessThan(0.01);
});

test('a constant clean image stays', () => {
  const { defective } = pairOf('embryo-noise', 1);
  const clean = mapped(defective, () => 0.5);
  expect(toDefectiveScale({ defective, clean }).clean).toEqual(clean);
});

test('training data: one scale for a noisy task, and the same for the pairs kept back; two for an axial one', () => {
  const taskOf = (name: PhantomTask) => ({
    kind: 'paired' as const,
    name,
    axial: false,
    pairs: [1, 2, 3, 4].map((seed) => {
      const { defective, clean } = pairOf(name, seed);
      return {
        name: `${seed}`,
        defective: imageOfPlane(defective, 'float32'),
        clean: imageOfPlane(clean, 'float32'),
      };
    }),
  });
  const prepared = prepareData({ tasks: [taskOf('embryo-noise'), taskOf('embryo-axial')] }, 0.25, 1);
  const range = (plane: Plane) => Math.max(...plane.data) - Math.min(...plane.data);
  const ownRanges = (name: PhantomTask) => taskOf(name).pairs.map(({ clean }) => range(networkPlanes(clean)[0]));
  const isOwn = (name: PhantomTask, plane: Plane) => ownRanges(name).some((own) => Math.abs(own - range(plane)) < 1e-6);
  expect(prepared.training.map((task) => [task.pairs.length, task.clean.length])).toEqual([
    [15, 3], // each with four copies under new noise
    [3, 3],
  ]);
  expect(prepared.validation.map((task) => task.pairs.length)).toEqual([1, 1]);
  for (const part of [prepared.training, prepared.validation]) {
    for (const { clean } of part[0].pairs) expect(isOwn('embryo-noise', clean)).toBe(false);
    for (const { clean } of part[1].pairs) expect(isOwn('embryo-axial', clean)).toBe(true);
    expect(part[0].clean).toEqual(part[0].pairs.slice(0, part[0].clean.length).map(({ clean }) => clean));
  }
});
