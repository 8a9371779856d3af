/** What the train command asks of a run, and how it follows one that is played by a function. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { ARCHITECTURES } from '../../src/models/presets';
import { writeSafetensors } from '../../src/models/safetensors';
import { squeezenetFeatures } from '../../src/models/squeezenet';
import { Graph, ParameterSet } from '../../src/runtime';
import { runConfig } from '../../src/training/config';
import type { Control } from '../../src/training/control';
import { DETAIL_CONTENT } from '../../src/training/mend';
import type { Ancestor, TrainConfig } from '../../src/training/messages';
import { type FileRecord, readModelFile, writeModelFile } from '../../src/training/model_file';
import type { TrainingEvent, TrainingRequest } from '../../src/training/session';
import { runLine } from './run_line';

const run = vi.hoisted(() => ({
  request: undefined as TrainingRequest | undefined,
  /** What the run does once it has begun. */
  steps: (_: Control): Iterable<TrainingEvent> => [],
}));
vi.mock('../../src/cli/gpu', () => ({ startEngine: async () => ({ adapter: { name: 'none', software: true } }) }));
vi.mock('../../src/training/session', () => ({
  async *train(_: unknown, request: TrainingRequest, control: Control) {
    run.request = request;
    yield* run.steps(control);
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'mendscope-train-line-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  run.request = undefined;
  run.steps = () => [];
});

const at = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const train = (...words: string[]) =>
  runLine('train', '--pairs', 'a=phantom:embryo-noise', '--limit', '1', '--out', join(folder, 'model'), ...words);

/** SqueezeNet's file with every weight 0. */
function squeezenetFile(): Uint8Array {
  const params = new ParameterSet('phi');
  const scratch = new Graph();
  squeezenetFeatures(params.scope(scratch), scratch.input('rgb', [1, 96, 96, 3]));
  const tensors = params.entries.map(({ name, shape }) => {
    const [kh, kw, ci, co] = shape;
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    return [name, { shape: shape.length === 4 ? [co, ci, kh, kw] : shape, data }] as const;
  });
  return writeSafetensors(new Map(tensors), {});
}

const MODEL: Ancestor = { name: 'model', sha256: '0'.repeat(64), steps: { cinGan: 0, mend: 3, cGan: 1 } };

/** Of a run from a page, where every number can be set. */
const OWN_SETTINGS: TrainConfig = {
  ...{ preset: 'laptop', seed: 7, patch: 32, recipe: 'mend', addTasks: true, validationShare: 0.2 },
  cinGan: { steps: 9, batch: 3, lambdaStyle: 0.5 },
  mend: { steps: 0, batch: 2, learningRate: 4e-4 },
  cGan: { steps: 6, batch: 2, lambdaContent: 0.25 },
};

function checkpointFrom(...madeFrom: Ancestor[]): Uint8Array {
  const record = {
    ...{ kind: 'checkpoint', version: 1, preset: 'laptop', tasks: [{ name: 'a', axial: false }] },
    ...{ restorer: ARCHITECTURES.laptop.restorer, generator: ARCHITECTURES.laptop.generator },
    ...{ normalisation: { low: 2, high: 99.8 }, steps: { cinGan: 1, mend: 0, cGan: 0 } },
    config: runConfig(OWN_SETTINGS),
    provenance: madeFrom.length > 0 ? { madeFrom } : {},
  } as unknown as FileRecord;
  const weights = new Map([['enter.weight', { shape: [1], data: new Float32Array(1) }]]);
  return writeModelFile({ record, sets: new Map([['restorer', weights]]) });
}

test('--phi: the run knows whose features it learns by, and weighs them so', async () => {
  await train('--phi', at('squeezenet1_1.safetensors', squeezenetFile()));
  expect(run.request?.phi.name).toBe('squeezenet');
  const given = runConfig(run.request?.config as TrainingRequest['config']);
  expect([given.phi, given.cGan.lambdaContent]).toEqual(['squeezenet', DETAIL_CONTENT.squeezenet]);
  await train();
  expect(run.request?.phi.name).toBe('mendscope');
  const own = runConfig(run.request?.config as TrainingRequest['config']);
  expect([own.phi, own.cGan.lambdaContent]).toEqual(['mendscope', DETAIL_CONTENT.mendscope]);
});

test('a run goes on as its checkpoint says', async () => {
  await train('--resume', at('checkpoint', checkpointFrom(MODEL)));
  expect(run.request?.resume).toBeDefined();
  expect(runConfig(run.request?.config as TrainConfig)).toEqual({
    ...runConfig(OWN_SETTINGS),
    previewEvery: Number.MAX_SAFE_INTEGER,
    checkpointSeconds: 0,
  });
});

test('but where the line says otherwise', async () => {
  const words = ['--seed', '8', '--cin-steps', '5', '--detail-steps', '4', '--batch', '6'];
  await train(...words, '--resume', at('checkpoint', checkpointFrom(MODEL)));
  const { seed, cinGan, mend, cGan } = runConfig(run.request?.config as TrainConfig);
  expect(seed).toBe(8);
  expect(cinGan).toMatchObject({ steps: 5, batch: 6, lambdaStyle: 0.5 });
  expect(mend).toMatchObject({ steps: 0, batch: 6, learningRate: 4e-4 });
  expect(cGan).toMatchObject({ steps: 4, batch: 6, lambdaContent: 0.25 });
});

test('a finished model is no checkpoint: its settings are not taken', async () => {
  const { record, sets } = readModelFile(checkpointFrom());
  await train('--resume', at('finished', writeModelFile({ record: { ...record, kind: 'model' }, sets })));
  expect(run.request?.config).toMatchObject({ seed: 0, patch: undefined });
});

test('one that began from no model is to have steps of its restorer', async () => {
  const { code, err } = await train('--steps', '0', '--resume', at('checkpoint', checkpointFrom()));
  expect(err).toContain('--steps: got 0 for a run that began from no model');
  expect(code).toBe(2);
  expect(run.request).toBeUndefined();
});

test('an axial phantom is so by itself, and any by --axial', async () => {
  const axialOf = async (...words: string[]) => {
    await train('--pairs', 'b=phantom:retina', ...words);
    return run.request?.data.tasks.map(({ name, axial }) => [name, axial]);
  };
  expect(await axialOf()).toEqual([
    ['a', false],
    ['b', true],
  ]);
  expect(await axialOf('--axial', 'a')).toEqual([
    ['a', true],
    ['b', true],
  ]);
});

/** Ctrl-C, as the program hears it. */
function interrupt(): void {
  const listener = process.listeners('SIGINT').at(-1) as () => void;
  process.off('SIGINT', listener);
  listener();
}

const checkpointOf = (step: number): TrainingEvent => ({
  kind: 'checkpoint',
  phase: 'mend',
  step,
  automatic: false,
  bytes: new Uint8Array([step]).buffer,
});

test('Ctrl-C ends a run with a checkpoint of where it was', async () => {
  const stopping: boolean[] = [];
  run.steps = function* (control) {
    yield checkpointOf(1);
    interrupt();
    stopping.push(control.stopping);
    if (control.takeCheckpointRequest()) yield checkpointOf(2);
    stopping.push(control.stopping);
  };
  const checkpoint = join(folder, 'kept');
  await train('--checkpoint', checkpoint);
  expect([...readFileSync(checkpoint)]).toEqual([2]);
  expect(stopping).toEqual([false, true]);
});

test('and without one to keep, at once', async () => {
  const seen: boolean[] = [];
  run.steps = function* (control) {
    interrupt();
    seen.push(control.stopping, control.takeCheckpointRequest());
    yield { kind: 'notice', text: 'stopped' };
  };
  expect((await train()).err).toContain('stopped');
  expect(seen).toEqual([true, false]);
});
