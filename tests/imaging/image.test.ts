import { expect, test } from 'vitest';
import {
  getPlane,
  imageOfPlane,
  makeImage,
  planeCount,
  planePlaces,
  setPlane,
  sizeText,
} from '../../src/imaging/image';

test('planes are in the order T Z C', () => {
  const image = makeImage(
    { t: 2, z: 3, c: 2, y: 1, x: 2 },
    'uint16',
    Float32Array.from({ length: 24 }, (_, i) => i),
  );
  expect(planeCount(image)).toBe(12);
  for (const [i, at] of planePlaces(image.size).entries()) {
    expect([...getPlane(image, at).data]).toEqual([2 * i, 2 * i + 1]);
  }
  expect(sizeText(image.size)).toBe('T2 Z3 C2 Y1 X2');
});

test('a plane is a copy, and is put back by setPlane', () => {
  const image = makeImage({ c: 2, y: 2, x: 2 }, 'float32');
  const plane = getPlane(image, { c: 1 });
  plane.data.fill(7);
  expect([...image.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  setPlane(image, { c: 1 }, plane);
  expect([...image.data]).toEqual([0, 0, 0, 0, 7, 7, 7, 7]);
});

test('types that float32 cannot hold are kept in float64', () => {
  for (const sampleType of ['uint32', 'int32', 'float64'] as const) {
    expect(makeImage({ x: 1 }, sampleType).data).toBeInstanceOf(Float64Array);
  }
  const image = imageOfPlane({ width: 2, height: 1, data: Float32Array.from([1, 2]) }, 'float64');
  expect([image.size, image.data]).toEqual([{ t: 1, z: 1, c: 1, y: 1, x: 2 }, Float64Array.from([1, 2])]);
  expect(imageOfPlane({ width: 1, height: 1, data: new Float32Array(1) }, 'uint16').data).toBeInstanceOf(Float32Array);
});

test('refuses lengths, places and planes that do not fit', () => {
  expect(() => makeImage({ y: 2, x: 2 }, 'uint8', new Float32Array(5))).toThrow(
    'Got 5 samples for an image of T1 Z1 C1 Y2 X2; wanted 4 samples. Give data whose length is the product of the five sizes.',
  );
  const image = makeImage({ y: 2, x: 2 }, 'uint8');
  expect(() => getPlane(image, { z: 1 })).toThrow('plane t=0 z=1 c=0 is outside an image of T1 Z1 C1 Y2 X2');
  expect(() => getPlane(image, { c: 0.5 })).toThrow(RangeError);
  expect(() => setPlane(image, {}, { width: 1, height: 2, data: new Float32Array(2) })).toThrow(
    'a plane of 1×2 does not fit',
  );
  expect(() => makeImage({ x: 2 ** 50 }, 'uint8')).toThrow('one that fits into the memory left');
});
