/** `--pairs` and `--unpaired` of the terminal program → the data of a run. */
import { axialFactor, axialPairs } from '../imaging/axial';
import { pairByName } from '../imaging/dataset';
import { type Image, imageOfPlane } from '../imaging/image';
import type { AxialPsf } from '../imaging/optics';
import { AXIAL_TASKS, PHANTOM_KINDS, type PhantomTask, phantomPair } from '../imaging/phantoms/phantom';
import { Random } from '../imaging/random';
import type { TrainingData, TrainingTask } from '../training/messages';
import { UsageError } from './command';
import { type ImageFile, imageFiles, readImageFile } from './files';
import { type DataWords, type FolderTask, taskWords } from './task_words';

export interface DataSettings extends DataWords {
  /** At most this many pairs, or images of each side, per task. */
  limit: number | undefined;
  seed: number;
  /** How a stack's lateral slices are made to look like its side views. */
  stack: { psf: AxialPsf; factor: number | undefined };
}

/** How many phantoms a task takes where no limit says otherwise; the paper's smallest setting. */
const PHANTOMS = 10;

export async function trainingData(settings: DataSettings): Promise<TrainingData> {
  const tasks: TrainingTask[] = [];
  for (const word of taskWords(settings)) {
    const task = await taskOf(word, settings);
    // A phantom or a stack may say so of itself.
    tasks.push({ ...task, axial: task.axial || word.axial });
  }
  return { tasks };
}

async function taskOf(
  word: ReturnType<typeof taskWords>[number],
  { limit, seed, stack }: DataSettings,
): Promise<TrainingTask> {
  if (!('from' in word)) return folderTask(word, limit);
  const { kind, name, from, what } = word;
  if (from === 'phantom') return phantomTask(kind, name, what, limit ?? PHANTOMS, seed);
  return stackTask(kind, name, what, { ...stack, limit, seed });
}

async function folderTask(word: FolderTask, limit: number | undefined): Promise<TrainingTask> {
  const { kind, name, axial } = word;
  const [defective, clean] = [await imageFiles(word.defective), await imageFiles(word.clean)];
  const read = async (file: ImageFile) => ({ name: file.name, image: await readImageFile(file.path) });
  if (kind === 'unpaired') {
    const images = async (files: ImageFile[]) => Promise.all(files.slice(0, limit).map(read));
    return { kind, name, axial, defective: await images(defective), clean: await images(clean) };
  }
  const pairs: { name: string; defective: Image; clean: Image }[] = [];
  for (const pair of pairByName(defective, clean).slice(0, limit))
    pairs.push({
      name: pair.name,
      defective: await readImageFile(pair.defective.path),
      clean: await readImageFile(pair.clean.path),
    });
  return { kind, name, axial, pairs };
}

/** CARE's axial pairs: a stack's own lateral slices, and the same made to look like its side views. */
async function stackTask(
  kind: 'paired' | 'unpaired',
  name: string,
  path: string,
  { psf, factor, limit, seed }: DataSettings['stack'] & { limit: number | undefined; seed: number },
): Promise<TrainingTask> {
  if (kind === 'unpaired') throw new UsageError(`task '${name}': a stack makes pairs; give it to --pairs`);
  const image = await readImageFile(path);
  const random = new Random(seed, 999);
  const pairs: { name: string; defective: Image; clean: Image }[] = [];
  for (let c = 0; c < image.size.c; c++)
    for (const [i, pair] of axialPairs(image, random, {
      factor: factor ?? Math.max(1, axialFactor(image)),
      psf,
      c,
    }).entries())
      pairs.push({
        name: `c${c} z${String(i).padStart(4, '0')}`,
        defective: imageOfPlane(pair.defective, 'float32'),
        clean: imageOfPlane(pair.clean, 'float32'),
      });
  return { kind, name, axial: true, pairs: spread(pairs, limit ?? pairs.length) };
}

/** `count` of the items, evenly over the list. */
function spread<T>(items: T[], count: number): T[] {
  if (count >= items.length) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]);
}

/** Phantoms of the run's seed; unpaired, the clean and the defective ones show different objects. */
export function phantomTask(
  kind: 'paired' | 'unpaired',
  name: string,
  phantom: string,
  limit: number,
  seed: number,
): TrainingTask {
  const task = PHANTOM_KINDS.find((known) => known === phantom);
  if (!task) throw new UsageError(`got phantom:${phantom}, wanted phantom:${PHANTOM_KINDS.join('|')}`);
  const axial = AXIAL_TASKS.includes(task);
  const made = phantoms(task, kind === 'paired' ? limit : 2 * limit, seed);
  if (kind === 'paired') return { kind, name, axial, pairs: made };
  return {
    kind,
    name,
    axial,
    defective: made.slice(0, limit).map((pair) => ({ name: pair.name, image: pair.defective })),
    clean: made.slice(limit).map((pair) => ({ name: pair.name, image: pair.clean })),
  };
}

function phantoms(task: PhantomTask, count: number, seed: number): { name: string; defective: Image; clean: Image }[] {
  const random = new Random(seed, 1000 + PHANTOM_KINDS.indexOf(task));
  return Array.from({ length: count }, (_, i) => {
    const { clean, defective } = phantomPair(task, { random });
    return {
      name: `${task}-${String(i + 1).padStart(4, '0')}`,
      defective: imageOfPlane(defective, 'float32'),
      clean: imageOfPlane(clean, 'float32'),
    };
  });
}
