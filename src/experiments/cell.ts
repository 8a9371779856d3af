/**
 * A cell is one entry of an experiment's grid: one method trained once, from one seed, and scored on every evaluation
 * image. Its record is one JSON file under docs/evidence/cells, written when it is finished and never before, so a run
 * that is killed leaves only whole cells and goes on with the rest.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PresetName } from '../models/presets';
import type { Split } from './evidence_images';
import type { Task } from './sources';

/** What a cell runs; methods.ts says what each does. */
export const METHODS = [
  'untouched',
  'classical',
  'care',
  'deblurgan',
  'cyclegan',
  'cgan',
  'separate',
  'paper',
  'mend',
  'synthesis',
  'measured',
  'new-defect',
] as const;
export type Method = (typeof METHODS)[number];

export interface Cell {
  method: Method;
  /** Tasks trained together: several for one network that serves all of them. */
  tasks: Task[];
  setting: 'paired' | 'unpaired';
  /** Pairs a task, or defective and clean images a task each. */
  images: number;
  /** Updates of the network that restores; 0 where nothing is trained. */
  updates: number;
  /** Updates of CIN-GAN's generator; 0 where no defect is synthesised. */
  cinUpdates: number;
  preset: PresetName;
  seed: number;
  split: Split;
  /** Images scored for each task. */
  evaluated: number;
  learningRate?: number;
  /** Changes to the method's own settings, by name: an ablation's. */
  changes?: Record<string, number | string>;
}

export interface MetricScores {
  psnr: number[];
  ssim: number[];
}

/** Per evaluation image, in the order of the evaluation set. */
export interface ImageScores {
  raw: MetricScores;
  paper: MetricScores;
  care: MetricScores;
  /** Of the first images only; null where the weights of LPIPS were not at hand. */
  lpips: number[] | null;
}

export interface RowScores {
  /** The row's name in a table, such as `Gaussian` or `CARE`. */
  row: string;
  task: Task;
  /** A classical method's tuned settings, or a reading of the fidelity–detail dial. */
  settings?: Record<string, number>;
  scores: ImageScores;
}

/** A quantity followed while training, for curves. */
export interface Curve {
  task: Task;
  name: string;
  /** Updates done. */
  at: number[];
  value: number[];
  /** What a real defect scores: the dashed line. */
  real?: number;
}

/** A restored or painted plane to look at, scaled to 8 bits. */
export interface Picture {
  row: string;
  task: Task;
  /** Which evaluation image. */
  index: number;
  /** 'first' is the same image in every row; the others by care PSNR. */
  why: 'first' | 'best' | 'median' | 'worst';
  /** Base64. */
  png: string;
}

export interface CellRecord {
  id: string;
  cell: Cell;
  /** Name of the adapter that computed it; 'none' where only the processor did. */
  adapter: string;
  software: boolean;
  /** ISO 8601. */
  finished: string;
  /** `total` is what this cell took; `training` counts the time of kept weights, too, though another cell trained them. */
  seconds: { total: number; training: number };
  /** Every setting of the training run, as used. */
  configuration: Record<string, unknown>;
  /** The last losses that were read. */
  losses: Record<string, number>;
  rows: RowScores[];
  curves?: Curve[];
  /** How often a classifier is right: real defects against synthetic ones, and against clean images. */
  toldApart?: { task: Task; synthetic: number; clean: number }[];
  pictures?: Picture[];
}

/** A file name that tells the cell apart from every other: 'care.embryo-axial.paired10.grid.u600.s0.test'. */
export function cellId(cell: Cell): string {
  const { method, tasks, setting, images, updates, cinUpdates, preset, seed, split, evaluated, learningRate } = cell;
  const parts = [method, tasks.length === 1 ? tasks[0] : `${tasks.length}tasks`, `${setting}${images}`];
  if (updates + cinUpdates > 0) parts.push(preset);
  if (updates > 0) parts.push(`u${updates}`);
  if (cinUpdates > 0) parts.push(`c${cinUpdates}`);
  parts.push(`s${seed}`, split, `e${evaluated}`);
  if (learningRate !== undefined) parts.push(`lr${learningRate}`);
  for (const [name, value] of Object.entries(cell.changes ?? {}).sort(([a], [b]) => a.localeCompare(b)))
    parts.push(`${name}${value}`);
  return parts.join('.');
}

export class CellStore {
  constructor(private readonly folder: string) {}

  private path(id: string): string {
    return join(this.folder, `${id}.json`);
  }

  has(cell: Cell): boolean {
    return existsSync(this.path(cellId(cell)));
  }

  /** Writes beside the place and moves there: half a cell is never seen. */
  write(record: CellRecord): void {
    const path = this.path(record.id);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, `${JSON.stringify(record, rounded)}\n`);
    renameSync(`${path}.part`, path);
  }

  /** Every finished cell, by id. */
  all(): CellRecord[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as CellRecord);
  }
}

/** Six significant digits are more than any table shows. An infinite PSNR (equal images) has no JSON: null. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

/** The cells of this shard, `i/n` counted from 1; every cell belongs to exactly one. */
export function shardOf(cells: Cell[], shard: { index: number; of: number }): Cell[] {
  return cells.filter((_, i) => i % shard.of === shard.index - 1);
}
