import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NamedPair, Split } from '../../src/experiments/evidence_images';
import { missingData, REAL_TASKS, realPairs } from '../../src/experiments/real_sources';
import { evaluationPairs, isAxial, trainingPairs, trainingTask, unpairedPlanes } from '../../src/experiments/sources';
import { cropped, gaussianBlur } from '../../src/imaging/filters';
import type { Plane } from '../../src/imaging/image';
import { correlation } from '../../src/imaging/metrics';

const SPLITS: Split[] = ['development', 'test'];

describe('phantoms of an experiment', () => {
  it('share no image between roles, seeds, splits and tasks', () => {
    const planes: Float32Array[] = [];
    for (const task of ['embryo-axial', 'embryo-noise'] as const)
      for (const split of SPLITS) {
        planes.push(...evaluationPairs(task, 2, split).map(({ clean }) => clean.data));
        for (const seed of [0, 1]) {
          planes.push(...trainingPairs(task, 2, split, seed).map(({ clean }) => clean.data));
          const { clean, defective } = unpairedPlanes(task, 2, split, seed);
          planes.push(...[...clean, ...defective].map(({ plane }) => plane.data));
        }
      }
    const seen = new Set(planes.map((data) => data.slice(0, 64).join()));
    expect(seen.size).toBe(planes.length);
  });

  it('are the same again for the same role, seed and split, and more of them begin with the fewer', () => {
    const few = trainingPairs('retina', 2, 'test', 3);
    expect(trainingPairs('retina', 3, 'test', 3).slice(0, 2)).toEqual(few);
    const scored = evaluationPairs('microtubules', 1, 'test');
    expect(evaluationPairs('microtubules', 2, 'test').slice(0, 1)).toEqual(scored);
  });

  it('become training tasks that know their direction', () => {
    const paired = trainingTask('embryo-axial', 'paired', 2, 'development', 0);
    expect(paired).toMatchObject({ kind: 'paired', name: 'embryo-axial', axial: true });
    expect(trainingTask('microtubules', 'unpaired', 2, 'development', 0)).toMatchObject({
      kind: 'unpaired',
      axial: false,
    });
    expect(isAxial('w2s')).toBe(false);
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('real images', () => {
  it('are asked for by name where they are not there', () => {
    vi.stubEnv('MENDSCOPE_DATA', undefined);
    for (const task of REAL_TASKS) {
      expect(missingData(task, 'test')).toMatch(/^no \$MENDSCOPE_DATA\/\w+\//);
      expect(() => realPairs(task, 'test')).toThrow('set the variable');
    }
  });
});

const missing = REAL_TASKS.filter((task) => missingData(task, 'test') !== undefined);
for (const task of missing)
  console.warn(`sources.test.ts: skipped the division of ${task}: ${missingData(task, 'test')}`);
const present = !missing.includes('w2s');

/** Correlation of two planes where the second is read `dx`, `dy` pixels further. */
function likeness(a: Plane, b: Plane, dx: number, dy: number): number {
  const [w, h] = [a.width - 16, a.height - 16];
  return correlation(cropped(a, 8, 8, w, h), cropped(b, 8 + dx, 8 + dy, w, h));
}

/** Where the defective images of a part lie best over their truths, blurred by `sigma`. */
function shiftOf(pairs: NamedPair[], sigma: number): string {
  const places = [-6, -3, 0, 3, 6];
  const scored = places.flatMap((dy) =>
    places.map((dx) => ({
      at: `${dx},${dy}`,
      like: pairs.reduce(
        (sum, { defective, clean }) => sum + likeness(defective, gaussianBlur(clean, sigma), dx, dy),
        0,
      ),
    })),
  );
  return scored.sort((a, b) => b.like - a.like)[0].at;
}

describe.skipIf(missing.includes('real-nucleus'))('the nucleus from the side', () => {
  it('is learned from and judged at depths six planes apart, in sides that networks take', () => {
    const [training, test] = [
      trainingPairs('real-nucleus', 10, 'test', 0),
      evaluationPairs('real-nucleus', 99, 'test'),
    ];
    const depths = (pairs: NamedPair[]) => pairs.map(({ name }) => Number(name.slice(1)));
    expect(Math.min(...depths(test)) - Math.max(...depths(training))).toBeGreaterThan(6);
    expect([training.length, test.length]).toEqual([10, 15]);
    for (const { clean } of training) expect([clean.width, clean.height]).toEqual([129, 64]);
    for (const { clean } of test) expect([clean.width, clean.height]).toEqual([80, 40]);
    expect(shiftOf(test, 3)).toBe('0,0');
    expect(isAxial('real-nucleus')).toBe(true);
  });
});

describe.skipIf(missing.includes('real-microtubules'))('the microtubules', () => {
  it('lie over their reference, in tiles of which a row is left out', () => {
    const [training, test] = [
      trainingPairs('real-microtubules', 10, 'test', 0),
      evaluationPairs('real-microtubules', 99, 'test'),
    ];
    const rows = (pairs: NamedPair[]) => [...new Set(pairs.map(({ name }) => name[4]))];
    expect([rows(training), rows(test)]).toEqual([
      ['0', '1'],
      ['3', '4'],
    ]);
    expect(shiftOf([...training, ...test], 4)).toBe('0,0');
    expect(() => unpairedPlanes('real-microtubules', 2, 'test', 0)).toThrow('one object');
    expect(() => evaluationPairs('real-microtubules', 2, 'development')).toThrow('no development images');
  });
});

describe.skipIf(!present)('W2S', () => {
  it('keeps the fields of training, development and test apart', () => {
    const names = (pairs: { name: string }[]) => pairs.map(({ name }) => name);
    const training = names(trainingPairs('w2s', 10, 'test', 0));
    const development = names(evaluationPairs('w2s', 100, 'development'));
    const test = names(evaluationPairs('w2s', 100, 'test'));
    expect([training.length, development.length, test.length]).toEqual([10, 8, 30]);
    expect(new Set([...training, ...development, ...test]).size).toBe(48);
    expect(test.every((name) => Number(name.slice(0, 3)) >= 7)).toBe(true);
  });

  it('takes unpaired images from different fields, none of them a test field', () => {
    const { clean, defective } = unpairedPlanes('w2s', 6, 'test', 0);
    const fields = (planes: { name: string }[]) => new Set(planes.map(({ name }) => name.slice(0, 3)));
    expect([...fields(defective)]).toEqual(['001', '002']);
    expect([...fields(clean)]).toEqual(['003', '004']);
  });
});
