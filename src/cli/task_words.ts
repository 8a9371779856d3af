/** The words of `--pairs`, `--unpaired` and `--axial`, as train and push understand them. */
import { type CommandLine, texts, UsageError } from './command';

export interface DataWords {
  /** TASK=DEFECTIVE_DIR:CLEAN_DIR, TASK=phantom:KIND or, for pairs, TASK=stack:FILE. */
  pairs: string[];
  unpaired: string[];
  /** Tasks whose defect has a direction, rows being the bad axis. */
  axial: string[];
}

export interface FolderTask {
  kind: 'paired' | 'unpaired';
  name: string;
  /** Named by `--axial`. */
  axial: boolean;
  /** Folders. */
  defective: string;
  clean: string;
}

/** A task whose images are made from what is named. */
export interface MadeTask extends Pick<FolderTask, 'kind' | 'name' | 'axial'> {
  from: 'phantom' | 'stack';
  what: string;
}

export const dataWords = (line: CommandLine): DataWords => ({
  pairs: texts(line, 'pairs'),
  unpaired: texts(line, 'unpaired'),
  axial: texts(line, 'axial'),
});

/** @throws UsageError where a task is given twice or in no known form, or `--axial` names none of them */
export function taskWords(words: DataWords): (FolderTask | MadeTask)[] {
  return tasksOf(words, (word) => {
    const { name, source } = split(word, 'TASK=DEFECTIVE_DIR:CLEAN_DIR, TASK=phantom:KIND or TASK=stack:FILE');
    return { name, ...(madeOf(source) ?? foldersOf(name, source)) };
  });
}

/** The same where only folders will do. */
export function folderWords(words: DataWords): FolderTask[] {
  return tasksOf(words, (word) => {
    const form = 'TASK=DEFECTIVE_DIR:CLEAN_DIR';
    const { name, source } = split(word, form);
    if (madeOf(source)) throw new UsageError(`got '${word}', wanted ${form}`);
    return { name, ...foldersOf(name, source) };
  });
}

function tasksOf<T extends { name: string }>({ pairs, unpaired, axial }: DataWords, taskOf: (word: string) => T) {
  const tasks = [
    ...pairs.map((word) => ({ kind: 'paired' as const, ...taskOf(word) })),
    ...unpaired.map((word) => ({ kind: 'unpaired' as const, ...taskOf(word) })),
  ];
  if (tasks.length === 0) throw new UsageError('got no data, wanted --pairs or --unpaired');
  const names = tasks.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`task '${twice}' is given twice`);
  const stray = axial.find((name) => !names.includes(name));
  if (stray !== undefined) throw new UsageError(`--axial ${stray}: no task has that name`);
  return tasks.map((task) => ({ ...task, axial: axial.includes(task.name) }));
}

function split(word: string, form: string): { name: string; source: string } {
  const [, name, source] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  if (!name) throw new UsageError(`got '${word}', wanted ${form}`);
  return { name, source };
}

function madeOf(source: string): Pick<MadeTask, 'from' | 'what'> | undefined {
  const [, from, what] = /^(phantom|stack):(.*)$/.exec(source) ?? [];
  return from === 'phantom' || from === 'stack' ? { from, what } : undefined;
}

function foldersOf(name: string, source: string): Pick<FolderTask, 'defective' | 'clean'> {
  const [defective, clean, ...more] = source.split(':');
  if (!defective || !clean || more.length > 0)
    throw new UsageError(`task '${name}': got '${source}', wanted DEFECTIVE_DIR:CLEAN_DIR`);
  return { defective, clean };
}
