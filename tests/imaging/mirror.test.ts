import { expect, test } from 'vitest';
import { meanOfMirrored, mirrored, WAYS, withMirroredMargin } from '../../src/imaging/mirror';

const plane = { width: 3, height: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6) };

test('the four ways to lay a plane', () => {
  const ways = Array.from({ length: WAYS }, (_, way) => [...mirrored(plane, way).data]);
  expect(ways).toEqual([
    [1, 2, 3, 4, 5, 6],
    [3, 2, 1, 6, 5, 4],
    [4, 5, 6, 1, 2, 3],
    [6, 5, 4, 3, 2, 1],
  ]);
});

test('the mean lays every result back first', () => {
  const ways = Array.from({ length: WAYS }, (_, way) => mirrored(plane, way));
  expect(meanOfMirrored(ways)).toEqual(plane);
  // What was found in the corner before the mirrored planes were laid back lies in the four corners behind.
  const cornered = ways.map((laid) => ({ ...laid, data: Float32Array.of(4, 0, 0, 0, 0, 0) }));
  expect([...meanOfMirrored(cornered).data]).toEqual([1, 0, 1, 1, 0, 1]);
});

test('a margin continues a plane in mirror image, as often as it must', () => {
  const row = { width: 3, height: 1, data: Float32Array.of(1, 2, 3) };
  const wide = withMirroredMargin(row, 4);
  expect(wide).toMatchObject({ width: 11, height: 9 });
  expect([...wide.data.subarray(44, 55)]).toEqual([3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1]);
  expect(withMirroredMargin(plane, 0)).toBe(plane);
});
