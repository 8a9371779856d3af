/** The records as rows of tables: cells that differ in their seed alone become one row, compared on common images. */

import { mean } from '../../imaging/mean_and_error';
import type { Cell, CellRecord, ImageScores, RowScores } from '../cell';
import type { Split } from '../evidence_images';
import type { Task } from '../sources';
import { type Interval, pairedBootstrap } from './bootstrap';

/** One row's scores by seed. */
export interface Row {
  row: string;
  task: Task;
  cell: Cell;
  adapter: string;
  /** Seconds of training, mean over seeds. */
  seconds: number;
  settings?: Record<string, number>;
  /** Of the network that restores, fine-tuning included. */
  updates: number;
  seeds: number[];
  /** One entry a seed. */
  scores: ImageScores[];
}

export interface SummaryRow {
  row: string;
  /** 'all tasks' for one network that serves them all, 'this task' otherwise; empty where nothing is trained. */
  trainedOn: string;
  setting: Cell['setting'];
  images: number;
  updates: number;
  cinUpdates: number;
  preset: string;
  seeds: number;
  changes: string;
  adapter: string;
  seconds: number;
  paper: { psnr: number; ssim: number };
  care: { psnr: number; ssim: number };
  raw: { psnr: number; ssim: number };
  lpips: number | null;
  /** The reference row minus this one, in dB and SSIM; absent for the reference itself. */
  behind?: Record<'paper' | 'care', { psnr: Interval; ssim: Interval }>;
}

export interface TaskTable {
  task: Task;
  /** Whether its learned rows saw pairs. */
  setting: Cell['setting'];
  /** Images that every row was scored on. */
  images: number;
  /** Those of them that LPIPS was taken on in every row that has it. */
  lpipsImages: number;
  /** The row that `behind` measures from, if there is one. */
  reference?: string;
  rows: SummaryRow[];
}

interface Found {
  row: Row;
  /** By seed. */
  evaluated: Map<number, { many: number; scores: ImageScores }>;
  spent: number[];
}

/** Rows of one split, by task: every seed of the same cell in one, the largest evaluation where there are several. */
export function rowsOf(records: CellRecord[], split: Split): Row[] {
  const found = new Map<string, Found>();
  for (const record of records.filter(({ cell }) => cell.split === split))
    for (const scored of record.rows) {
      const key = rowKey(record.cell, scored);
      const { cell, adapter, seconds } = record;
      const entry: Found = found.get(key) ?? {
        row: { ...scored, cell, adapter, seconds: 0, updates: updatesOf(record, scored), seeds: [], scores: [] },
        evaluated: new Map(),
        spent: [],
      };
      const before = entry.evaluated.get(cell.seed);
      if (!before || before.many < cell.evaluated)
        entry.evaluated.set(cell.seed, { many: cell.evaluated, scores: scored.scores });
      entry.spent.push(seconds.training);
      found.set(key, entry);
    }
  return [...found.values()].map(({ row, evaluated, spent }) => ({
    ...row,
    seconds: mean(spent),
    seeds: [...evaluated.keys()],
    scores: [...evaluated.values()].map(({ scores }) => scores),
  }));
}

/** The detail end of mend's dial was trained for longer than its fidelity end. */
function updatesOf({ cell, configuration }: CellRecord, { settings }: RowScores): number {
  const { steps = 0 } = (configuration.detail ?? {}) as { steps?: number };
  return cell.updates + (settings?.detail ? steps : 0);
}

function rowKey(
  { tasks, setting, images, updates, cinUpdates, preset, learningRate, changes }: Cell,
  { row, task }: RowScores,
) {
  return JSON.stringify([row, task, tasks.length, setting, images, updates, cinUpdates, preset, learningRate, changes]);
}

/** @param reference which row the others are measured from; of several the one whose network serves the fewest tasks */
export function taskTable(task: Task, rows: Row[], reference?: (row: Row) => boolean): TaskTable {
  const own = rows.filter((row) => row.task === task);
  const images = Math.min(...own.flatMap(({ scores }) => scores.map((s) => s.care.psnr.length)));
  const lookedAt = own.flatMap(({ scores }) => scores.flatMap(({ lpips }) => lpips?.length ?? []));
  const looked = lookedAt.length === 0 ? 0 : Math.min(images, ...lookedAt);
  const best = reference && own.filter(reference).sort((a, b) => a.cell.tasks.length - b.cell.tasks.length)[0];
  return {
    task,
    setting: own.some(({ cell }) => cell.setting === 'unpaired') ? 'unpaired' : 'paired',
    images,
    ...(best ? { reference: best.row } : {}),
    lpipsImages: looked,
    rows: own.map((row) => summaryRow(row, { images, looked }, best)),
  };
}

function summaryRow(
  row: Row,
  { images, looked }: { images: number; looked: number },
  reference: Row | undefined,
): SummaryRow {
  const { cell, scores } = row;
  const over = (of: (s: ImageScores) => number[], count = images) =>
    mean(scores.map((s) => mean(of(s).slice(0, count))));
  const metric = (name: 'raw' | 'paper' | 'care') => ({
    psnr: over((s) => s[name].psnr),
    ssim: over((s) => s[name].ssim),
  });
  const seen = scores.every((s) => s.lpips !== null && s.lpips.length > 0);
  return {
    row: row.row,
    trainedOn: trainedOn(cell),
    setting: cell.setting,
    images: cell.images,
    updates: row.updates,
    cinUpdates: cell.cinUpdates,
    preset: cell.preset,
    seeds: row.seeds.length,
    changes: [
      ...(cell.learningRate === undefined ? [] : [`learning rate ${cell.learningRate}`]),
      ...Object.entries(cell.changes ?? {}).map(([name, value]) => `${name} ${value}`),
    ].join(', '),
    adapter: row.adapter,
    seconds: row.seconds,
    raw: metric('raw'),
    paper: metric('paper'),
    care: metric('care'),
    lpips: seen ? over((s) => s.lpips ?? [], looked) : null,
    ...(reference && reference !== row ? behind(reference, row, images) : {}),
  };
}

function trainedOn({ updates, method, tasks }: Cell): string {
  if (updates === 0) return '';
  return tasks.length > 1 && method !== 'separate' ? 'all tasks' : 'this task';
}

/** Of the seeds that both have; nothing where there is none. */
function behind(reference: Row, row: Row, images: number): Pick<SummaryRow, 'behind'> {
  const seeds = reference.seeds.filter((seed) => row.seeds.includes(seed));
  if (seeds.length === 0) return {};
  const scoresOf = (one: Row, seed: number) => one.scores[one.seeds.indexOf(seed)];
  const interval = (of: (s: ImageScores) => number[]) =>
    pairedBootstrap(
      seeds.map((seed) => {
        const [a, b] = [of(scoresOf(reference, seed)), of(scoresOf(row, seed))];
        return a.slice(0, images).map((value, i) => value - b[i]);
      }),
    );
  const both = (name: 'paper' | 'care') => ({
    psnr: interval((s) => s[name].psnr),
    ssim: interval((s) => s[name].ssim),
  });
  return { behind: { paper: both('paper'), care: both('care') } };
}
