/** A report as a Markdown table. */
import type { BenchReport, BenchRow } from './suite';

export function benchTable(report: BenchReport): string {
  const { adapter, software, date, rounds, peakGflops, copyGbytes, rows } = report;
  const head = [
    `${adapter}${software ? ' (a software adapter)' : ''}, ${date}, median of ${rounds} rounds.`,
    `Multiply-add peak ${peakGflops.toFixed(1)} GFLOP/s, copy ${copyGbytes.toFixed(2)} GB/s, measured in the same run.`,
    '',
    '| case | ms | GFLOP/s | of peak | GB/s | of copy | kernels | compile ms |',
    '|---|---|---|---|---|---|---|---|',
  ];
  return [...head, ...rows.map(rowText)].join('\n');
}

export function rowText(row: BenchRow): string {
  const share = (x: number): string => `${(100 * x).toFixed(0)} %`;
  const cells = [
    row.name,
    row.milliseconds.toFixed(row.milliseconds < 10 ? 2 : 0),
    row.gflops.toFixed(1),
    share(row.ofPeak),
    row.gbytes.toFixed(2),
    share(row.ofCopy),
    `${row.kernels}`,
    row.compileMilliseconds.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}
