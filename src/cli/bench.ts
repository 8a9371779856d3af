/** `mendscope bench`: how fast kernels, training steps and restorations are on this adapter. */
import { type BenchReport, type BenchRow, benchmark } from '../bench/suite';
import { benchTable, rowText } from '../bench/table';
import { type Command, count, text } from './command';
import { startEngine } from './gpu';

const USAGE = `Usage: mendscope bench [--rounds N] [--quick] [--only TEXT] [--json]

Times convolutions, norms, training steps and restorations. Each result is checked against its definition first; each
time is a median over rounds that alternate with the device's own multiply-add and copy rates.

  --rounds N     rounds of each case (7)
  --quick        smaller training steps and restorations, for software adapters
  --only TEXT    cases whose name contains it

JSON: {adapter, software, date, rounds, peakGflops, copyGbytes, rows: [{name, milliseconds, gflops, ofPeak, …}]}
`;

export const bench: Command = {
  summary: 'time kernels, training steps and restorations on this adapter',
  usage: USAGE,
  options: { rounds: { type: 'string' }, quick: { type: 'boolean' }, only: { type: 'string' } },
  async run(line, context) {
    const engine = await startEngine(context);
    const options = {
      rounds: count(line, 'rounds', 1) ?? 7,
      quick: line.values.quick === true,
      only: text(line, 'only', ''),
    };
    const report = await told(benchmark(engine, options), (row) => context.say(rowText(row)));
    return { json: { ...report }, text: benchTable(report) };
  },
};

/** The report at the end of a run; each row is said as it comes. */
async function told(run: AsyncGenerator<BenchRow, BenchReport>, say: (row: BenchRow) => void): Promise<BenchReport> {
  for (;;) {
    const { value, done } = await run.next();
    if (done) return value;
    say(value);
  }
}
