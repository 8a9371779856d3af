/** How cost grows with the work: a straight line a + b·pixels through the times of a series, and what is left of it. */
import type { BenchRow } from './suite';

export interface Growth {
  /** Milliseconds that a run takes whatever its size, and for each megapixel. */
  fixed: number;
  perMegapixel: number;
  /** Of each row, in order: its time on a device of one speed throughout, and how far it is off the line, relative. */
  points: readonly { row: BenchRow; milliseconds: number; off: number }[];
  /** The largest of them. */
  worst: number;
}

/**
 * The line with the least squares of relative differences; its fixed part is not below 0. A row's time is taken times the
 * rate that the device showed in its rounds, over the median rate: a machine whose speed wanders shows no growth of its own.
 */
export function growthOf(rows: readonly BenchRow[]): Growth {
  const rates = rows.map(({ gflops, ofPeak }) => gflops / ofPeak).sort((a, b) => a - b);
  const rate = rates[rates.length >> 1];
  const points = rows.map((row) => ({
    row,
    x: (row.pixels ?? 1) / 1e6,
    milliseconds: (row.milliseconds * row.gflops) / row.ofPeak / rate,
  }));
  const sum = (of: (x: number, y: number) => number): number =>
    points.reduce((total, { x, milliseconds }) => total + of(x, milliseconds), 0);
  // Least squares of (a + b·x − y) / y: weights 1/y².
  const [w, wx, wxx] = [sum((_, y) => y ** -2), sum((x, y) => x * y ** -2), sum((x, y) => x * x * y ** -2)];
  const [wy, wxy] = [sum((_, y) => 1 / y), sum((x, y) => x / y)];
  const determinant = w * wxx - wx * wx;
  const free = determinant > 0 ? (wy * wxx - wx * wxy) / determinant : 0;
  const fixed = Math.max(0, free);
  const perMegapixel = (wxy - fixed * wx) / wxx;
  const fitted = points.map(({ row, x, milliseconds }) => ({
    row,
    milliseconds,
    off: milliseconds / (fixed + perMegapixel * x) - 1,
  }));
  return { fixed, perMegapixel, points: fitted, worst: Math.max(...fitted.map(({ off }) => Math.abs(off))) };
}

/** The rows of each kind, in order: images of growing size, batches of growing number. */
export function growthSeries(rows: readonly BenchRow[]): BenchRow[][] {
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  return kinds.map((kind) => rows.filter((row) => row.kind === kind)).filter((series) => series.length > 1);
}
