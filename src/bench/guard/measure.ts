/** Times the engine's cases beside their frozen programs, in rounds that go through all of them. */
import type { Engine } from '../../runtime';
import { relativeError } from '../statistics';
import { type Timeable, timed } from '../suite';
import { compiled, filled, guardCases } from './cases';
import type { FrozenFile } from './frozen';
import { replay } from './replay';
import { type Pair, type Ratios, ratiosOf } from './verdict';

export interface GuardOptions {
  rounds: number;
  /** Cases to measure; left out: all. */
  names?: readonly string[];
  /** Milliseconds of CPU time of the process so far. */
  cpuTime?: () => number;
}

/** Two programs of one case, made and checked. */
interface Contest {
  name: string;
  now: Timeable;
  frozen: Timeable;
  destroy(): void;
}

/** At least this long a sample, in milliseconds. */
const SAMPLE_MS = 40;

/** Relative, for kernels that sum in another order. */
const ROUNDING = 1e-3;

/** @returns what each case takes over what its frozen program takes, medians of the rounds */
export async function guardRatios(
  engine: Engine,
  file: FrozenFile,
  { rounds, names, cpuTime }: GuardOptions,
): Promise<Record<string, Ratios>> {
  const contests: Contest[] = [];
  for (const { name } of guardCases())
    if (!names || names.includes(name)) contests.push(await openContest(engine, file, name));
  const ratios = await timedContests(contests, rounds, cpuTime);
  for (const { destroy } of contests) destroy();
  return ratios;
}

/** @throws Error where there is no frozen program, or it computes something else than the engine */
async function openContest(engine: Engine, file: FrozenFile, name: string): Promise<Contest> {
  const one = filled(guardCases().find((known) => known.name === name) ?? unknown(name));
  const program = file.programs[name] ?? unknown(name);
  const now = await compiled(engine, one);
  const frozen = await replay(engine.device, program, file.paragraphs, one.tensors);
  // A step's second run is what its update has made of the first.
  for (const one of [now, frozen]) for (let run = 0; run < 2; run++) one.run();
  const [results, wanted] = [await now.read(), await frozen.read()];
  for (const [output, values] of Object.entries(results)) {
    const error = wanted[output] ? relativeError(values, wanted[output]) : Number.POSITIVE_INFINITY;
    if (!(error <= ROUNDING))
      throw new Error(
        `guard: ${name}: the engine's ${output} differs from the frozen program's by ${error.toExponential(1)} of its ` +
          'largest value: one of them is wrong (npm test tells of the engine), or the case has changed: then npm run ' +
          'bench:guard -- --record',
      );
  }
  return {
    name,
    now,
    frozen,
    destroy() {
      now.destroy();
      frozen.destroy();
    },
  };
}

function unknown(name: string): never {
  throw new Error(`guard: ${name}: nothing frozen to compare with; npm run bench:guard -- --record`);
}

export async function timedContests(
  contests: readonly Omit<Contest, 'destroy'>[],
  rounds: number,
  cpuTime?: GuardOptions['cpuTime'],
): Promise<Record<string, Ratios>> {
  const prepared: { name: string; now: Sample; frozen: Sample; pairs: Pair[] }[] = [];
  for (const { name, now, frozen } of contests) {
    const repeats = await repeatsOf(now);
    const sample = (of: Timeable): Sample => sampler(of, repeats, cpuTime);
    prepared.push({ name, now: sample(now), frozen: sample(frozen), pairs: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { now, frozen, pairs } of prepared) {
      // Before and behind, so that a machine that speeds up or slows down shows in neither.
      const before = await frozen();
      const measured = await now();
      const behind = await frozen();
      pairs.push({
        now: measured.ms,
        frozen: (before.ms + behind.ms) / 2,
        ...(cpuTime && { cpu: { now: measured.cpu, frozen: (before.cpu + behind.cpu) / 2 } }),
      });
    }
  }
  return Object.fromEntries(prepared.map(({ name, pairs }) => [name, ratiosOf(pairs)]));
}

type Sample = () => Promise<{ ms: number; cpu: number }>;

async function repeatsOf(running: Timeable): Promise<number> {
  await timed(running, 1);
  const { ms } = await timed(running, 1);
  return Math.max(1, Math.min(100, Math.round(SAMPLE_MS / ms)));
}

/** Runs in a row, timed by both clocks. */
const sampler =
  (running: Timeable, repeats: number, cpuTime: () => number = () => 0): Sample =>
  async () => {
    const before = cpuTime();
    const { ms } = await timed(running, repeats);
    return { ms, cpu: (cpuTime() - before) / repeats };
  };
