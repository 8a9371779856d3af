/** `mendscope bench`: how fast kernels, training steps and restorations are on this adapter. */
import { writeFile } from 'node:fs/promises';
import { type BenchOptions, type BenchReport, type BenchRow, benchmark } from '../bench/suite';
import { reportText, rowText } from '../bench/table';
import { PRESET_NAMES } from '../models/presets';
import { Engine } from '../runtime';
import { type Command, type CommandLine, choice, count, text, UsageError } from './command';
import { nodeGpu, startEngine } from './gpu';

const USAGE = `Usage: mendscope bench [--rounds N] [--quick] [--only TEXT] [--steps PRESET | --growth PRESET] [--json]

Times convolutions, norms, training steps and restorations. Each result is checked first, a convolution's against its
definition; each time is a median over rounds that alternate with the device's own multiply-add and copy rates.

  --rounds N       rounds of each case (7)
  --quick          smaller training steps and restorations, for software adapters
  --only TEXT      cases whose name contains it
  --steps PRESET   the training steps of ${PRESET_NAMES.join(', ')} and of the comparison networks, nothing else
  --growth PRESET  the preset's restorer over --sides (128,256,512,1024), its step over --batches (1,2,4,8)
  --cold           an engine of its own for each case, so that no pipeline is there already
  --measure MS     lets the engine choose its kernels by timing them, for so long at most
  --out FILE       writes the JSON to a file too

JSON: {adapter, software, date, rounds, peakGflops, copyGbytes, rows: [{name, milliseconds, gflops, ofPeak, …}]}
`;

export const bench: Command = {
  summary: 'time kernels, training steps and restorations on this adapter',
  usage: USAGE,
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean' },
    only: { type: 'string' },
    steps: { type: 'string' },
    growth: { type: 'string' },
    sides: { type: 'string' },
    batches: { type: 'string' },
    cold: { type: 'boolean' },
    measure: { type: 'string' },
    out: { type: 'string' },
  },
  async run(line, context) {
    const milliseconds = count(line, 'measure', 1);
    const measure = milliseconds === undefined ? undefined : { milliseconds };
    const options = optionsFrom(line, () => Engine.create({ gpu: nodeGpu(), measure }));
    const engine = await startEngine(context, measure);
    const report = await told(benchmark(engine, options), (row) => context.say(rowText(row)));
    const out = text(line, 'out', '');
    if (out) await writeFile(out, JSON.stringify(report));
    return { json: { ...report }, text: reportText(report, options) };
  },
};

function optionsFrom(line: CommandLine, open: () => Promise<Engine>): BenchOptions {
  const { values } = line;
  return {
    rounds: count(line, 'rounds', 1) ?? 7,
    quick: values.quick === true,
    only: text(line, 'only', ''),
    ...(values.steps !== undefined && { steps: choice(line, 'steps', PRESET_NAMES) }),
    ...(values.growth !== undefined && {
      growth: {
        preset: choice(line, 'growth', PRESET_NAMES),
        sides: counts(line, 'sides', '128,256,512,1024', 4),
        batches: counts(line, 'batches', '1,2,4,8', 1),
      },
    }),
    ...(values.cold === true && { fresh: open }),
  };
}

/** Whole numbers between commas, each a multiple of `unit`. */
function counts(line: CommandLine, name: string, fallback: string, unit: number): number[] {
  const given = text(line, name, fallback);
  const numbers = given.split(',').map(Number);
  if (numbers.some((n) => !Number.isInteger(n) || n < unit || n % unit > 0))
    throw new UsageError(`--${name}: got ${given}, wanted multiples of ${unit} between commas`);
  return numbers;
}

/** The report at the end of a run; each row is said as it comes. */
async function told(run: AsyncGenerator<BenchRow, BenchReport>, say: (row: BenchRow) => void): Promise<BenchReport> {
  for (;;) {
    const { value, done } = await run.next();
    if (done) return value;
    say(value);
  }
}
