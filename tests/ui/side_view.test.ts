import { describe, expect, it } from 'vitest';
import { makeImage } from '../../src/imaging/image';
import { placeWithin, planeAt, rowStretch } from '../../src/ui/side_view';

const stack = makeImage(
  { z: 3, c: 2, y: 4, x: 5 },
  'uint16',
  Float32Array.from({ length: 120 }, (_, i) => i),
  { pixelSize: { x: 0.1, y: 0.1, z: 0.4 }, unit: 'micron' },
);
const place = { t: 0, z: 1, c: 1, y: 2, side: false };

describe('the plane on show', () => {
  it('is the XY plane of its z and channel', () => {
    const { width, height, data } = planeAt(stack, place);
    expect([width, height, data[0]]).toEqual([5, 4, (1 * 2 + 1) * 20]);
  });

  it('is cut at one row from the side, z downwards', () => {
    const { width, height, data } = planeAt(stack, { ...place, side: true });
    expect([width, height]).toEqual([5, 3]);
    expect([data[0], data[5], data[10]]).toEqual([0, 1, 2].map((z) => (z * 2 + 1) * 20 + 2 * 5));
  });

  it('is as high as its pixels are', () => {
    expect(rowStretch(stack, true)).toBeCloseTo(4, 9);
    expect(rowStretch(stack, false)).toBe(1);
    expect(rowStretch(makeImage({ x: 2 }, 'uint8'), true)).toBe(1);
  });

  it('stays within a smaller image', () => {
    const flat = makeImage({ y: 2, x: 2 }, 'uint8');
    expect(placeWithin({ ...place, side: true }, flat)).toEqual({ t: 0, z: 0, c: 0, y: 1, side: false });
  });
});
