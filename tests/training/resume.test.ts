import { expect, it, test } from 'vitest';
import { runConfig } from '../../src/training/config';
import type { TrainConfig, TrainingData } from '../../src/training/messages';
import type { FileRecord, ModelFile } from '../../src/training/model_file';
import { checkedResume } from '../../src/training/resume';
import { MEND_CONFIG, phantoms } from './followed_run';

const CONFIG: TrainConfig = { ...MEND_CONFIG, cinGan: { steps: 0 } };
const PAIRED = phantoms('paired');
const [TASK] = PAIRED.tasks;
const DATA = [{ task: 'noise', kind: 'paired' as const, defective: 4, clean: 4 }];

/** As far as a run resumed goes by it. */
function checkpoint(change: Partial<FileRecord> = {}): ModelFile {
  const record = {
    kind: 'checkpoint',
    preset: 'tiny',
    tasks: [{ name: 'noise', axial: false }],
    config: runConfig(CONFIG),
    provenance: { data: DATA, phi: 'mendscope' },
    ...change,
  };
  return { record: record as FileRecord, sets: new Map() };
}

const resume = (change: Partial<TrainConfig>, data: TrainingData = PAIRED, file = checkpoint()) =>
  checkedResume(file, runConfig({ ...CONFIG, ...change }), data, 'mendscope');

test.each<[Partial<TrainConfig>, string]>([
  [{ seed: 0 }, 'seed 3, wanted seed 0'],
  [{ patch: 24 }, 'patch side 16, wanted patch side 24'],
  [{ mend: { steps: 8, batch: 3 } }, 'mend batch 2, wanted mend batch 3'],
  [{ cGan: { steps: 4, batch: 1 } }, 'cgan batch 2, wanted cgan batch 1'],
  [{ validationShare: 0.25 }, 'share for validation 0.1, wanted share for validation 0.25'],
  [{ addTasks: true }, 'tasks of its own, wanted tasks added to a model'],
  [{ seed: 0, patch: 24 }, 'seed 3, wanted seed 0'],
])('a checkpoint is refused where settings are %j: it is of %s', (change, told) => {
  expect(() => resume(change)).toThrow(
    `got a checkpoint of ${told}; resume with the settings and data the run was started with`,
  );
});

it('is refused with another φ than that which the run was started with', () => {
  const { provenance } = checkpoint().record;
  const file = checkpoint({ provenance: { ...provenance, phi: 'squeezenet' } });
  expect(() => resume({}, PAIRED, file)).toThrow('got a checkpoint of φ squeezenet, wanted φ mendscope;');
  const run = runConfig(CONFIG);
  expect(checkedResume(file, run, PAIRED, 'squeezenet')).toBe(file);
});

it('is refused with other images', () => {
  if (TASK.kind !== 'paired') throw new Error('the phantoms are pairs');
  const unpaired = phantoms('unpaired').tasks[0];
  for (const [task, told] of [
    [{ ...TASK, pairs: TASK.pairs.slice(1) }, '4 defective images, wanted task noise with 3 defective images'],
    [{ ...unpaired, axial: false }, 'paired images, wanted task noise with unpaired images'],
    [{ ...TASK, axial: true }, 'its defect in any direction, wanted task noise with its defect along the rows'],
  ] as const)
    expect(() => resume({}, { tasks: [task] })).toThrow(`got a checkpoint of task noise with ${told};`);
});

it('goes on with more steps, other reports and kernels, and where an older file does not say', () => {
  const file = checkpoint();
  const changed: Partial<TrainConfig> = {
    mend: { steps: 80, batch: 2 },
    cGan: { steps: 20, batch: 2 },
    cinGan: { steps: 0, batch: 7 },
    logEvery: 5,
    previewEvery: 7,
    checkpointSeconds: 9,
    kernels: 'rule',
  };
  expect(resume(changed, PAIRED, file)).toBe(file);
  const { recipe, steps } = { recipe: 'mend' as const, steps: 8 };
  const old = checkpoint({
    config: { recipe, mend: { steps } } as FileRecord['config'],
    provenance: {} as FileRecord['provenance'],
  });
  expect(resume({ seed: 5 }, PAIRED, old)).toBe(old);
});
