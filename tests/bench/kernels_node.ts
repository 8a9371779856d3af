// `npm run bench`: the suite on Dawn in Node. The table goes to standard output, or with --json the report.
import { parseArgs } from 'node:util';
import { KERNEL_CASES } from '../../src/bench/kernel_cases';
import { runSuite, showReport } from '../../src/bench/suite';
import { nodeGpu } from '../../src/cli/gpu';
import { Engine } from '../../src/runtime';

const { values } = parseArgs({
  options: { filter: { type: 'string' }, rounds: { type: 'string' }, json: { type: 'boolean' } },
});
const engine = await Engine.create({ gpu: nodeGpu() });
const report = await runSuite(engine, KERNEL_CASES, {
  host: `Dawn in Node ${process.version}`,
  filter: values.filter,
  rounds: values.rounds ? Number(values.rounds) : undefined,
  onRow: ({ name, seconds, ofPeak }) =>
    process.stderr.write(`${name}: ${(1e3 * seconds).toFixed(2)} ms, ${(100 * ofPeak).toFixed(0)} % of peak\n`),
});
process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : showReport(report)}\n`);
engine.destroy();
process.exit();
