/** Times the engine's cases beside their frozen programs, in rounds that go through all of them. */
import type { Engine } from '../../runtime';
import { relativeError } from '../statistics';
import { type Timeable, timed } from '../suite';
import { compiled, type Filled, filled, guardCases } from './cases';
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
const SAMPLE_MS = 30;

/** Relative, for kernels that sum in another order. */
const ROUNDING = 1e-3;

/**
 * Makes both programs of each case anew: where their memory happens to lie now and then makes one of them slower.
 * @returns what each case takes over what its frozen program takes, medians of the rounds
 */
export async function guardRatios(
  engine: Engine,
  file: FrozenFile,
  { rounds, names, cpuTime }: GuardOptions,
): Promise<Record<string, Ratios>> {
  const contests: Contest[] = [];
  for (const one of guardCases())
    if (!names || names.includes(one.name)) contests.push(await openContest(engine, file, filled(one)));
  const ratios = await timedContests(contests, rounds, cpuTime);
  for (const { destroy } of contests) destroy();
  return ratios;
}

/** @throws Error where there is no frozen program, or it computes something else than the engine */
async function openContest(engine: Engine, file: FrozenFile, one: Filled): Promise<Contest> {
  const { name } = one;
  const wrong = (why: string): Error => new Error(`guard: ${name}: ${why} npm run bench:guard -- --record`);
  const program = file.programs[name];
  if (!program) throw wrong('nothing is frozen to compare with;');
  const now = await compiled(engine, one);
  const frozen = await replay(engine.device, program, file.paragraphs, one.tensors).catch((why: Error) => {
    throw wrong(`the frozen program cannot be run (${why.message});`);
  });
  // A step's second run is what its update has made of the first.
  for (const program of [now, frozen]) for (let run = 0; run < 2; run++) program.run();
  const [results, wanted] = [await now.read(), await frozen.read()];
  for (const [output, values] of Object.entries(results)) {
    const error = wanted[output] ? relativeError(values, wanted[output]) : Number.POSITIVE_INFINITY;
    if (!(error <= ROUNDING))
      throw wrong(
        `the engine's ${output} differs from the frozen program's by ${error.toExponential(1)} of its largest value; ` +
          'where npm test finds the engine right,',
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
      // In this order neither gains where the machine speeds up or slows down, nor, two against two, where it stalls.
      const samples = [await frozen(), await now(), await now(), await frozen()];
      pairs.push(pairOf(samples, cpuTime !== undefined));
    }
  }
  return Object.fromEntries(prepared.map(({ name, pairs }) => [name, ratiosOf(pairs)]));
}

interface Times {
  ms: number;
  cpu: number;
}
type Sample = () => Promise<Times>;

function pairOf([first, second, third, fourth]: readonly Times[], twoClocks: boolean): Pair {
  return {
    now: second.ms + third.ms,
    frozen: first.ms + fourth.ms,
    ...(twoClocks && { cpu: { now: second.cpu + third.cpu, frozen: first.cpu + fourth.cpu } }),
  };
}

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
