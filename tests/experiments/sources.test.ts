import { describe, expect, it } from 'vitest';
import {
  evaluationPairs,
  isAxial,
  type Split,
  trainingPairs,
  trainingTask,
  unpairedPlanes,
  w2sFolder,
} from '../../src/experiments/sources';

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

const present = w2sFolder() !== undefined;
if (!present) console.warn('sources.test.ts: skipped the division of W2S, $MENDSCOPE_DATA/denoise/w2s is not there');

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
