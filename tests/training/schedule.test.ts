import { expect, test } from 'vitest';
import { cosineRateAt } from '../../src/training/schedule';

test('the cosine rate rises over a 20th of the steps and ends near 0', () => {
  const rates = Array.from({ length: 100 }, (_, step) => cosineRateAt({ learningRate: 2, steps: 100 }, step));
  expect(rates[0]).toBeCloseTo(0.4, 6);
  expect(rates.indexOf(Math.max(...rates))).toBe(4);
  expect(rates[50]).toBeCloseTo(1, 6);
  expect(rates[99]).toBeGreaterThan(0);
  expect(rates[99]).toBeLessThan(0.001);
});
