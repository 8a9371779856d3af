import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { ownPhi } from '../../src/experiments/phi_files';
import { sharedSynthesis } from '../../src/experiments/shared_synthesis';
import { type SynthesisRun, trainSynthesis } from '../../src/experiments/synthesis';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { ARCHITECTURES } from '../../src/models/presets';
import { Engine } from '../../src/runtime';
import { Batches, type TaskPlanes } from '../../src/training/batches';
import { CIN_GAN_DEFAULTS, isNormed } from '../../src/training/cin_gan';
import { keptTasks } from '../../src/training/warm_start';
import { testGpu } from '../gpu_setup';

const shape = ARCHITECTURES.tiny;
const config = { ...CIN_GAN_DEFAULTS.tiny, steps: 2, batch: 2, criticSteps: 1 };
const task = (name: 'embryo-noise' | 'retina', seed: number): TaskPlanes => {
  const { clean, defective } = phantomPair(name, { seed, size: 32 });
  return { name, axial: false, pairs: [], clean: [clean], defective: [defective] };
};
const data = (seed: number): Batches => new Batches([task('embryo-noise', seed)], shape.patch);

let engine: Engine;
let run: SynthesisRun;
let folder: string;
beforeAll(async () => {
  engine = await Engine.create({ gpu: testGpu() });
  run = { shape, phi: await ownPhi(), config, seed: 0 };
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'generators-'));
  return () => rmSync(folder, { recursive: true });
});
afterAll(() => engine.destroy());

const values = (weights: ReadonlyMap<string, { data: Float32Array }>) =>
  [...weights].map(([name, { data: of }]) => [name, [...of]]);

it('trains a CIN-GAN once for all that have the same data and settings', async () => {
  const tell = vi.fn();
  const first = await sharedSynthesis(engine, data(1), run, tell, folder);
  expect(first.earlierSeconds).toBe(0);
  expect(tell).toHaveBeenCalled();
  tell.mockClear();
  const again = await sharedSynthesis(engine, data(1), run, tell, folder);
  expect(tell).not.toHaveBeenCalled();
  expect(again.earlierSeconds).toBe(first.seconds);
  expect(again.losses).toEqual(first.losses);
  expect(values(again.weights)).toEqual(values(first.weights));
  expect(values(await again.generator.read())).toEqual(values(first.weights)); // the engine's, too
});

it('trains anew for other images, another seed and other settings', async () => {
  const changes: [Batches, Partial<SynthesisRun>][] = [
    [data(1), {}],
    [data(2), {}],
    [data(1), { seed: 1 }],
    [data(1), { config: { ...config, lambdaStyle: 2 } }],
  ];
  for (const [images, change] of changes)
    await sharedSynthesis(engine, images, { ...run, ...change }, () => undefined, folder);
  expect(readdirSync(folder)).toHaveLength(changes.length);
});

it('adds a task by training its scales and shifts alone', async () => {
  const known = [task('embryo-noise', 1)];
  const base = await trainSynthesis(engine, new Batches(known, shape.patch), run, () => undefined);
  const from = { generator: base.weights, tasks: known };
  const given = [task('retina', 2)];
  const grown = new Batches([...keptTasks(from, given), ...given], shape.patch);
  const { weights } = await trainSynthesis(engine, grown, { ...run, from }, () => undefined);
  let moved = 0;
  for (const [name, { data: before }] of base.weights) {
    const after = weights.get(name)?.data ?? new Float32Array();
    expect([...after.subarray(0, before.length)], name).toEqual([...before]); // the known task's row comes first
    if (!isNormed(name)) expect(after).toHaveLength(before.length);
    // A new row begins as every norm does: scales of 1, shifts of 0.
    else if (after.subarray(before.length).some((v) => v !== (name.endsWith('gamma') ? 1 : 0))) moved++;
  }
  expect(moved).toBeGreaterThan(0);
});
