/** When a kernel or a step counts as slower than it was. No device here, so that the rule itself can be tested. */
import { median } from '../statistics';

/** What a case takes now and what its frozen program takes, milliseconds of as many runs, timed by turns. */
export interface Pair {
  now: number;
  frozen: number;
  /** The same in CPU time of the process, where the adapter computes on the CPU. */
  cpu?: { now: number; frozen: number };
}

/** Now over frozen: 1 where nothing has changed. */
export interface Ratios {
  wall: number;
  cpu?: number;
}

/** How much longer a case may take than its frozen program. */
export const TOLERANCE = 0.15;

export function ratiosOf(pairs: readonly Pair[]): Ratios {
  const cpu = pairs.flatMap((pair) => (pair.cpu ? [pair.cpu.now / pair.cpu.frozen] : []));
  return {
    wall: median(pairs.map((pair) => pair.now / pair.frozen)),
    ...(cpu.length > 0 && { cpu: median(cpu) }),
  };
}

type Clock = keyof Ratios;
const CLOCKS: readonly Clock[] = ['wall', 'cpu'];

export interface Suspect {
  name: string;
  clock: Clock;
  /** Of each attempt so far, 0.2 being a fifth longer than frozen. */
  losses: number[];
}

/**
 * Cases that lost more than the tolerance in every attempt so far, by one clock. Work beside it on the machine moves wall
 * time now and then but not CPU time; a kernel that keeps fewer cores busy loses by wall time alone.
 */
export function suspectsOf(attempts: readonly Readonly<Record<string, Ratios>>[]): Suspect[] {
  return Object.keys(attempts[0] ?? {}).flatMap((name) => {
    const suspects = CLOCKS.map((clock) => ({
      name,
      clock,
      losses: attempts.map((attempt) => (attempt[name]?.[clock] ?? 0) - 1),
    }));
    return suspects.find(({ losses }) => losses.every((loss) => loss > TOLERANCE)) ?? [];
  });
}

export interface Verdict {
  /** Cases that lost in every attempt. */
  slower: Suspect[];
  /** Cases that gained in the first. */
  faster: string[];
}

const ATTEMPTS = 5;

/**
 * Measures until an attempt clears every case, five times at most.
 * @param measure all cases, or those named
 */
export async function judged(
  measure: (names?: readonly string[]) => Promise<Readonly<Record<string, Ratios>>>,
  onAgain: (names: readonly string[]) => void,
): Promise<Verdict> {
  const attempts = [await measure()];
  let slower = suspectsOf(attempts);
  while (slower.length > 0 && attempts.length < ATTEMPTS) {
    const names = slower.map(({ name }) => name);
    onAgain(names);
    attempts.push(await measure(names));
    slower = suspectsOf(attempts);
  }
  return { slower, faster: gainsOf(attempts[0]) };
}

/** Cases that, by every clock, take so much less than frozen that the old time would be a loss beyond the tolerance. */
export function gainsOf(ratios: Readonly<Record<string, Ratios>>): string[] {
  const limit = 1 / (1 + TOLERANCE);
  return Object.keys(ratios).filter((name) => Math.max(ratios[name].wall, ratios[name].cpu ?? 0) < limit);
}
