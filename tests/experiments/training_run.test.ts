import { expect, it } from 'vitest';
import type { Cell } from '../../src/experiments/cell';
import { cellsOf, GRID_DEFAULTS } from '../../src/experiments/grid';
import { trainingPairs } from '../../src/experiments/sources';
import { dataOf } from '../../src/experiments/training_run';
import { imageOfPlane } from '../../src/imaging/image';
import { ALL_MEASURES, NO_MEASURES, networkPlanes } from '../../src/training/batches';

const cell: Cell = { ...cellsOf('table2', GRID_DEFAULTS)[0], tasks: ['embryo-noise'], images: 3 };

it('shows baselines plain pairs, each image scaled by its own percentiles', () => {
  const { training, measures } = dataOf(cell, 0);
  const scaled = trainingPairs('embryo-noise', 3, cell.split, cell.seed).map(
    ({ clean }) => networkPlanes(imageOfPlane(clean, 'float32'))[0],
  );
  expect(training[0].pairs.map((pair) => pair.clean)).toEqual(scaled);
  expect(measures).toEqual(NO_MEASURES);
});

it('takes each measure against noise only where a method asks for it', () => {
  const [plain] = dataOf(cell, 0).training;
  const [oneScale] = dataOf(cell, 0, { ...NO_MEASURES, oneScale: true }).training;
  expect(oneScale.pairs).toHaveLength(3);
  expect(oneScale.pairs[0].defective).toEqual(plain.pairs[0].defective);
  expect(oneScale.pairs[0].clean).not.toEqual(plain.pairs[0].clean);
  expect(oneScale.clean).toEqual(oneScale.pairs.map((pair) => pair.clean));
  const [copied] = dataOf(cell, 0, { ...NO_MEASURES, noisyCopies: 2 }).training;
  expect(copied.pairs.slice(0, 3)).toEqual(plain.pairs);
  expect(copied.pairs).toHaveLength(9);
  expect(copied.defective).toHaveLength(3);
});

it('leaves unpaired images as they are, and adds pairs made of them only where a method asks for it', () => {
  const unpaired: Cell = { ...cell, setting: 'unpaired' };
  const [plain] = dataOf(unpaired, 0).training;
  expect(plain.pairs).toEqual([]);
  const measures = { ...ALL_MEASURES, measuredPairs: 5 };
  const [{ pairs, made, defective }] = dataOf(unpaired, 0, measures).training;
  expect(defective).toEqual(plain.defective);
  expect(made).toBe(true);
  expect(pairs).toHaveLength(5);
});
