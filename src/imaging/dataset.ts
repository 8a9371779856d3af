/** Which files belong together, and which are kept back for validation. Names only: no file is opened here. */
import { BadInputError } from './bad_input';
import { Random } from './random';

/** Anything with a file name; directories before the last slash do not count. */
export interface Named {
  name: string;
}

export interface Pair<T extends Named> {
  /** The stem that both names share. */
  name: string;
  defective: T;
  clean: T;
}

/** Words that say which side of a pair a file is on, at the start or the end of its stem. */
const DEFECTIVE_WORDS = 'noisy|noise|raw|low|lowres|lr|input|defective|degraded|blurred|blurry|blur|source|x';
const CLEAN_WORDS = 'clean|gt|groundtruth|ground_truth|high|highres|hr|target|truth|reference|ref|denoised|sharp|y';

/** At most this many names of each side are listed in an error. */
const LISTED = 8;

/**
 * Pairs two folders by file name: first equal stems (the name without folder and extension, any case), then stems that
 * are equal once a role word is taken off either end (`cell_noisy.tif` with `cell_clean.tif`, `lr-07` with `hr-07`).
 * Result in the order of `defective`. Throws BadInputError that lists every file left over, or matched twice.
 */
export function pairByName<T extends Named>(defective: T[], clean: T[]): Pair<T>[] {
  if (defective.length === 0 || clean.length === 0) {
    throw new BadInputError(
      `${defective.length} defective and ${clean.length} clean images`,
      'at least one of each',
      'Choose two folders whose images have the same names.',
    );
  }
  const exact = match(defective, clean, fileStem, fileStem);
  const exactlyUsed = new Set(exact.values());
  const loose = match(
    defective.filter((file) => !exact.has(file)),
    clean.filter((file) => !exactlyUsed.has(file)),
    (name) => withoutRole(fileStem(name), DEFECTIVE_WORDS),
    (name) => withoutRole(fileStem(name), CLEAN_WORDS),
  );
  const matched = new Map([...exact, ...loose]);
  const used = new Set(matched.values());
  const lonelyDefective = defective.filter((file) => !matched.has(file));
  const lonelyClean = clean.filter((file) => !used.has(file));
  if (lonelyDefective.length > 0 || lonelyClean.length > 0) {
    throw new BadInputError(
      `${matched.size} pairs; without a partner: defective ${listed(lonelyDefective)}; clean ${listed(lonelyClean)}`,
      'every defective image with a clean one of the same name, such as 01.tif and 01.tif or 01_noisy.tif and 01_clean.tif',
      'Rename or remove the files listed.',
    );
  }
  return defective.map((file) => {
    const partner = matched.get(file) as T;
    return { name: commonStem(fileStem(file.name), fileStem(partner.name)), defective: file, clean: partner };
  });
}

/**
 * Splits by file: `validationShare` (0 to 0.5) of the items, at least one where the share is above 0 and there are two,
 * chosen by the seed whatever the order of the items; the rest is for training. No item is in both.
 */
export function splitForValidation<T extends Named>(
  items: T[],
  validationShare: number,
  seed: number,
): { training: T[]; validation: T[] } {
  if (!(validationShare >= 0 && validationShare <= 0.5)) {
    throw new BadInputError(`a validation share of ${validationShare}`, '0 to 0.5', 'Choose for example 0.1.');
  }
  const names = items.map((item) => item.name);
  const seen = new Set<string>();
  const repeated = names.find((name) => seen.size === seen.add(name).size);
  if (repeated !== undefined) {
    throw new BadInputError(`'${repeated}' twice`, 'each file once', 'Remove the second one.');
  }
  const wanted = Math.round(items.length * validationShare);
  const count = validationShare > 0 && items.length > 1 ? Math.max(1, wanted) : 0;
  const order = new Random(seed).shuffle([...names].sort());
  const kept = new Set(order.slice(0, count));
  return {
    training: items.filter((item) => !kept.has(item.name)),
    validation: items.filter((item) => kept.has(item.name)),
  };
}

/** 'folder/Cell 01_noisy.ome.tif' → 'cell 01_noisy'. */
export function fileStem(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).toLowerCase();
  return base.replace(/(\.ome)?\.[a-z0-9]+$/, '');
}

/** Partners whose keys are equal; throws where two files of one side have the same key. */
function match<T extends Named>(
  defective: T[],
  clean: T[],
  defectiveKey: (name: string) => string,
  cleanKey: (name: string) => string,
): Map<T, T> {
  const cleanByKey = byKey(clean, cleanKey);
  const pairs = new Map<T, T>();
  for (const [key, file] of byKey(defective, defectiveKey)) {
    const partner = cleanByKey.get(key);
    if (partner !== undefined) pairs.set(file, partner);
  }
  return pairs;
}

function byKey<T extends Named>(files: T[], keyOf: (name: string) => string): Map<string, T> {
  const found = new Map<string, T>();
  for (const file of files) {
    const key = keyOf(file.name);
    const other = found.get(key);
    if (other !== undefined) throw ambiguous(other.name, file.name);
    found.set(key, file);
  }
  return found;
}

/** 'cell_noisy' → 'cell', 'noisy-cell' → 'cell'; a stem that is only a role word becomes ''. */
function withoutRole(stem: string, words: string): string {
  const atEnd = stem.replace(new RegExp(`(^|[-_. ])(${words})$`), '');
  return atEnd === stem ? stem.replace(new RegExp(`^(${words})[-_. ]`), '') : atEnd;
}

function commonStem(defective: string, clean: string): string {
  return defective === clean ? defective : withoutRole(defective, DEFECTIVE_WORDS) || defective;
}

function ambiguous(a: string, b: string): BadInputError {
  return new BadInputError(
    `'${a}' and '${b}', which would be the same name`,
    'names that differ without folder, extension and role word',
    'Rename one of them or remove it.',
  );
}

function listed(files: Named[]): string {
  if (files.length === 0) return 'none';
  const names = files.slice(0, LISTED).map((file) => file.name);
  return files.length > LISTED ? `${names.join(', ')} and ${files.length - LISTED} more` : names.join(', ');
}
