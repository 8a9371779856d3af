/** Tables, plots and the summary, drawn from the records alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from '../../imaging/mean_and_error';
import { PHANTOM_TASKS } from '../../imaging/phantoms/phantom';
import type { Cell, CellRecord } from '../cell';
import { inTable2, TABLE1_PATCHES } from '../grid';
import { REAL_TASKS } from '../real_sources';
import type { Task } from '../sources';
import { extremes, figure1, figure5, figure6, figure7, inFigure5, restorations } from './figures';
import { furthest } from './furthest';
import { newDefectPlot, newDefectTables } from './new_defect';
import { type Row, rowsOf, type TaskTable, taskTable } from './summary';
import { document, NOTE, tablesText, tableText } from './table_text';

/** Table 1 of the paper: the input as it is, PSNR and SSIM under the authors' metric. */
const PUBLISHED_INPUT: Partial<Record<Task, [number, number]>> = {
  'embryo-axial': [19.92, 0.63],
  'embryo-noise': [19.92, 0.63],
  retina: [12.51, 0.33],
  microtubules: [7.27, 0.08],
};

/** @returns the files written */
export function drawEvidence(all: CellRecord[], folder: string): string[] {
  const records = furthest(all);
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  const draw = (name: string, text: string | undefined) => {
    if (text === undefined) return;
    writeFileSync(join(folder, name), text);
    files.push(join(folder, name));
  };
  const tested = records.filter(({ cell }) => cell.split === 'test');
  const test = rowsOf(tested, 'test');
  const table2 = test.filter(({ cell }) => inTable2(cell));
  const tables = {
    paired: tasksOf(table2, PHANTOM_TASKS).map((task) => taskTable(task, table2.filter(isPaired), isMend)),
    unpaired: tasksOf(table2.filter(isLearnedUnpaired), PHANTOM_TASKS).map((task) =>
      taskTable(
        task,
        table2.filter((row) => !isPaired(row) || row.cell.updates === 0),
        isMend,
      ),
    ),
    real: realTables(test.filter((row) => !isPretrained(row))),
    pretraining: tasksOf(test.filter(isPretrained), REAL_TASKS).map((task) =>
      taskTable(
        task,
        test.filter((row) => isPaired(row) && (row.cell.updates === 0 || isPretrained(row))),
        ({ row }) => row === 'mend',
      ),
    ),
    ablation: ablationTables(rowsOf(records, 'development')),
    figure5: figure5Tables(test.filter(inFigure5)),
    phi: phiTables(test),
    newDefect: newDefectTable(test),
    toldApart: tested.flatMap(({ cell, toldApart = [] }) =>
      toldApart.map((shares) => ({ images: cell.images, madeBy: madeBy(cell), ...shares })),
    ),
  };
  draw('table1.md', table1(tested));
  draw('table2.md', tables.paired.length > 0 ? table2Text(tables.paired, tables.unpaired) : undefined);
  draw('real.md', tablesText('Real micrographs', tables.real));
  draw('pretraining.md', tablesText('Real micrographs, after training on phantoms', tables.pretraining));
  draw('ablation.md', tablesText('Development seeds: ablation and search', tables.ablation));
  draw('phi.md', tablesText('Two φ', tables.phi));
  draw('fig5.md', tablesText('Figure 5', tables.figure5));
  for (const task of PHANTOM_TASKS) draw(`fig5_${task}.svg`, figure5(test, task));
  draw('fig1.svg', figure1(tested));
  draw('fig3.svg', restorations('Figure 3: restored from 10 pairs', tested, 'paired'));
  draw('fig4.svg', restorations('Figure 4: restored without a pair', tested, 'unpaired'));
  draw('fig6.svg', figure6(tested));
  draw('fig7.svg', figure7(tested));
  draw('fig7.md', syntheticDefects(tested));
  const added = newDefectTables(tested);
  draw('new_defect.svg', newDefectPlot(tested));
  draw('new_defect.md', added && document('A new defect', [...added, ...tables.newDefect.map(tableText)]));
  draw('best_median_worst.svg', extremes(tested, 'phantoms', 'alone'));
  draw('best_median_worst_together.svg', extremes(tested, 'phantoms', 'together'));
  draw('real.svg', restorations('Real micrographs, restored from 10 pairs', tested, 'paired', 'real'));
  draw('real_unpaired.svg', restorations('Real micrographs, restored without a pair', tested, 'unpaired', 'real'));
  draw('real_best_median_worst.svg', extremes(tested, 'real', 'alone'));
  draw('summary.json', `${JSON.stringify({ table1: inputScores(tested), ...tables }, summarised, 1)}\n`);
  return files;
}

const isPaired = ({ cell }: Row): boolean => cell.setting === 'paired';
const isLearnedUnpaired = ({ cell }: Row): boolean => cell.setting === 'unpaired' && cell.updates > 0;
const isMend = ({ row, cell }: Row): boolean => row === 'mend' && cell.changes === undefined;
const tasksOf = (rows: Row[], tasks: readonly Task[]): Task[] =>
  tasks.filter((task) => rows.some((row) => row.task === task));

/** The new task's rows beside the classical ones. */
const newDefectTable = (test: Row[]): TaskTable[] =>
  tasksOf(test.filter(isWithNewDefect), ['illumination']).map((task) => taskTable(task, test, isWithNewDefect));
const isWithNewDefect = ({ row, cell }: Row): boolean => cell.method === 'new-defect' && row.includes('with');

const isPretrained = ({ cell }: Row): boolean => cell.changes?.pretrained !== undefined;

/** From ten pairs, and where there are rows without any, those. */
function realTables(rows: Row[]): TaskTable[] {
  const unpaired = rows.filter((row) => !isPaired(row) || row.cell.updates === 0);
  return tasksOf(rows, REAL_TASKS).flatMap((task) => [
    taskTable(task, rows.filter(isPaired), isMend),
    ...(rows.some((row) => row.task === task && isLearnedUnpaired(row)) ? [taskTable(task, unpaired, isMend)] : []),
  ]);
}

/** Development rows by what they are measured from: the recipe, trained on as many tasks, with pairs or without. */
function ablationTables(rows: Row[]): TaskTable[] {
  const base = (row: Row) => row.cell.method === 'mend' && row.cell.learningRate === undefined && changes(row) === 1;
  const [alone, together] = [true, false].map((one) => rows.filter(({ cell }) => (cell.tasks.length === 1) === one));
  return [alone, together.filter(isPaired), together.filter((row) => !isPaired(row))].flatMap((some) =>
    tasksOf(some, PHANTOM_TASKS).map((task) => taskTable(task, some, base)),
  );
}

const changes = ({ cell }: Row): number => Object.keys(cell.changes ?? {}).length + (cell.cinUpdates > 0 ? 1 : 0);

/** What is learned from real pairs alone beside what CIN-GANs add, by the number of pairs. */
function figure5Tables(rows: Row[]): TaskTable[] {
  const isAlone = ({ cell }: Row) => cell.method === 'cgan';
  const counts = [...new Set(rows.filter(isAlone).map(({ cell }) => cell.images))].sort((a, b) => a - b);
  return counts.flatMap((count) => {
    const own = rows.filter(({ cell }) => cell.images === count);
    return tasksOf(own, PHANTOM_TASKS).map((task) => taskTable(task, own, isAlone));
  });
}

/** The paper's method with our own φ and with ImageNet's. */
function phiTables(rows: Row[]): TaskTable[] {
  const own = rows.filter(({ cell }) => cell.method === 'paper' && cell.setting === 'paired' && cell.images === 10);
  if (!own.some(({ cell }) => cell.changes?.phi)) return [];
  return tasksOf(own, PHANTOM_TASKS).map((task) => taskTable(task, own, ({ cell }) => cell.changes === undefined));
}

interface InputScore {
  task: Task;
  images: number;
  psnr: number;
  ssim: number;
  published: [number, number] | undefined;
}

function inputScores(records: CellRecord[]): InputScore[] {
  const patches = records.filter(({ cell }) => cell.method === 'untouched' && cell.evaluated === TABLE1_PATCHES);
  return rowsOf(patches, 'test')
    .filter(({ row }) => row === 'input')
    .map(({ task, scores }) => ({
      task,
      images: scores[0].paper.psnr.length,
      psnr: mean(scores.flatMap(({ paper }) => paper.psnr)),
      ssim: mean(scores.flatMap(({ paper }) => paper.ssim)),
      published: PUBLISHED_INPUT[task],
    }));
}

function table1(records: CellRecord[]): string | undefined {
  const found = inputScores(records);
  if (found.length === 0) return undefined;
  const lines = found.map(({ task, images, psnr, ssim, published }) => {
    const paper = published ? `${published[0].toFixed(2)} / ${published[1].toFixed(2)}` : '';
    return `| ${task} | ${images} | ${psnr.toFixed(2)} / ${ssim.toFixed(3)} | ${paper} |`;
  });
  const head = '| task | patches | here, PSNR / SSIM | published |\n|---|---|---|---|';
  return document('Table 1: the untouched input under the authors’ metric', [`${head}\n${lines.join('\n')}\n`]);
}

function table2Text(paired: TaskTable[], unpaired: TaskTable[]): string {
  const parts = [NOTE, '## Ten pairs a task', ...paired.map(tableText)];
  if (unpaired.length > 0)
    parts.push(
      '## No pairs: 50 defective and 50 clean images of other objects\n\nClassical rows were tuned on ten pairs here too: more than these methods may see.',
      ...unpaired.map(tableText),
    );
  return document('Table 2', parts);
}

/** How close synthetic defects come: their PSNR beside the real one's, and how often a classifier knows them. */
function syntheticDefects(records: CellRecord[]): string | undefined {
  const made = records.filter(({ cell }) => cell.method === 'synthesis' || cell.method === 'measured');
  const lines = made.flatMap(({ cell, curves = [], toldApart = [] }) =>
    curves.map(({ task, value, real }) => {
      const known = toldApart.find((shares) => shares.task === task);
      const share = (of: number | undefined) => (of === undefined ? '' : `${(100 * of).toFixed(0)} %`);
      const level = [value.at(-1), real].map((psnr) => psnr?.toFixed(2) ?? '');
      const run = [task, madeBy(cell), cell.images, ...level];
      return `| ${[...run, share(known?.synthetic), share(known?.clean)].join(' | ')} |`;
    }),
  );
  if (lines.length === 0) return undefined;
  const head =
    '| task | made by | images | PSNR, synthetic | PSNR, real | real told from synthetic | real told from clean |\n' +
    '|---|---|---|---|---|---|---|';
  return document('Synthetic defects', [`${head}\n${lines.join('\n')}\n`]);
}

const madeBy = ({ method, cinUpdates }: Cell): string =>
  method === 'measured' ? 'the defect measured' : `CIN-GAN, ${cinUpdates} updates`;

const summarised = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value;
