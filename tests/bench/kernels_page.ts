// `npm run bench -- --browser`: the suite in a page. scripts/bench.mjs calls benchmark() and prints what it returns.
import { KERNEL_CASES } from '../../src/bench/kernel_cases';
import { type Report, runSuite, showReport } from '../../src/bench/suite';
import { Engine } from '../../src/runtime';

declare global {
  var benchmark: (options: { filter?: string; rounds?: number }) => Promise<{ report: Report; table: string }>;
}

globalThis.benchmark = async ({ filter, rounds }) => {
  const engine = await Engine.create({ gpu: navigator.gpu });
  const onRow = ({ name, seconds, ofPeak }: Report['rows'][number]): void =>
    console.log(`${name}: ${(1e3 * seconds).toFixed(2)} ms, ${(100 * ofPeak).toFixed(0)} % of peak`);
  const report = await runSuite(engine, KERNEL_CASES, { host: navigator.userAgent, filter, rounds, onRow });
  engine.destroy();
  return { report, table: showReport(report) };
};
