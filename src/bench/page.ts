/** The suite in a page of its own, for a driver outside (scripts/bench.mjs): `mendscopeBench(options)` gives the report. */
import { Engine } from '../runtime';
import { type BenchOptions, type BenchReport, benchmark } from './suite';
import { benchTable, rowText } from './table';

async function run(options: BenchOptions): Promise<{ report: BenchReport; table: string }> {
  const engine = await Engine.create({ gpu: navigator.gpu });
  const rows = benchmark(engine, options);
  for (;;) {
    const { value, done } = await rows.next();
    if (done) return { report: value, table: benchTable(value) };
    console.log(rowText(value));
  }
}

Object.assign(globalThis, { mendscopeBench: run });
