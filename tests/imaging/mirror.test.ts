import { expect, test } from 'vitest';
import { meanOfMirrored, mirrored, WAYS } from '../../src/imaging/mirror';

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
