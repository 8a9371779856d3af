/**
 * Whether a checkpoint goes on with the run that it was saved by. How many steps a phase takes, how often it reports and
 * how kernels are chosen may be changed; what its batches and its losses come of may not.
 */
import type { PhiName } from '../models/phi';
import { phasesOf, type RunConfig } from './config';
import type { PairedTask, TrainingData, UnpairedTask } from './messages';
import { type FileRecord, type ModelFile, ModelFileError } from './model_file';

/** @throws ModelFileError where the file is no checkpoint, or one of other settings or data: names the first of them */
export function checkedResume(file: ModelFile, run: RunConfig, data: TrainingData, phi: PhiName): ModelFile {
  const names = (tasks: { name: string }[]) => tasks.map((task) => task.name).join(', ');
  const { record } = file;
  if (record.kind !== 'checkpoint')
    throw new ModelFileError('a finished model', 'a checkpoint', 'resume from a file saved while training');
  const tasks = run.addTasks ? record.tasks.slice(-data.tasks.length) : record.tasks;
  const { recipe = 'published' } = record.config;
  if (record.preset !== run.preset || recipe !== run.recipe || names(tasks) !== names(data.tasks))
    throw otherRun(
      `preset ${record.preset}, recipe ${recipe}, with tasks ${names(tasks)}`,
      `preset ${run.preset}, recipe ${run.recipe}, with tasks ${names(data.tasks)}`,
    );
  compareSettings(record, run, phi);
  for (const task of data.tasks) compareImages(record, task);
  return file;
}

function compareSettings({ config, provenance }: FileRecord, run: RunConfig, phi: PhiName): void {
  compare(config.seed, run.seed, (seed) => `seed ${seed}`);
  compare(config.patch, run.patch, (patch) => `patch side ${patch}`);
  for (const { phase, counter } of phasesOf(run))
    compare(config[counter]?.batch, run[counter]?.batch, (batch) => `${phase} batch ${batch}`);
  compare(provenance.phi, phi, (name) => `φ ${name}`);
  compare(config.validationShare, run.validationShare, (share) => `share for validation ${share}`);
  compare(config.addTasks, run.addTasks, (added) => (added ? 'tasks added to a model' : 'tasks of its own'));
}

function compareImages({ tasks, provenance }: FileRecord, task: PairedTask | UnpairedTask): void {
  const named = `task ${task.name}`;
  const kept = tasks.find(({ name }) => name === task.name);
  compare(
    kept?.axial,
    task.axial,
    (axial) => `${named} with its defect ${axial ? 'along the rows' : 'in any direction'}`,
  );
  const given = provenance.data?.find((one) => one.task === task.name);
  compare(given?.kind, task.kind, (kind) => `${named} with ${kind} images`);
  for (const side of ['defective', 'clean'] as const)
    compare(
      given?.[side],
      task.kind === 'paired' ? task.pairs.length : task[side].length,
      (count) => `${named} with ${count} ${side} images`,
    );
}

/** @param kept absent in files from before it was kept */
function compare<T>(kept: T | undefined, asked: T, told: (value: T) => string): void {
  if (kept !== undefined && kept !== asked) throw otherRun(told(kept), told(asked));
}

const otherRun = (kept: string, asked: string): ModelFileError =>
  new ModelFileError(`a checkpoint of ${kept}`, asked, 'resume with the settings and data the run was started with');
