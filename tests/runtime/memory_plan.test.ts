import { describe, expect, it } from 'vitest';
import { type Life, planMemory } from '../../src/runtime/memory_plan';
import { lcg } from '../reference/lcg';

function randomLives(seed: number, count: number): Life<number>[] {
  const uniform = lcg(seed);
  for (let i = 0; i < 4; i++) uniform();
  return Array.from({ length: count }, (_, key) => {
    const first = Math.floor(uniform() * 40);
    return {
      key,
      bytes: 256 * (1 + Math.floor(uniform() * 30)),
      first,
      last: first + Math.floor(uniform() * 12),
    };
  });
}

/** The most that is alive at one time, counted unit by unit. */
function mostAlive(lives: Life<number>[]): number {
  const at = (unit: number) =>
    lives.reduce((sum, { first, last, bytes }) => sum + (first <= unit && unit <= last ? bytes : 0), 0);
  return Math.max(...Array.from({ length: 60 }, (_, unit) => at(unit)));
}

describe('planned memory', () => {
  it.each([1, 2, 3, 4, 5])('tensors that live together never overlap, seed %i', (seed) => {
    const lives = randomLives(seed, 120);
    const { places, chunkBytes, peakBytes, boundBytes } = planMemory(lives, 2 ** 30);
    for (const a of lives)
      for (const b of lives) {
        if (a.key >= b.key || a.last < b.first || b.last < a.first) continue;
        const [p, q] = [places.get(a.key), places.get(b.key)];
        if (!p || !q) throw new Error('a tensor without a place');
        const apart = p.chunk !== q.chunk || p.offset + a.bytes <= q.offset || q.offset + b.bytes <= p.offset;
        expect(apart, `tensors ${a.key} and ${b.key}`).toBe(true);
      }
    expect(boundBytes).toBe(mostAlive(lives));
    expect(peakBytes).toBe(chunkBytes.reduce((a, b) => a + b, 0));
    // Greedy by size stays within a fifth of the bound on such lives; a plan that shares nothing takes several times it.
    expect(peakBytes).toBeLessThan(1.2 * boundBytes);
  });

  it('no chunk passes the limit, and a tensor as large as the limit has one to itself', () => {
    const lives = [...randomLives(6, 80), { key: 80, bytes: 16384, first: 0, last: 50 }];
    const { places, chunkBytes } = planMemory(lives, 16384);
    expect(Math.max(...chunkBytes)).toBeLessThanOrEqual(16384);
    const own = places.get(80)?.chunk;
    expect([...places].filter(([, place]) => place.chunk === own).map(([key]) => key)).toEqual([80]);
  });

  it('one tensor after another takes the memory of one', () => {
    const lives = Array.from({ length: 10 }, (_, key) => ({ key, bytes: 512, first: 2 * key, last: 2 * key + 1 }));
    expect(planMemory(lives, 2 ** 20).peakBytes).toBe(512);
  });
});
