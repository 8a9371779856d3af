import { expect, test } from 'vitest';
import { floatFromHalf, halfFromFloat } from '../../src/imaging/half';
import { Random } from '../../src/imaging/random';

test('every half but NaN goes to a float and back to the same bits', () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = floatFromHalf(bits);
    if (Number.isNaN(value)) expect(halfFromFloat(value) & 0x7fff).toBe(0x7e00);
    else expect(halfFromFloat(value)).toBe(bits);
  }
});

test('known values', () => {
  expect(floatFromHalf(0x3c00)).toBe(1);
  expect(floatFromHalf(0x7bff)).toBe(65504);
  expect(floatFromHalf(0x0001)).toBe(2 ** -24);
  expect(floatFromHalf(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
  expect(halfFromFloat(65519.99)).toBe(0x7bff);
  expect(halfFromFloat(65520)).toBe(0x7c00);
  expect(halfFromFloat(-0)).toBe(0x8000);
  expect(halfFromFloat(2 ** -25)).toBe(0);
  expect(halfFromFloat(3 * 2 ** -26)).toBe(1);
});

test('rounds to the nearest half, ties to the even one', () => {
  const random = new Random(1);
  for (let i = 0; i < 20_000; i++) {
    const value = Math.fround((random.uniform() - 0.5) * 2 ** (random.integer(45) - 28));
    if (Math.abs(value) >= 65504) continue;
    const bits = halfFromFloat(value);
    const chosen = Math.abs(floatFromHalf(bits) - value);
    // Both neighbours in magnitude; below the smallest there is only 0.
    for (const other of [bits + 1, bits - 1]) {
      if ((bits & 0x7fff) === 0 && other < bits) continue;
      const distance = Math.abs(floatFromHalf(other) - value);
      expect(chosen <= distance).toBe(true);
      if (chosen === distance) expect(bits & 1).toBe(0);
    }
  }
});
