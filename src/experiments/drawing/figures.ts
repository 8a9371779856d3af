/** The figures as SVG text, from the records of test images; undefined where there is nothing yet to show. */
import type { Cell, CellRecord, Picture } from '../cell';
import { GRID_DEFAULTS, inTable2, TABLE1_PATCHES } from '../grid';
import { isReal } from '../real_sources';
import type { Task } from '../sources';
import type { Row } from './summary';
import { boxPlot, linePlot, pictureSheet } from './svg';

const ARMS: Record<string, string> = {
  'cGAN, real pairs only': 'real pairs only',
  'separate GANs': '+ a CIN-GAN a task',
  "the paper's": '+ one CIN-GAN',
};

/** Rows of its three arms. */
export const inFigure5 = ({ row, cell }: Row): boolean =>
  row in ARMS && cell.setting === 'paired' && cell.changes === undefined;

export function figure5(rows: Row[], task: Task): string | undefined {
  const shown = rows.filter((row) => row.task === task && inFigure5(row)).sort((a, b) => a.cell.images - b.cell.images);
  const boxes = shown.map((row) => ({
    group: `${row.cell.images} pairs`,
    series: ARMS[row.row],
    values: row.scores.flatMap((s) => s.paper.psnr),
  }));
  if (new Set(boxes.map((box) => box.series)).size < 2) return undefined;
  const updates = spoken(shown.map((row) => row.updates));
  return boxPlot(`Figure 5, ${task}: PSNR (paper metric) after ${updates} updates, by arm`, 'dB', boxes);
}

/** Numbers without repetition: '300 or 3000'. */
const spoken = (numbers: number[]): string => [...new Set(numbers)].sort((a, b) => a - b).join(' or ');

/** The pictures of rows, the same image of each. */
function firstPictures(records: CellRecord[], chosen: (record: CellRecord) => boolean): Picture[] {
  return records.filter(chosen).flatMap(({ pictures = [] }) => pictures.filter(({ why }) => why === 'first'));
}

/** Phantoms or real micrographs: figures show one or the other. */
export type Subject = 'phantoms' | 'real';
const shows = ({ cell }: CellRecord, subject: Subject): boolean => isReal(cell.tasks[0]) === (subject === 'real');

const isInput = ({ cell }: CellRecord): boolean => cell.method === 'untouched' && cell.evaluated !== TABLE1_PATCHES;

export function figure1(records: CellRecord[]): string | undefined {
  const ofThePaper = (record: CellRecord) => isInput(record) && record.cell.tasks[0] !== 'illumination';
  return sheet('Figure 1: one image of each task', firstPictures(records, ofThePaper));
}

/** Rows between both ends of the fidelity–detail dial: for tables, not for pictures. */
const BETWEEN = /, detail 0\./;

/** The first image of each task between its input and its truth, as each method restores it. */
export function restorations(
  title: string,
  all: CellRecord[],
  setting: 'paired' | 'unpaired',
  subject: Subject = 'phantoms',
): string | undefined {
  const records = all.filter((record) => shows(record, subject));
  const learned = records
    .filter(({ cell }) => cell.updates > 0 && cell.setting === setting)
    .filter(({ cell }) => (subject === 'real' ? cell.changes === undefined : inTable2(cell)))
    .sort((a, b) => b.cell.tasks.length - a.cell.tasks.length)
    .flatMap(({ cell, pictures = [] }) =>
      pictures
        .filter(({ why, row }) => why === 'first' && !BETWEEN.test(row))
        .map((picture) =>
          subject === 'phantoms' && cell.tasks.length === 1
            ? { ...picture, row: `${picture.row}, this task` }
            : picture,
        ),
    );
  if (learned.length === 0) return undefined;
  const [inputs, truths] = ['input', 'truth'].map((row) =>
    firstPictures(records, isInput).filter((picture) => picture.row === row),
  );
  const shown = new Set(learned.map(({ task }) => task));
  return sheet(
    title,
    [...inputs, ...learned, ...truths].filter(({ task }) => shown.has(task)),
  );
}

/** Tasks downwards, rows of the tables across; of several cells with one row's name the last is shown. */
function sheet(title: string, pictures: Picture[]): string | undefined {
  if (pictures.length === 0) return undefined;
  const columns = [...new Set(pictures.map(({ row }) => row))];
  const tasks = [...new Set(pictures.map(({ task }) => task))];
  const rows = tasks.map((task) => ({
    name: task,
    cells: columns.map((row) => pictures.findLast((p) => p.task === task && p.row === row)?.png),
  }));
  return pictureSheet(title, { columns, rows });
}

/** What CIN-GANs painted, those with the fewest images first, then what mend's measured defects did. */
export function figure6(records: CellRecord[]): string | undefined {
  const learned = records
    .filter(({ cell }) => cell.method === 'synthesis')
    .sort((a, b) => a.cell.images - b.cell.images);
  const measured = records.filter(({ cell }) => cell.method === 'measured');
  const pictures = [...learned, ...measured].flatMap(({ cell, pictures: all = [] }) =>
    all.map((picture) => ({ ...picture, row: picture.row === 'synthetic' ? paintedFrom(cell) : picture.row })),
  );
  const updates = spoken(learned.map(({ cell }) => cell.cinUpdates));
  const after = learned.length > 0 ? `, after ${updates} updates of CIN-GAN` : '';
  return sheet(`Figure 6: synthetic defects${after}`, pictures);
}

const paintedFrom = ({ method, images }: Cell): string =>
  `${images} images${method === 'measured' ? ', measured' : ''}`;

export function figure7(records: CellRecord[]): string | undefined {
  const fromDefault = ({ cell }: CellRecord) => Math.abs(cell.images - GRID_DEFAULTS.unpaired);
  const [longest] = records
    .filter(({ cell, curves }) => cell.method === 'synthesis' && curves)
    .sort((a, b) => b.cell.cinUpdates - a.cell.cinUpdates || fromDefault(a) - fromDefault(b));
  if (!longest?.curves) return undefined;
  const lines = longest.curves.map(({ task, at, value, real }) => ({ series: task, x: at, y: value, dashed: real }));
  return linePlot('Figure 7: PSNR(clean, synthetic defect), dashed: the real defect', 'dB', 'CIN-GAN updates', lines);
}

/** mend's best, median and worst restoration of each task, by a network of its own or by one of several: input, restored, truth. */
export function extremes(records: CellRecord[], subject: Subject, trained: 'alone' | 'together'): string | undefined {
  const pictures = records
    .filter(
      (record) =>
        record.cell.method === 'mend' &&
        record.cell.setting === 'paired' &&
        record.cell.changes === undefined &&
        (record.cell.tasks.length === 1) === (trained === 'alone') &&
        shows(record, subject),
    )
    .flatMap(({ pictures: all = [] }) => all.filter(({ why }) => why !== 'first'));
  const named = pictures.map((picture) => ({ ...picture, row: `${picture.why}: ${picture.row}` }));
  const networks = trained === 'alone' ? 'a network a task' : 'one network';
  return sheet(`mend from 10 pairs, ${networks}: best, median and worst image of each task (care PSNR)`, named);
}
