/** A report as Markdown tables: one of kernels, one of whole programs. */
import { growthOf, growthSeries } from './growth';
import type { BenchOptions, BenchReport, BenchRow } from './suite';

interface Column {
  head: string;
  cell: (row: BenchRow) => string;
}

const share = (x: number): string => `${(100 * x).toFixed(0)} %`;
const milliseconds = (ms: number): string => ms.toFixed(ms < 10 ? 2 : 0);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

const TIMES: Column[] = [
  { head: 'case', cell: ({ name }) => name },
  { head: 'ms', cell: (row) => milliseconds(row.milliseconds) },
  { head: 'kernels’ ms', cell: ({ kernelMilliseconds: ms }) => (ms === undefined ? '' : milliseconds(ms)) },
  { head: 'GFLOP/s', cell: ({ gflops }) => gflops.toFixed(1) },
  { head: 'of peak', cell: ({ ofPeak }) => share(ofPeak) },
];

const KERNEL_COLUMNS: Column[] = [
  ...TIMES,
  { head: 'GB/s', cell: ({ gbytes }) => gbytes.toFixed(2) },
  { head: 'of copy', cell: ({ ofCopy }) => share(ofCopy) },
  { head: 'kernels', cell: ({ kernels }) => `${kernels}` },
  { head: 'compile ms', cell: (row) => row.compileMilliseconds.toFixed(0) },
  { head: 'error', cell: ({ error }) => (error === undefined ? '' : error.toExponential(0)) },
];

const PROGRAM_COLUMNS: Column[] = [
  ...TIMES,
  { head: 'compile ms', cell: (row) => row.compileMilliseconds.toFixed(0) },
  { head: 'first run ms', cell: (row) => row.firstRunMilliseconds.toFixed(0) },
  { head: 'encode ms', cell: (row) => row.encodeMilliseconds.toFixed(2) },
  { head: 'kernels', cell: ({ kernels, tiles }) => (tiles ? `${tiles} tiles` : `${kernels}`) },
  { head: 'pipelines', cell: ({ pipelines }) => (pipelines ? `${pipelines}` : '') },
  { head: 'peak MB', cell: ({ peakBytes }) => megabytes(peakBytes) },
  { head: 'bound MB', cell: ({ boundBytes }) => megabytes(boundBytes) },
  { head: 'peak/bound', cell: ({ peakBytes, boundBytes }) => (boundBytes ? (peakBytes / boundBytes).toFixed(2) : '') },
  { head: 'MP/s', cell: ({ pixels, milliseconds: ms }) => (pixels ? (pixels / ms / 1e3).toPrecision(2) : '') },
];

const isKernel = ({ kind }: BenchRow): boolean => kind === 'kernel' || kind === 'norm';
const columnsOf = (row: BenchRow): Column[] => (isKernel(row) ? KERNEL_COLUMNS : PROGRAM_COLUMNS);

export function benchTable(report: BenchReport): string {
  const { adapter, software, date, rounds, peakGflops, copyGbytes, rows } = report;
  const lines = [
    `${adapter}${software ? ' (a software adapter)' : ''}, ${date}, median of ${rounds} rounds.`,
    `Multiply-add peak ${peakGflops.toFixed(1)} GFLOP/s, copy ${copyGbytes.toFixed(2)} GB/s, measured in the same run.`,
  ];
  for (const some of [rows.filter(isKernel), rows.filter((row) => !isKernel(row))]) {
    if (some.length === 0) continue;
    const heads = columnsOf(some[0]).map(({ head }) => head);
    lines.push('', line(heads), line(heads.map(() => '---')), ...some.map(rowText));
  }
  return lines.join('\n');
}

/** What a run prints. */
export const reportText = (report: BenchReport, { growth }: Pick<BenchOptions, 'growth'>): string =>
  growth ? `${benchTable(report)}\n\n${growthTable(report)}` : benchTable(report);

/**
 * What a pixel costs, relative to the first row of its kind: by the clock, and by the clock over what the device could do
 * in the same rounds, so that a machine whose speed wanders shows no growth of its own. Then how far each is off a straight
 * line of pixels.
 */
export function growthTable({ rows }: Pick<BenchReport, 'rows'>): string {
  const heads = [
    'case',
    'pixels',
    'ms',
    'cost a pixel, of the first row’s',
    'the same by the device’s own rate',
    'off the line',
  ];
  const lines = [line(heads), line(heads.map(() => '---'))];
  const told: string[] = [];
  for (const series of growthSeries(rows)) {
    const { fixed, perMegapixel, points, worst } = growthOf(series);
    const costs = points.map(({ row, milliseconds: ms }) => [row.milliseconds, ms].map((of) => of / (row.pixels ?? 1)));
    for (const [i, { row, off }] of points.entries()) {
      const relative = costs[i].map((cost, clock) => (cost / costs[0][clock]).toFixed(2));
      lines.push(
        line([
          row.name,
          `${row.pixels ?? ''}`,
          milliseconds(row.milliseconds),
          ...relative,
          `${Math.round(100 * off)} %`,
        ]),
      );
    }
    const [{ row }] = points;
    told.push(
      `${row.kind}: ${fixed.toFixed(1)} ms and ${perMegapixel.toFixed(0)} ms a megapixel; ${share(worst)} off at most.`,
    );
  }
  return [...lines, '', ...told].join('\n');
}

export const rowText = (row: BenchRow): string => line(columnsOf(row).map(({ cell }) => cell(row)));

export const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
