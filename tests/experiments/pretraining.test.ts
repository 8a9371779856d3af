import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { keep, nameOf, openKept, samplesOf, trainedOnce } from '../../src/experiments/kept_weights';
import { pretrainingData } from '../../src/experiments/pretraining';
import type { Engine } from '../../src/runtime';
import { ALL_MEASURES, NO_MEASURES } from '../../src/training/batches';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weights-'));
  return () => rmSync(folder, { recursive: true });
});

const engine = { adapter: { name: 'a test' } } as Engine;
const trained = () => ({
  weights: new Map([['w', { shape: [2], data: Float32Array.of(1.5, -2) }]]),
  losses: { pixel: 0.25 },
});

it('shows every method the same phantoms, and keeps some back for those that validate', () => {
  const setting = { validationShare: 0, measures: NO_MEASURES, pairs: 10 };
  const all = pretrainingData('grid', setting);
  expect(all.validation).toBeUndefined();
  const split = pretrainingData('grid', { ...setting, validationShare: 0.2 });
  const clean = ({ tasks }: typeof all.batches) => tasks[0].pairs.map((pair) => pair.clean);
  expect(clean(split.batches)).toHaveLength(8);
  for (const plane of clean(split.batches)) expect(clean(all.batches)).toContainEqual(plane);
  expect(split.validation?.tasks[0].pairs).toHaveLength(2);
});

it('trains once for the same settings and data', async () => {
  const { batches } = pretrainingData('grid', { validationShare: 0, measures: ALL_MEASURES, pairs: 2 });
  const others = pretrainingData('grid', { validationShare: 0, measures: ALL_MEASURES, pairs: 3 }).batches;
  const train = vi.fn(async () => trained());
  const first = await trainedOnce(engine, [{ steps: 5 }], samplesOf(batches.tasks), train, folder);
  expect(first.earlierSeconds).toBe(0);
  const again = await trainedOnce(engine, [{ steps: 5 }], samplesOf(batches.tasks), train, folder);
  expect(again.weights).toEqual(new Map([['w', expect.objectContaining(trained().weights.get('w'))]]));
  expect(train).toHaveBeenCalledTimes(1);
  await trainedOnce(engine, [{ steps: 6 }], samplesOf(batches.tasks), train, folder);
  await trainedOnce(engine, [{ steps: 5 }], samplesOf(others.tasks), train, folder);
  await trainedOnce(
    { adapter: { name: 'another' } } as Engine,
    [{ steps: 5 }],
    samplesOf(batches.tasks),
    train,
    folder,
  );
  expect(train).toHaveBeenCalledTimes(4);
});

it('keeps no weights that went astray', async () => {
  const w = { shape: [2], data: Float32Array.of(1, Number.NaN) };
  const train = async () => ({ ...trained(), weights: new Map([['w', w]]) });
  await expect(trainedOnce(engine, [{ steps: 7 }], [], train, folder)).rejects.toThrow('lower learning rate');
  expect(openKept(nameOf(engine, [{ steps: 7 }], []), folder)).toBeUndefined();
});

it('names weights by settings and by every sample', () => {
  const samples = [Float32Array.of(1, 2), Float32Array.of(3)];
  const name = nameOf(engine, [{ steps: 1 }], samples);
  expect(nameOf(engine, [{ steps: 1 }], samples)).toBe(name);
  expect(nameOf(engine, [{ steps: 2 }], samples)).not.toBe(name);
  expect(nameOf(engine, [{ steps: 1 }], [samples[0], Float32Array.of(4)])).not.toBe(name);
  expect(openKept(name, folder)).toBeUndefined();
  keep(name, { ...trained(), seconds: 3 }, folder);
  expect(openKept(name, folder)).toMatchObject({ losses: { pixel: 0.25 }, seconds: 3 });
});
