/**
 * Training further from a finished model, somebody else's for instance: its restorer, and its CIN-GAN generator where it
 * has one, are the first weights. Optimisers, critic and discriminator begin anew. In the generator each task has scales
 * and shifts of its own, which tasks of the same name take over; the convolutions are shared by all tasks.
 */
import { ARCHITECTURES, type PresetName } from '../models/presets';
import { isUNet, ownTasks, type RestoringNetwork } from '../models/restoring_network';
import { forTasks } from '../models/task_weights';
import type { ParameterSet } from '../runtime';
import type { TaskPlanes } from './batches';
import { isNormed } from './cin_gan';
import { darkest } from './floor';
import type { Ancestor } from './messages';
import { type ModelFile, ModelFileError, type NamedTensors, readModelFile } from './model_file';
import type { KnownLooks } from './task_looks';

export interface StartingPoint {
  /** A model that mendscope wrote. */
  model: Uint8Array;
  /** What it is called; kept in the new model's record. */
  name: string;
  /** Id of its share link. */
  sharedId?: string;
}

export interface WarmStart {
  restorer: NamedTensors;
  /** The other end of its dial, if it has one; kept where the restorer takes no step. */
  detail?: NamedTensors;
  /** Its network, which a run that begins with it goes on with, whatever the recipe. */
  network: RestoringNetwork;
  /** Of its tasks. */
  floors: readonly number[] | undefined;
  /** Absent where the model does not say what its tasks look like. */
  looks?: KnownLooks;
  /** Absent where the model was trained without a CIN-GAN. */
  generator: NamedTensors | undefined;
  /** Tasks of the generator, in the order of its rows. */
  tasks: { name: string; axial: boolean }[];
  /** What the new model is made from, nearest first. */
  madeFrom: Ancestor[];
}

/** @throws ModelFileError where the file is no model, or one of other networks than the preset's */
export async function openStart({ model, name, sharedId }: StartingPoint, preset: PresetName): Promise<WarmStart> {
  const file = readModelFile(model);
  const { record, sets } = file;
  if (record.kind !== 'model')
    throw new ModelFileError('a checkpoint', 'a finished model to train further', 'resume the checkpoint instead');
  if (!sameNetworks(file, preset))
    throw new ModelFileError(
      `a model of preset ${record.preset} to train further with preset ${preset}`,
      'the same networks',
      `choose preset ${record.preset}`,
    );
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(model)));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const parent: Ancestor = { name, sha256, steps: record.steps, ...(sharedId === undefined ? {} : { sharedId }) };
  return {
    restorer: sets.get('restorer') ?? new Map(),
    detail: sets.get('detail'),
    network: record.restorer,
    floors: record.floors,
    looks: knownLooks(record),
    generator: sets.get('generator'),
    tasks: record.tasks,
    madeFrom: [parent, ...(record.provenance.madeFrom ?? [])],
  };
}

/** What a run cut off in its first phase had begun from: its checkpoint carries the restorer along, both ends of it. */
export function startOfCheckpoint({ record, sets }: ModelFile): WarmStart | undefined {
  const { madeFrom } = record.provenance;
  const restorer = sets.get('restorer');
  if (!madeFrom || !restorer) return undefined;
  const { restorer: network, floors, tasks } = record;
  const [detail, generator] = ['detail', 'generator'].map((name) => sets.get(name));
  return { restorer, detail, network, floors, looks: knownLooks(record), generator, tasks, madeFrom };
}

const knownLooks = ({ tasks, looks }: ModelFile['record']): KnownLooks | undefined =>
  looks && { tasks: new Map(tasks.map(({ name }, t) => [name, looks.tasks[t]])), spread: looks.spread };

/**
 * The same with a restorer, both ends of it, for `tasks`: each knows of itself what it knew. One that restores all tasks
 * alike stays so unless it `learns`.
 */
export function startFor(start: WarmStart, tasks: readonly string[], learns: boolean): WarmStart {
  const { network, restorer, detail } = start;
  if (ownTasks(network) === 0 && !learns) return start;
  const given = (weights: NamedTensors) => forTasks(network, weights, namesOf(start), tasks);
  const own = given(restorer);
  return {
    ...start,
    network: own.network,
    restorer: new Map(own.weights),
    ...(detail && { detail: new Map(given(detail).weights) }),
  };
}

/** Of a restorer for the run's tasks. @throws ModelFileError where a name or shape does not fit */
export function restorerFrom(set: ParameterSet, { restorer }: WarmStart): NamedTensors {
  for (const { name, shape } of set.entries) {
    const given = restorer.get(name);
    if (given?.shape.join() !== shape.join()) throw otherShape(set.name, name, given?.shape, shape);
  }
  return restorer;
}

/**
 * Of a generator for `tasks`: rows of tasks that the model knows are its own, those of new ones as a new generator's.
 * @throws ModelFileError where a name or shape does not fit
 */
export function generatorFrom(
  set: ParameterSet,
  start: Pick<WarmStart, 'generator' | 'tasks'>,
  tasks: string[],
  seed: number,
): NamedTensors {
  const fresh = set.unpack(set.initialValues(seed));
  const { generator } = start;
  if (!generator) return fresh;
  for (const { name, shape } of set.entries) {
    const given = generator.get(name);
    const perTask = isNormed(name);
    const wanted = perTask ? [start.tasks.length, ...shape.slice(1)] : shape;
    if (given?.shape.join() !== wanted.join()) throw otherShape(set.name, name, given?.shape, wanted);
    const values = fresh.get(name);
    if (!given || !values) continue;
    if (!perTask) values.data.set(given.data);
    else copyRows(given.data, values.data, namesOf(start), tasks);
  }
  return fresh;
}

/** Each task's floor: what the data shows, and for tasks that the data has not, the model's own. */
export function floorsFrom(start: WarmStart | undefined, tasks: readonly TaskPlanes[]): number[] {
  const own = (name: string) => start?.floors?.[start.tasks.findIndex((task) => task.name === name)];
  return darkest(tasks).map((seen, i) => (tasks[i].defective.length > 0 ? seen : (own(tasks[i].name) ?? seen)));
}

/** Whether every task can be painted by the model's generator as it is. */
export function paintsAll(start: WarmStart, tasks: string[]): boolean {
  const known = namesOf(start);
  return start.generator !== undefined && tasks.every((task) => known.includes(task));
}

/**
 * The model's tasks that the data does not have, with the data's clean images to paint their defects on.
 * @throws ModelFileError where the model has no CIN-GAN to paint with, or there is no model
 */
export function keptTasks(
  start: Pick<WarmStart, 'generator' | 'tasks'> | undefined,
  data: readonly TaskPlanes[],
): TaskPlanes[] {
  if (!start?.generator)
    throw new ModelFileError(
      start ? 'a model without a CIN-GAN to add a task to' : 'tasks to add, and no model to add them to',
      'a model that was trained with CIN-GAN steps',
      'train all tasks together, or begin with a model whose CIN-GAN knows its tasks',
    );
  const clean = data.flatMap((task) => task.clean);
  return start.tasks
    .filter(({ name }) => !data.some((task) => task.name === name))
    .map(({ name, axial }) => ({ name, axial, pairs: [], defective: [], clean }));
}

const namesOf = ({ tasks }: Pick<WarmStart, 'tasks'>): string[] => tasks.map((task) => task.name);

function copyRows(from: Float32Array, to: Float32Array, known: string[], tasks: string[]): void {
  const channels = from.length / known.length;
  for (const [row, task] of tasks.entries()) {
    const source = known.indexOf(task);
    if (source >= 0) to.set(from.subarray(source * channels, (source + 1) * channels), row * channels);
  }
}

function sameNetworks({ record }: ModelFile, preset: PresetName): boolean {
  const { restorer, generator } = ARCHITECTURES[preset];
  return (
    record.restorer.first === restorer.first &&
    (isUNet(record.restorer) || record.restorer.blocks === restorer.blocks) &&
    record.generator.first === generator.first &&
    record.generator.blocks === generator.blocks
  );
}

function otherShape(set: string, name: string, got: readonly number[] | undefined, wanted: readonly number[]) {
  return new ModelFileError(
    got ? `${set}/${name} of [${got.join(', ')}]` : `a model without ${set}/${name}`,
    `[${wanted.join(', ')}]`,
    'train anew: this model was made by another version of mendscope',
  );
}
