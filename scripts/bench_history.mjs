// Results over time: docs/benchmarks/NAME.json, one entry a run, oldest first, numbers to four digits.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function historyFile(name, ending = 'json', folder = join(root, 'docs', 'benchmarks')) {
  if (!/^[\w-]+$/.test(name)) throw new Error(`--save: got ${name}, wanted letters, digits, - and _`);
  return join(folder, `${name}.${ending}`);
}

/** @returns {{ run: object, rows: object[] }} */
export function lastRun(name) {
  return JSON.parse(readFileSync(historyFile(name), 'utf8')).at(-1);
}

/** Appends a run's report. @returns the file's path in the repository */
export function addToHistory(name, report, folder = join(root, 'docs', 'benchmarks')) {
  const file = historyFile(name, 'json', folder);
  mkdirSync(folder, { recursive: true });
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  if (!Array.isArray(before)) throw new Error(`--save: ${file} is not a list of runs; choose another name`);
  const { rows, ...head } = report;
  writeFileSync(file, historyText([...before, { run: { ...head, commit: commit() }, rows }]));
  return `docs/benchmarks/${name}.json`;
}

/** A line for each row, so that a difference between two versions of the file can be read. */
export function historyText(runs) {
  const entries = runs.map(({ run, rows }) => {
    const lines = rows.map((row) => `      ${json(row)}`).join(',\n');
    return `  {\n    "run": ${json(run)},\n    "rows": [\n${lines}\n    ]\n  }`;
  });
  return `[\n${entries.join(',\n')}\n]\n`;
}

const json = (value) =>
  JSON.stringify(value, (_, x) => (typeof x === 'number' && !Number.isInteger(x) ? Number(x.toPrecision(4)) : x));

function commit() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? ' and changes' : '')
    );
  } catch {
    return 'unknown';
  }
}
