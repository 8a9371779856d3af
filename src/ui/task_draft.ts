/** What the user has put together on the Data page, and what of it can be trained on. */
import { fileStem } from '../imaging/dataset';
import type { Image } from '../imaging/image';
import type { Complaint, TrainingData, TrainingTask } from '../training/messages';

export type Role = 'defective' | 'clean';

export interface SourceImage {
  id: string;
  /** File name, with its extension. */
  name: string;
  image: Image;
}

export interface TaskDraft {
  id: string;
  name: string;
  kind: 'paired' | 'unpaired';
  axial: boolean;
  /** How pairs are found: by equal names, or first with first in natural order of the names. */
  pairBy: 'name' | 'order';
  defective: SourceImage[];
  clean: SourceImage[];
}

export interface PairRow {
  key: string;
  defective?: SourceImage;
  clean?: SourceImage;
  status: 'matched' | 'no-clean' | 'no-defective' | 'sizes-differ' | 'name-twice';
}

export function newTask(id: string, name: string, kind: TaskDraft['kind'] = 'paired'): TaskDraft {
  return { id, name, kind, axial: false, pairBy: 'name', defective: [], clean: [] };
}

const ROLE_WORDS: Record<Role, string> = {
  defective: 'noisy|noise|raw|low|lowres|lr|input|defective|degraded|blurred|blurry|blur|source|x',
  clean: 'clean|gt|groundtruth|ground_truth|high|highres|hr|target|truth|reference|ref|denoised|sharp|y',
};

/** What two files of a pair share: `Cell-01_noisy.OME.tif` and `cell-01_clean.tif` → `cell-01`. */
export function pairKey(name: string, role: Role): string {
  const stem = fileStem(name);
  const atEnd = stem.replace(new RegExp(`[-_. ](${ROLE_WORDS[role]})$`), '');
  return atEnd === stem ? stem.replace(new RegExp(`^(${ROLE_WORDS[role]})[-_. ]`), '') : atEnd;
}

const naturally = new Intl.Collator('en', { numeric: true });

export function byName(a: SourceImage, b: SourceImage): number {
  return naturally.compare(a.name, b.name);
}

/** One row a pair, then what found no partner. */
export function pairRows(draft: TaskDraft): PairRow[] {
  const defective = [...draft.defective].sort(byName);
  const clean = [...draft.clean].sort(byName);
  if (draft.pairBy === 'order') {
    return Array.from({ length: Math.max(defective.length, clean.length) }, (_, i) =>
      pairRow(String(i + 1), defective[i], clean[i]),
    );
  }
  const rows: PairRow[] = [];
  const cleanByKey = groupByKey(clean, 'clean');
  const defectiveByKey = groupByKey(defective, 'defective');
  for (const source of defective) {
    const key = pairKey(source.name, 'defective');
    const partners = cleanByKey.get(key) ?? [];
    const ambiguous = partners.length > 1 || (defectiveByKey.get(key)?.length ?? 0) > 1;
    rows.push(
      ambiguous
        ? { key, defective: source, clean: partners[0], status: 'name-twice' }
        : pairRow(key, source, partners[0]),
    );
  }
  for (const source of clean) {
    const key = pairKey(source.name, 'clean');
    if (!defectiveByKey.has(key)) rows.push(pairRow(key, undefined, source));
  }
  return rows.sort((a, b) => Number(a.status !== 'matched') - Number(b.status !== 'matched'));
}

function groupByKey(sources: SourceImage[], role: Role): Map<string, SourceImage[]> {
  const groups = new Map<string, SourceImage[]>();
  for (const source of sources) {
    const key = pairKey(source.name, role);
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return groups;
}

function pairRow(key: string, defective?: SourceImage, clean?: SourceImage): PairRow {
  if (!defective) return { key, clean, status: 'no-defective' };
  if (!clean) return { key, defective, status: 'no-clean' };
  const a = defective.image.size;
  const b = clean.image.size;
  const same = a.t === b.t && a.z === b.z && a.c === b.c && a.y === b.y && a.x === b.x;
  return { key, defective, clean, status: same ? 'matched' : 'sizes-differ' };
}

/** Pairing by order is offered where names match nothing but the counts agree. */
export function offersOrder(draft: TaskDraft): boolean {
  return (
    draft.kind === 'paired' &&
    draft.pairBy === 'name' &&
    draft.defective.length > 0 &&
    draft.defective.length === draft.clean.length &&
    pairRows(draft).every((row) => row.status === 'no-clean' || row.status === 'no-defective')
  );
}

/** What keeps a task from being trained on. Unmatched files beside matched ones are shown, not refused. */
export function taskComplaints(draft: TaskDraft, others: TaskDraft[] = []): Complaint[] {
  const complaints: Complaint[] = [];
  if (draft.name.trim() === '') {
    complaints.push({ got: 'a task without a name', wanted: 'a name', fix: 'Name the defect, e.g. “noise”.' });
  } else if (others.some((other) => other.id !== draft.id && other.name.trim() === draft.name.trim())) {
    complaints.push({
      got: `two tasks named “${draft.name.trim()}”`,
      wanted: 'a different name for each task',
      fix: 'Rename one of them.',
    });
  }
  if (draft.defective.length === 0 || draft.clean.length === 0) {
    const missing = draft.defective.length === 0 ? (draft.clean.length === 0 ? 'any' : 'defective') : 'clean';
    complaints.push({
      got: `a task without ${missing} images`,
      wanted: 'at least one defective and one clean image',
      fix: 'Drop images into both lists, or take an example.',
    });
  } else if (draft.kind === 'paired' && !pairRows(draft).some((row) => row.status === 'matched')) {
    complaints.push({
      got: `${draft.defective.length} defective and ${draft.clean.length} clean images, none of them a pair`,
      wanted: 'pairs with the same file name and the same size',
      fix: offersOrder(draft)
        ? 'Pair them in order, rename the files, or declare the task unpaired.'
        : 'Rename the files so that each pair has one name, or declare the task unpaired.',
    });
  }
  return complaints;
}

/** True where training can start. */
export function isReady(drafts: TaskDraft[]): boolean {
  return drafts.length > 0 && drafts.every((draft) => taskComplaints(draft, drafts).length === 0);
}

/** The data as the training thread takes it; call it only where no task has a complaint. */
export function toTrainingData(drafts: TaskDraft[]): TrainingData {
  return { tasks: drafts.map(toTrainingTask) };
}

function toTrainingTask(draft: TaskDraft): TrainingTask {
  const name = draft.name.trim();
  if (draft.kind === 'unpaired') {
    const named = (source: SourceImage) => ({ name: source.name, image: source.image });
    return {
      kind: 'unpaired',
      name,
      axial: draft.axial,
      defective: [...draft.defective].sort(byName).map(named),
      clean: [...draft.clean].sort(byName).map(named),
    };
  }
  const pairs = pairRows(draft).flatMap((row) =>
    row.status === 'matched' && row.defective && row.clean
      ? [{ name: row.defective.name, defective: row.defective.image, clean: row.clean.image }]
      : [],
  );
  return { kind: 'paired', name, axial: draft.axial, pairs };
}

/** The list that a dropped file belongs to, guessed from its folder's name; undefined where it says nothing. */
export function guessRole(path: string): Role | undefined {
  const folders = path.split('/').slice(0, -1).reverse();
  for (const folder of folders) {
    if (/(^|[^a-z])(clean|gt|ground.?truth|target|truth|high|sharp|hr|y)([^a-z]|$)/i.test(folder)) return 'clean';
    if (/(^|[^a-z])(defect(ive)?|noisy|low|input|source|raw|blur(red)?|degraded|lr|x)([^a-z]|$)/i.test(folder)) {
      return 'defective';
    }
  }
  return undefined;
}

/** The page's own lists for data that a saved run brings back. */
export function fromTrainingData(data: TrainingData, nextId: () => string): TaskDraft[] {
  return data.tasks.map((task) => {
    const source = (name: string, image: Image): SourceImage => ({ id: nextId(), name, image });
    const draft = { ...newTask(nextId(), task.name, task.kind), axial: task.axial };
    if (task.kind === 'unpaired') {
      const sources = (list: typeof task.clean) => list.map((one) => source(one.name, one.image));
      return { ...draft, defective: sources(task.defective), clean: sources(task.clean) };
    }
    return {
      ...draft,
      pairBy: 'order',
      defective: task.pairs.map((pair) => source(pair.name, pair.defective)),
      clean: task.pairs.map((pair) => source(pair.name, pair.clean)),
    };
  });
}
