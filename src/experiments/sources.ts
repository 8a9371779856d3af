/**
 * Where an experiment's images come from, and who may see which. Every role (training pairs, unpaired defective, unpaired
 * clean, evaluation) of either split draws phantoms from a random sequence of its own, so no two share an object;
 * real_sources.ts divides the real micrographs.
 */
import type { KnownDefect } from '../imaging/classical/rows';
import { imageOfPlane, type Plane } from '../imaging/image';
import { EMBRYO_AXIAL } from '../imaging/phantoms/embryo';
import { AXIAL_TASKS, PHANTOM_KINDS, type PhantomTask, phantomPair, taskPsf } from '../imaging/phantoms/phantom';
import { RETINA_AXIAL } from '../imaging/phantoms/retina';
import { Random } from '../imaging/random';
import type { TrainingTask } from '../training/messages';
import type { NamedPair, Split } from './evidence_images';
import { isReal, type RealTask, realPairs } from './real_sources';

export type Task = PhantomTask | RealTask;

export interface NamedPlane {
  name: string;
  plane: Plane;
}

type Role = 'paired' | 'defective' | 'clean' | 'evaluation';
const ROLES: readonly Role[] = ['paired', 'defective', 'clean', 'evaluation'];
/** First of the sequences; the phantoms of `mendscope train` begin at 1000. */
const SEQUENCES = { development: 2000, test: 3000 };

export function isAxial(task: Task): boolean {
  return isReal(task) ? task === 'real-nucleus' : AXIAL_TASKS.includes(task);
}

/** What the classical methods are told of a task's defect. */
export function knownDefect(task: Task): KnownDefect {
  if (isReal(task)) return {};
  switch (task) {
    case 'embryo-axial':
      return { psf: taskPsf(task), factor: EMBRYO_AXIAL.factor };
    case 'retina':
      return { psf: taskPsf(task), factor: RETINA_AXIAL.factor };
    default:
      return { psf: taskPsf(task) };
  }
}

/** `count` pairs to learn from. For phantoms the seed decides them; of real images there are ten, whatever the seed. */
export function trainingPairs(task: Task, count: number, split: Split, seed: number): NamedPair[] {
  if (!isReal(task)) return phantoms(task, 'paired', count, split, seed);
  const pairs = realPairs(task, 'paired');
  if (count > pairs.length) throw new RangeError(`got ${count} ${task} pairs wanted, there are ${pairs.length}`);
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
    defective: isReal(task) ? realPairs(task, 'defective') : phantoms(task, 'defective', count, split, seed),
    clean: isReal(task) ? realPairs(task, 'clean') : phantoms(task, 'clean', count, split, seed),
  };
  return {
    defective: pairs.defective.slice(0, count).map(({ name, defective }) => ({ name, plane: defective })),
    clean: pairs.clean.slice(0, count).map(({ name, clean }) => ({ name, plane: clean })),
  };
}

/** The images that rows are scored on: the same for every seed and every method. */
export function evaluationPairs(task: Task, count: number, split: Split): NamedPair[] {
  if (isReal(task)) return realPairs(task, split).slice(0, count);
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
  const sequence = SEQUENCES[split] + ROLES.indexOf(role) * 100 + PHANTOM_KINDS.indexOf(task);
  const random = new Random(seed, sequence);
  return Array.from({ length: count }, (_, i) => ({
    name: `${task}-${split}-${role}-${seed}-${String(i + 1).padStart(4, '0')}`,
    ...phantomPair(task, { random }),
  }));
}
