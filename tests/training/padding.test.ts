import { expect, test } from 'vitest';
import { cropped, paddedExtent, reflected } from '../../src/training/padding';

test('padding reflects about the last row and column, as often as it must', () => {
  const row = { width: 3, height: 1, data: Float32Array.of(1, 2, 3) };
  expect([...reflected(row, { width: 8, height: 1 })]).toEqual([1, 2, 3, 2, 1, 2, 3, 2]);
  const dot = { width: 1, height: 1, data: Float32Array.of(7) };
  expect([...reflected(dot, { width: 4, height: 1 })]).toEqual([7, 7, 7, 7]);
});

test('cropping undoes padding', () => {
  const plane = { width: 5, height: 3, data: Float32Array.from({ length: 15 }, (_, i) => i) };
  const wide = { width: paddedExtent(5, 4), height: paddedExtent(3, 4) };
  expect(wide).toEqual({ width: 8, height: 4 });
  expect(cropped({ ...wide, data: reflected(plane, wide) }, plane)).toEqual(plane);
});
