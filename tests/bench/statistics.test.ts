import { expect, test } from 'vitest';
import { median, relativeError, rotated } from '../../src/bench/statistics';

test('a median is the middle, or the mean of the middle two', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('every engine goes first in turn', () => {
  const order = [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''));
  expect(order).toEqual(['abc', 'bca', 'cab', 'abc']);
  expect(rotated([], 3)).toEqual([]);
});

test('an error is relative to the largest wanted value', () => {
  expect(relativeError([1, 2, -3.5], [1, 2, -4])).toBeCloseTo(0.125, 12);
  expect(relativeError([0, 0], [0, 0])).toBe(0);
  expect(relativeError([0, 1], [0, 0])).toBe(Number.POSITIVE_INFINITY);
});

test('what is not finite, or has another size, is wrong without measure', () => {
  expect(relativeError([1, Number.NaN], [1, 2])).toBe(Number.POSITIVE_INFINITY);
  expect(relativeError([1, Number.POSITIVE_INFINITY], [1, 2])).toBe(Number.POSITIVE_INFINITY);
  expect(relativeError([1], [1, 2])).toBe(Number.POSITIVE_INFINITY);
});
