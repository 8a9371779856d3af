/** A published data set as tasks to train on: which files make which images, and their arrival one after the other. */
import { BadInputError } from '../imaging/bad_input';
import type { EdgeClient } from '../wire/client';
import type { FileRecord, VersionRecord } from '../wire/publication';
import { type DataProgress, type FileComplaint, nextId } from './app_state';
import { complaintOf } from './complaint';
import { formatBytes } from './format';
import { newTask, type Role, type SourceImage, type TaskDraft } from './task_draft';

/** Decoded images stand in memory while they are trained on; more than this is for the terminal program. */
const MOST_BYTES = 2e9;
const FILES_AT_ONCE = 6;
/** Milliseconds between two looks of the page at what has come. */
const SHOW_EVERY = 300;

/** Files that arrive together: both sides of a pair, or one image. */
export type Unit = Partial<Record<Role, FileRecord>> & { name: string };

export interface TaskPlan {
  name: string;
  axial: boolean;
  kind: TaskDraft['kind'];
  units: Unit[];
}

/** Which file goes where. Images of a paired task that lack a partner are left out and counted. */
export function taskPlans(
  tasks: VersionRecord['tasks'],
  files: readonly FileRecord[],
): { plans: TaskPlan[]; without: number } {
  const shared = files.filter((file) => file.role === 'clean' && file.task === undefined);
  let without = 0;
  const plans = tasks.map(({ name, axial }): TaskPlan => {
    const own = files.filter((file) => file.task === name);
    const pairs = new Map<string, Unit>();
    for (const file of own) {
      if (file.pair === undefined || !isRole(file.role)) continue;
      const pair = pairs.get(file.pair) ?? { name: file.pair };
      pairs.set(file.pair, { ...pair, [file.role]: file });
    }
    const single = own.filter((file) => file.pair === undefined);
    if (pairs.size > 0) {
      without += single.length;
      return { name, axial, kind: 'paired', units: [...pairs.values()] };
    }
    const units = [...single, ...shared].map((file): Unit => ({ name: nameOf(file), [file.role]: file }));
    return { name, axial, kind: 'unpaired', units };
  });
  return { plans, without };
}

const isRole = (role: string): role is Role => role === 'clean' || role === 'defective';

const nameOf = ({ path }: FileRecord): string => path.split('/').pop() ?? path;

export interface SharedData {
  record: VersionRecord;
  tasks: TaskDraft[];
  refused: FileComplaint[];
  /** Images left out for want of a partner. */
  without: number;
}

/** Fetches and reads every file; `show` is given the tasks as far as they have come. */
export async function fetchDataset(
  client: EdgeClient,
  id: string,
  show: (tasks: TaskDraft[], progress: DataProgress) => void,
): Promise<SharedData> {
  const record = await client.fetchVersion('dataset', id);
  if (record.bytes > MOST_BYTES)
    throw new Error(`${formatBytes(record.bytes)} of images, more than a page can hold (${formatBytes(MOST_BYTES)})`);
  const files: FileRecord[] = [];
  for await (const file of client.files(record)) files.push(file);
  const { plans, without } = taskPlans(record.tasks, files);
  const drafts = plans.map(({ name, axial, kind }) => ({ ...newTask(nextId(), name, kind), axial }));
  const arrived: Arrived[][][] = plans.map(({ units }) => units.map(() => []));
  const refused: FileComplaint[] = [];
  const progress: DataProgress = { files: files.length, filesDone: 0, bytes: record.bytes, bytesDone: 0 };

  // In the order of the files, whichever came first: the order of the images decides what a seed draws.
  const soFar = (): TaskDraft[] => drafts.map((draft, i) => filled(draft, arrived[i].flat()));
  let shownAt = performance.now();
  const jobs = plans.flatMap((plan, task) => plan.units.map((unit, place) => ({ unit, task, place })));
  const runner = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { unit, task, place } = job;
      try {
        arrived[task][place] = await readUnit(client, unit);
      } catch (error) {
        // A file that is there and cannot be read is one image less; a connection that breaks is the end.
        if (!(error instanceof BadInputError)) throw error;
        const wanted = 'a TIFF, a PNG, an npy array or a CARE npz archive';
        refused.push({ name: unit.name, error: complaintOf(error, wanted, 'Tell the owner of the data set.') });
      }
      for (const file of [unit.defective, unit.clean]) {
        if (!file) continue;
        progress.filesDone += 1;
        progress.bytesDone += file.bytes;
      }
      if (performance.now() - shownAt < SHOW_EVERY) continue;
      shownAt = performance.now();
      show(soFar(), { ...progress });
    }
  };
  show(soFar(), { ...progress });
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, runner));
  return { record, tasks: soFar(), refused, without };
}

type Arrived = Partial<Record<Role, SourceImage>>;

/** Pairs keep their order: their file names need not be alike. */
function filled(draft: TaskDraft, arrived: Arrived[]): TaskDraft {
  const of = (role: Role) => arrived.flatMap((one) => one[role] ?? []);
  return { ...draft, pairBy: 'order', defective: of('defective'), clean: of('clean') };
}

async function readUnit(client: EdgeClient, unit: Unit): Promise<Arrived[]> {
  const [{ isArchiveName, readImage }, { readCareArchive }] = await Promise.all([
    import('../imaging/read_image'),
    import('../imaging/care_archive'),
  ]);
  const archive = [unit.defective, unit.clean].find((file) => file && isArchiveName(file.path));
  const source = (name: string, image: SourceImage['image']): SourceImage => ({ id: nextId(), name, image });
  if (archive) {
    const { pairs } = readCareArchive(await client.fetchFile(archive), archive.path);
    return pairs.map(({ name, defective, clean }) => ({
      defective: source(name, defective),
      clean: source(name, clean),
    }));
  }
  const read: Arrived = {};
  for (const role of ['defective', 'clean'] as const) {
    const file = unit[role];
    if (file) read[role] = source(unit.name, readImage(await client.fetchFile(file), file.path));
  }
  return [read];
}
