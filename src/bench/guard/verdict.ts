/** When a kernel or a step counts as slower than it was. No device here, so that the rule itself can be tested. */
import { median } from '../statistics';

/** A case and its yardstick, timed one right after the other, milliseconds a run. */
export interface Pair {
  case: number;
  yardstick: number;
  /** The same in CPU time of the process, where the adapter computes on the CPU. */
  cpu?: { case: number; yardstick: number };
}

/** Times of a case over those of its yardstick. */
export interface Ratios {
  wall: number;
  cpu?: number;
}

/** docs/benchmarks/guard.json: ratios by adapter and case, and on which computer they were measured. */
export type Recorded = Record<string, { date: string; machine: string; ratios: Record<string, Ratios> }>;

/** How much longer a case may take than recorded: more on another computer, whose caches and cores are others. */
export const toleranceOn = (machine: string, recordedOn: string): number => (machine === recordedOn ? 0.15 : 0.3);

export function ratiosOf(pairs: readonly Pair[]): Ratios {
  const cpu = pairs.flatMap((pair) => (pair.cpu ? [pair.cpu.case / pair.cpu.yardstick] : []));
  return {
    wall: median(pairs.map((pair) => pair.case / pair.yardstick)),
    ...(cpu.length > 0 && { cpu: median(cpu) }),
  };
}

/**
 * How much longer than recorded, 0.2 being a fifth. By two clocks where there are two, the smaller: what others do on the
 * machine lengthens wall time, what they do to the caches CPU time, and a slower kernel both.
 */
export function lossOf(measured: Ratios, recorded: Ratios): number {
  const wall = measured.wall / recorded.wall - 1;
  if (measured.cpu === undefined || recorded.cpu === undefined) return wall;
  return Math.min(wall, measured.cpu / recorded.cpu - 1);
}

export interface Suspect {
  name: string;
  /** Of each attempt so far. */
  losses: number[];
}

/** Cases that lost more than the tolerance in every attempt so far. */
export function suspectsOf(
  attempts: readonly Readonly<Record<string, Ratios>>[],
  recorded: Readonly<Record<string, Ratios>>,
  tolerance: number,
): Suspect[] {
  return Object.keys(attempts[0] ?? {}).flatMap((name) => {
    const known = recorded[name];
    if (!known) return [];
    const losses = attempts.flatMap((attempt) => (attempt[name] ? [lossOf(attempt[name], known)] : []));
    const always = losses.length === attempts.length && losses.every((loss) => loss > tolerance);
    return always ? [{ name, losses }] : [];
  });
}

/** The middle of several attempts, case by case. */
export function middleOf(attempts: readonly Readonly<Record<string, Ratios>>[]): Record<string, Ratios> {
  return Object.fromEntries(
    Object.keys(attempts[0] ?? {}).map((name) => {
      const wall = median(attempts.map((attempt) => attempt[name].wall));
      const cpu = attempts.flatMap((attempt) => attempt[name].cpu ?? []);
      return [name, { wall, ...(cpu.length > 0 && { cpu: median(cpu) }) }];
    }),
  );
}
