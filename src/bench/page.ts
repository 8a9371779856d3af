/** The suite in a page of its own, for a driver outside (scripts/bench.mjs): `mendscopeBench(options)` gives the report. */
import { Engine } from '../runtime';
import { type BenchOptions, type BenchReport, benchmark } from './suite';
import { reportText, rowText } from './table';

export interface PageOptions extends Omit<BenchOptions, 'fresh'> {
  /** An engine of its own for each case. */
  cold?: boolean;
  /** Lets the engine choose its kernels by timing them, for so many milliseconds at most. */
  measure?: number;
}

async function run({ cold, measure, ...options }: PageOptions): Promise<{ report: BenchReport; table: string }> {
  const openEngine = (): Promise<Engine> =>
    Engine.create({ gpu: navigator.gpu, ...(measure && { measure: { milliseconds: measure } }) });
  const rows = benchmark(await openEngine(), { ...options, ...(cold && { fresh: openEngine }) });
  for (;;) {
    const { value, done } = await rows.next();
    if (done) return { report: value, table: reportText(value, options) };
    console.log(rowText(value));
  }
}

Object.assign(globalThis, { mendscopeBench: run });
