import { expect, test } from 'vitest';
import { paddedExtent, reflected } from '../../src/training/padding';

test('padding reflects about the last row and column, as often as it must', () => {
  const row = { width: 3, height: 1, data: Float32Array.of(1, 2, 3) };
  expect([...reflected(row, { width: 8, height: 1 })]).toEqual([1, 2, 3, 2, 1, 2, 3, 2]);
  const dot = { width: 1, height: 1, data: Float32Array.of(7) };
  expect([...reflected(dot, { width: 4, height: 1 })]).toEqual([7, 7, 7, 7]);
});

test('padding goes up to the next multiple', () => {
  expect([paddedExtent(5, 4), paddedExtent(8, 4)]).toEqual([8, 8]);
});
