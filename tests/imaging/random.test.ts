import { describe, expect, test } from 'vitest';
import { Random } from '../../src/imaging/random';

/** Mean and variance of `draw` over `n` draws. */
function moments(n: number, draw: () => number): { mean: number; variance: number } {
  const values = Array.from({ length: n }, draw);
  const mean = values.reduce((a, b) => a + b, 0) / n;
  return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / n };
}

describe('Random', () => {
  test("gives the published numbers of pcg32's demonstration (seed 42, sequence 54)", () => {
    const random = new Random(42, 54);
    const first = Array.from({ length: 6 }, () => random.bits());
    expect(first).toEqual([0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e]);
  });

  test('agrees with 64-bit integer arithmetic for many seeds', () => {
    const mask = (1n << 64n) - 1n;
    for (const seed of [0, 1, 2 ** 31, 2 ** 32 + 5, 2 ** 53 - 1]) {
      let state = 0n;
      const increment = (54n << 1n) | 1n;
      const step = () => {
        state = (state * 6364136223846793005n + increment) & mask;
      };
      step();
      state = (state + BigInt(seed)) & mask;
      step();
      const random = new Random(seed);
      for (let i = 0; i < 1000; i++) {
        const word = (((state >> 18n) ^ state) >> 27n) & 0xffffffffn;
        const rotation = state >> 59n;
        const expected = ((word >> rotation) | (word << (-rotation & 31n))) & 0xffffffffn;
        step();
        expect(random.bits()).toBe(Number(expected));
      }
    }
  });

  test('continues from a saved state', () => {
    const random = new Random(7);
    for (let i = 0; i < 10; i++) random.normal();
    const copy = Random.from(JSON.parse(JSON.stringify(random.state())));
    expect(Array.from({ length: 20 }, () => copy.uniform())).toEqual(
      Array.from({ length: 20 }, () => random.uniform()),
    );
  });

  test('refuses seeds and states that are not its own', () => {
    expect(() => new Random(-1)).toThrow('Random: seed -1 is not an integer ≥ 0');
    expect(() => new Random(0.5)).toThrow('Random: seed 0.5');
    expect(() => Random.from({ state: 'x', increment: '0000000000000001' })).toThrow(
      "'x' is not 16 hexadecimal digits",
    );
    expect(() => new Random(0).integer(0)).toThrow('Random: integer(0) needs');
    expect(() => new Random(0).poisson(Number.NaN)).toThrow('Random: poisson(NaN) needs');
  });

  // Tolerances are five standard errors of the sample's mean and variance.
  test('uniform and normal numbers have the right mean and variance', () => {
    const n = 100_000;
    const random = new Random(1);
    const uniform = moments(n, () => random.uniform());
    expect(Math.abs(uniform.mean - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(n));
    const normal = moments(n, () => random.normal());
    expect(Math.abs(normal.mean)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(normal.variance - 1)).toBeLessThan((5 * Math.sqrt(2)) / Math.sqrt(n));
  });

  test.each([0.3, 4, 9.99, 10, 37, 1500])('Poisson numbers of mean %d have that mean and variance', (mean) => {
    const n = 50_000;
    const random = new Random(3);
    const found = moments(n, () => random.poisson(mean));
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(mean / n));
    expect(Math.abs(found.variance - mean)).toBeLessThan(5 * Math.sqrt((mean + 2 * mean * mean) / n));
  });

  test('shuffles to a permutation, every place equally likely', () => {
    const random = new Random(11);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 8000; i++) {
      const order = random.shuffle([0, 1, 2, 3]);
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      counts[order.indexOf(0)] = (counts[order.indexOf(0)] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(5 * Math.sqrt(8000 * 0.25 * 0.75));
  });
});
