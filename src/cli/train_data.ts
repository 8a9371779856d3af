/** `--pairs` and `--unpaired` of the terminal program → the data of a run. */
import { pairByName } from '../imaging/dataset';
import { type Image, imageOfPlane } from '../imaging/image';
import { AXIAL_TASKS, PHANTOM_TASKS, type PhantomTask, phantomPair } from '../imaging/phantoms/phantom';
import { Random } from '../imaging/random';
import type { TrainingData, TrainingTask } from '../training/messages';
import { UsageError } from './command';
import { type ImageFile, imageFiles, readImageFile } from './files';

export interface DataWords {
  /** TASK=DEFECTIVE_DIR:CLEAN_DIR or TASK=phantom:KIND. */
  pairs: string[];
  unpaired: string[];
  /** Tasks whose defect has a direction, rows being the bad axis. */
  axial: string[];
  /** At most this many pairs, or images of each side, per task. */
  limit: number | undefined;
  seed: number;
}

/** How many phantoms a task takes where no limit says otherwise; the paper's smallest setting. */
const PHANTOMS = 10;

export async function trainingData({ pairs, unpaired, axial, limit, seed }: DataWords): Promise<TrainingData> {
  const tasks: TrainingTask[] = [];
  const words = [
    ...pairs.map((word) => ['paired', word] as const),
    ...unpaired.map((word) => ['unpaired', word] as const),
  ];
  if (words.length === 0) throw new UsageError('got no data, wanted --pairs or --unpaired');
  for (const [kind, word] of words) {
    const { name, source } = split(word);
    if (tasks.some((task) => task.name === name)) throw new UsageError(`task '${name}' is given twice`);
    const phantom = /^phantom:(.*)$/.exec(source)?.[1];
    tasks.push(
      phantom === undefined
        ? await folderTask(kind, name, source, axial.includes(name), limit)
        : phantomTask(kind, name, phantom, limit ?? PHANTOMS, seed),
    );
  }
  const stray = axial.find((name) => !tasks.some((task) => task.name === name));
  if (stray !== undefined) throw new UsageError(`--axial ${stray}: no task has that name`);
  return { tasks };
}

function split(word: string): { name: string; source: string } {
  const [, name, source] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  if (!name) throw new UsageError(`got '${word}', wanted TASK=DEFECTIVE_DIR:CLEAN_DIR or TASK=phantom:KIND`);
  return { name, source };
}

async function folderTask(
  kind: 'paired' | 'unpaired',
  name: string,
  source: string,
  axial: boolean,
  limit: number | undefined,
): Promise<TrainingTask> {
  const folders = source.split(':');
  if (folders.length !== 2) throw new UsageError(`task '${name}': got '${source}', wanted DEFECTIVE_DIR:CLEAN_DIR`);
  const [defective, clean] = [await imageFiles(folders[0]), await imageFiles(folders[1])];
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

/** Phantoms of the run's seed; unpaired, the clean and the defective ones show different objects. */
export function phantomTask(
  kind: 'paired' | 'unpaired',
  name: string,
  phantom: string,
  limit: number,
  seed: number,
): TrainingTask {
  const task = PHANTOM_TASKS.find((known) => known === phantom);
  if (!task) throw new UsageError(`got phantom:${phantom}, wanted phantom:${PHANTOM_TASKS.join('|')}`);
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
  const random = new Random(seed, 1000 + PHANTOM_TASKS.indexOf(task));
  return Array.from({ length: count }, (_, i) => {
    const { clean, defective } = phantomPair(task, { random });
    return {
      name: `${task}-${String(i + 1).padStart(4, '0')}`,
      defective: imageOfPlane(defective, 'float32'),
      clean: imageOfPlane(clean, 'float32'),
    };
  });
}
