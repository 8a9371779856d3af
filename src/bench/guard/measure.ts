/** Times the guard's cases against its yardsticks, in rounds that go through all of them. */
import type { Engine } from '../../runtime';
import { openProgram } from '../running';
import { timed } from '../suite';
import { type GuardCase, guardCases } from './cases';
import { type Pair, type Ratios, ratiosOf } from './verdict';
import { openYardstick, YARDSTICKS, type Yardstick } from './yardsticks';

export interface GuardOptions {
  rounds: number;
  /** Cases to measure; left out: all. */
  names?: readonly string[];
  /** Milliseconds of CPU time of the process so far. */
  cpuTime?: () => number;
}

/** At least this long a sample, in milliseconds. */
const SAMPLE_MS = 40;

interface Prepared {
  one: GuardCase;
  sample: () => Promise<{ ms: number; cpu: number }>;
  yardstick: () => Promise<{ ms: number; cpu: number }>;
  pairs: Pair[];
  destroy: () => void;
}

/** @returns each case's times over those of its yardstick, medians of the rounds */
export async function guardRatios(engine: Engine, options: GuardOptions): Promise<Record<string, Ratios>> {
  const { rounds, names, cpuTime } = options;
  const yardsticks = await openYardsticks(engine.device, cpuTime);
  const prepared: Prepared[] = [];
  for (const one of guardCases().filter(({ name }) => !names || names.includes(name))) {
    const running = await openProgram(engine, one);
    await timed(running, 1);
    await running.check();
    const sample = await sampler(running, cpuTime);
    prepared.push({ one, sample, yardstick: yardsticks[one.against].sample, pairs: [], destroy: running.destroy });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { sample, yardstick, pairs } of prepared) {
      // Before and behind, so that a machine that speeds up or slows down shows in neither.
      const before = await yardstick();
      const measured = await sample();
      const behind = await yardstick();
      pairs.push({
        case: measured.ms,
        yardstick: (before.ms + behind.ms) / 2,
        ...(cpuTime && { cpu: { case: measured.cpu, yardstick: (before.cpu + behind.cpu) / 2 } }),
      });
    }
  }
  for (const { destroy } of prepared) destroy();
  for (const { destroy } of Object.values(yardsticks)) destroy();
  return Object.fromEntries(prepared.map(({ one, pairs }) => [one.name, ratiosOf(pairs)]));
}

async function openYardsticks(
  device: GPUDevice,
  cpuTime: GuardOptions['cpuTime'],
): Promise<Record<Yardstick, { sample: Prepared['sample']; destroy: () => void }>> {
  const open = async (which: Yardstick): Promise<{ sample: Prepared['sample']; destroy: () => void }> => {
    const kernel = YARDSTICKS[which];
    const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.7));
    const measure = await openYardstick(device, kernel, [values(kernel.floats[0]), values(kernel.floats[1])]);
    await timed(measure, 1);
    return { sample: await sampler(measure, cpuTime), destroy: measure.destroy };
  };
  return { arithmetic: await open('arithmetic'), memory: await open('memory'), turns: await open('turns') };
}

/** Runs in a row that take long enough together, timed by both clocks. */
async function sampler(
  running: Parameters<typeof timed>[0],
  cpuTime: () => number = () => 0,
): Promise<Prepared['sample']> {
  const { ms } = await timed(running, 1);
  const repeats = Math.max(1, Math.min(100, Math.round(SAMPLE_MS / ms)));
  return async () => {
    const before = cpuTime();
    const { ms } = await timed(running, repeats);
    return { ms, cpu: (cpuTime() - before) / repeats };
  };
}
