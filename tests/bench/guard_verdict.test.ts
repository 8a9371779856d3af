import { expect, test } from 'vitest';
import {
  gainsOf,
  judged,
  type Pair,
  type Ratios,
  ratiosOf,
  suspectsOf,
  TOLERANCE,
} from '../../src/bench/guard/verdict';

/** Fifteen rounds on a machine whose speed wanders by half; `slower` lengthens what the case takes now. */
function rounds(slower: number): Pair[] {
  return Array.from({ length: 15 }, (_, i) => {
    const machine = 10 * (1 + 0.5 * Math.sin(i));
    const now = machine * slower * (1 + 0.05 * Math.cos(7 * i));
    return { now, frozen: machine, cpu: { now: 2 * now, frozen: 2 * machine } };
  });
}

const attempt = (slower: number): Record<string, Ratios> => ({
  conv: ratiosOf(rounds(slower)),
  norm: ratiosOf(rounds(1)),
});

const namesOf = (suspects: readonly { name: string }[]): string[] => suspects.map(({ name }) => name);

test('a machine whose speed wanders changes no ratio', () => {
  const { wall, cpu } = attempt(1).conv;
  for (const ratio of [wall, cpu]) expect(ratio).toBeCloseTo(1, 1);
  expect(suspectsOf([attempt(1)])).toEqual([]);
});

test('a kernel that is a quarter slower in three attempts is found, and no other', () => {
  const suspects = suspectsOf([attempt(1.25), attempt(1.25), attempt(1.25)]);
  expect(namesOf(suspects)).toEqual(['conv']);
  for (const loss of suspects[0].losses) expect(loss).toBeGreaterThan(TOLERANCE);
});

test('a loss below the tolerance, and a gain, are let be', () => {
  expect(TOLERANCE).toBe(0.15);
  expect(suspectsOf([attempt(1.08)])).toEqual([]);
  expect(suspectsOf([attempt(0.4)])).toEqual([]);
});

test('one good attempt clears a case', () => {
  expect(suspectsOf([attempt(1.6), attempt(1.6), attempt(1)])).toEqual([]);
});

test('a case must be slower by the same clock every time', () => {
  const [crowded, busy, both] = [
    { wall: 1.02, cpu: 1.5 },
    { wall: 1.8, cpu: 1.02 },
    { wall: 1.3, cpu: 1.25 },
  ];
  const clocksOf = (...attempts: Ratios[]) => suspectsOf(attempts.map((conv) => ({ conv }))).map(({ clock }) => clock);
  expect(clocksOf(busy, crowded)).toEqual([]);
  expect(clocksOf(busy, both)).toEqual(['wall']);
  expect(clocksOf(both, crowded)).toEqual(['cpu']);
});

test('a case must be faster by both clocks', () => {
  expect(gainsOf({ one: { wall: 0.5, cpu: 0.95 }, two: { wall: 0.95, cpu: 0.5 } })).toEqual([]);
  expect(gainsOf({ both: { wall: 0.8, cpu: 0.82 }, little: { wall: 0.9, cpu: 0.9 } })).toEqual(['both']);
});

test('where the adapter is no CPU there is one clock', () => {
  const ratios = ratiosOf([1.1, 1.2, 5].map((now) => ({ now, frozen: 1 })));
  expect(ratios).toEqual({ wall: 1.2 });
  expect(namesOf(suspectsOf([{ conv: ratios }, { conv: ratios }]))).toEqual(['conv']);
  expect(gainsOf({ conv: { wall: 0.8 } })).toEqual(['conv']);
});

/** What a machine would measure, attempt by attempt, and what was asked of it. */
function measuring(slower: readonly number[]) {
  const asked: (readonly string[] | undefined)[] = [];
  const measure = async (names?: readonly string[]): Promise<Record<string, Ratios>> => {
    const all = attempt(slower[asked.length]);
    asked.push(names);
    return Object.fromEntries(Object.entries(all).filter(([name]) => !names || names.includes(name)));
  };
  return { asked, measure };
}

test('what is slow is measured five times, and then fails', async () => {
  const { asked, measure } = measuring([1.3, 1.2, 1.4, 1.3, 1.2]);
  const said: string[] = [];
  const { slower } = await judged(measure, (names) => said.push(...names));
  expect(namesOf(slower)).toEqual(['conv']);
  expect(slower[0].losses).toHaveLength(5);
  expect(asked).toEqual([undefined, ['conv'], ['conv'], ['conv'], ['conv']]);
  expect(said).toEqual(['conv', 'conv', 'conv', 'conv']);
});

test('the first attempt that clears it is the last', async () => {
  const { asked, measure } = measuring([1.3, 1.3, 1]);
  expect(await judged(measure, () => undefined)).toEqual({ slower: [], faster: [] });
  expect(asked).toHaveLength(3);
});

test('a gain is told', async () => {
  expect(await judged(measuring([0.7]).measure, () => undefined)).toEqual({ slower: [], faster: ['conv'] });
});
