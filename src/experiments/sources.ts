/**
 * Where an experiment's images come from, and who may see which. Every role (training pairs, unpaired defective, unpaired
 * clean, evaluation) of either split draws phantoms from a random sequence of its own, so no two share an object; the
 * real micrographs (W2S) are divided by field.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownDefect } from '../imaging/classical/rows';
import { getPlane, imageOfPlane, type Plane } from '../imaging/image';
import { EMBRYO_AXIAL } from '../imaging/phantoms/embryo';
import { AXIAL_TASKS, PHANTOM_TASKS, type PhantomTask, phantomPair, taskPsf } from '../imaging/phantoms/phantom';
import { RETINA_AXIAL } from '../imaging/phantoms/retina';
import { Random } from '../imaging/random';
import { readImage } from '../imaging/read_image';
import type { TrainingTask } from '../training/messages';

/** Tuning and ablation look at `development` alone; `test` is looked at once per recipe. */
export type Split = 'development' | 'test';

/** The four phantom tasks, and wide-field micrographs with few photons (W2S). */
export type Task = PhantomTask | 'w2s';
export const TASKS: readonly Task[] = [...PHANTOM_TASKS, 'w2s'];

export interface NamedPair {
  name: string;
  defective: Plane;
  clean: Plane;
}

export interface NamedPlane {
  name: string;
  plane: Plane;
}

type Role = 'paired' | 'defective' | 'clean' | 'evaluation';
const ROLES: readonly Role[] = ['paired', 'defective', 'clean', 'evaluation'];
/** First of the sequences; the phantoms of `mendscope train` begin at 1000. */
const SEQUENCES = { development: 2000, test: 3000 };

export function isAxial(task: Task): boolean {
  return task !== 'w2s' && AXIAL_TASKS.includes(task);
}

/** What the classical methods are told of a task's defect. */
export function knownDefect(task: Task): KnownDefect {
  switch (task) {
    case 'w2s':
      return {};
    case 'embryo-axial':
      return { psf: taskPsf(task), factor: EMBRYO_AXIAL.factor };
    case 'retina':
      return { psf: taskPsf(task), factor: RETINA_AXIAL.factor };
    default:
      return { psf: taskPsf(task) };
  }
}

/** `count` pairs to learn from. For phantoms the seed decides them; W2S has the ten of fields 001–004, whatever the seed. */
export function trainingPairs(task: Task, count: number, split: Split, seed: number): NamedPair[] {
  if (task !== 'w2s') return phantoms(task, 'paired', count, split, seed);
  const pairs = w2sPairs(W2S.paired);
  if (count > pairs.length) throw new RangeError(`got ${count} W2S pairs wanted, there are ${pairs.length}`);
  return pairs.slice(0, count);
}

/** `count` defective and `count` clean planes of different objects. */
export function unpairedPlanes(
  task: Task,
  count: number,
  split: Split,
  seed: number,
): { defective: NamedPlane[]; clean: NamedPlane[] } {
  const pairs = {
    defective: task === 'w2s' ? w2sPairs(W2S.defective) : phantoms(task, 'defective', count, split, seed),
    clean: task === 'w2s' ? w2sPairs(W2S.clean) : phantoms(task, 'clean', count, split, seed),
  };
  return {
    defective: pairs.defective.slice(0, count).map(({ name, defective }) => ({ name, plane: defective })),
    clean: pairs.clean.slice(0, count).map(({ name, clean }) => ({ name, plane: clean })),
  };
}

/** The images that rows are scored on: the same for every seed and every method. */
export function evaluationPairs(task: Task, count: number, split: Split): NamedPair[] {
  if (task === 'w2s') return w2sPairs(W2S[split]).slice(0, count);
  return phantoms(task, 'evaluation', count, split, 0);
}

/** The data of a training run. */
export function trainingTask(
  task: Task,
  setting: 'paired' | 'unpaired',
  count: number,
  split: Split,
  seed: number,
): TrainingTask {
  const common = { name: task, axial: isAxial(task) };
  if (setting === 'paired') {
    const pairs = trainingPairs(task, count, split, seed).map(({ name, defective, clean }) => ({
      name,
      defective: imageOfPlane(defective, 'float32'),
      clean: imageOfPlane(clean, 'float32'),
    }));
    return { kind: 'paired', ...common, pairs };
  }
  const { defective, clean } = unpairedPlanes(task, count, split, seed);
  const images = (planes: NamedPlane[]) =>
    planes.map(({ name, plane }) => ({ name, image: imageOfPlane(plane, 'float32') }));
  return { kind: 'unpaired', ...common, defective: images(defective), clean: images(clean) };
}

function phantoms(task: PhantomTask, role: Role, count: number, split: Split, seed: number): NamedPair[] {
  const sequence = SEQUENCES[split] + ROLES.indexOf(role) * 100 + PHANTOM_TASKS.indexOf(task);
  const random = new Random(seed, sequence);
  return Array.from({ length: count }, (_, i) => ({
    name: `${task}-${split}-${role}-${seed}-${String(i + 1).padStart(4, '0')}`,
    ...phantomPair(task, { random }),
  }));
}

const fields = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(3, '0')).flatMap((field) =>
    [0, 1, 2].map((channel) => `${field}_${channel}`),
  );

/** W2S by field and channel; the unpaired halves show different fields. */
const W2S = {
  paired: [...fields(1, 3), '004_0'],
  development: ['004_1', '004_2', ...fields(5, 6)],
  test: fields(7, 16),
  defective: fields(1, 2),
  clean: fields(3, 4),
};

/** The folder of W2S, or undefined where $MENDSCOPE_DATA does not have it. */
export function w2sFolder(): string | undefined {
  const folder = join(process.env.MENDSCOPE_DATA ?? '', 'denoise', 'w2s');
  return process.env.MENDSCOPE_DATA !== undefined && existsSync(folder) ? folder : undefined;
}

function w2sPairs(names: string[]): NamedPair[] {
  const folder = w2sFolder();
  if (folder === undefined)
    throw new Error('got no W2S micrographs, wanted $MENDSCOPE_DATA/denoise/w2s; set the variable');
  const plane = (side: string, name: string) =>
    getPlane(readImage(new Uint8Array(readFileSync(join(folder, side, `${name}.tif`))), `${name}.tif`));
  return names.map((name) => ({ name, defective: plane('noisy', name), clean: plane('clean', name) }));
}
