import { expect, test } from 'vitest';
import {
  lossOf,
  middleOf,
  type Pair,
  type Ratios,
  ratiosOf,
  suspectsOf,
  toleranceOn,
} from '../../src/bench/guard/verdict';

const RECORDED: Record<string, Ratios> = { conv: { wall: 0.5, cpu: 0.6 }, norm: { wall: 2, cpu: 2 } };

const TOLERANCE = toleranceOn('a computer', 'a computer');

/** Fifteen rounds on a machine whose speed wanders by half; `slower` lengthens the case alone. */
function rounds({ wall, cpu }: Required<Ratios>, slower: number): Pair[] {
  return Array.from({ length: 15 }, (_, i) => {
    const machine = 10 * (1 + 0.5 * Math.sin(i));
    const jitter = 1 + 0.05 * Math.cos(7 * i);
    return {
      case: machine * wall * slower * jitter,
      yardstick: machine,
      cpu: { case: machine * cpu * slower * jitter, yardstick: machine },
    };
  });
}

const attempt = (slower: number): Record<string, Ratios> => ({
  conv: ratiosOf(rounds({ wall: 0.5, cpu: 0.6 }, slower)),
  norm: ratiosOf(rounds({ wall: 2, cpu: 2 }, 1)),
});

test('a machine whose speed wanders changes no ratio', () => {
  const { conv } = attempt(1);
  expect(Math.abs(lossOf(conv, RECORDED.conv))).toBeLessThan(0.05);
  expect(suspectsOf([attempt(1)], RECORDED, TOLERANCE)).toEqual([]);
});

test('a kernel that is a quarter slower in three attempts is found, and no other', () => {
  const suspects = suspectsOf([attempt(1.25), attempt(1.25), attempt(1.25)], RECORDED, TOLERANCE);
  expect(suspects.map(({ name }) => name)).toEqual(['conv']);
  for (const loss of suspects[0].losses) expect(loss).toBeGreaterThan(TOLERANCE);
});

test('a loss below the tolerance, and a gain, are let be', () => {
  expect(suspectsOf([attempt(1.08)], RECORDED, TOLERANCE)).toEqual([]);
  expect(suspectsOf([attempt(0.4)], RECORDED, TOLERANCE)).toEqual([]);
});

test('another computer than the one recorded on is given twice as much', () => {
  expect(TOLERANCE).toBe(0.15);
  const elsewhere = toleranceOn('another computer', 'a computer');
  expect(suspectsOf([attempt(1.25)], RECORDED, elsewhere)).toEqual([]);
  expect(suspectsOf([attempt(1.4)], RECORDED, elsewhere).map(({ name }) => name)).toEqual(['conv']);
});

test('one good attempt clears a case', () => {
  expect(suspectsOf([attempt(1.6), attempt(1.6), attempt(1)], RECORDED, TOLERANCE)).toEqual([]);
});

test('a case must be slower by both clocks', () => {
  const busy: Ratios = { wall: 0.9, cpu: 0.61 };
  const crowdedCaches: Ratios = { wall: 0.51, cpu: 0.9 };
  const slower: Ratios = { wall: 0.65, cpu: 0.75 };
  expect(lossOf(busy, RECORDED.conv)).toBeCloseTo(0.61 / 0.6 - 1, 12);
  expect(lossOf(crowdedCaches, RECORDED.conv)).toBeCloseTo(0.02, 12);
  expect(lossOf(slower, RECORDED.conv)).toBeCloseTo(0.25, 12);
});

test('where the adapter is no CPU there is one clock', () => {
  const ratios = ratiosOf([1.1, 1.2, 5].map((slow) => ({ case: slow, yardstick: 2 })));
  expect(ratios).toEqual({ wall: 0.6 });
  expect(lossOf(ratios, { wall: 0.5, cpu: 0.1 })).toBeCloseTo(0.2, 12);
});

test('a case that was never recorded is no suspect', () => {
  expect(suspectsOf([{ unheardOf: { wall: 9 } }], RECORDED, TOLERANCE)).toEqual([]);
});

test('what is recorded is the middle of the attempts', () => {
  const attempts = [1, 9, 2].map((wall) => ({ conv: { wall, cpu: 10 * wall } }));
  expect(middleOf(attempts)).toEqual({ conv: { wall: 2, cpu: 20 } });
});
