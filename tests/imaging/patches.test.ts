import { describe, expect, test } from 'vitest';
import type { Plane } from '../../src/imaging/image';
import { batchOf, CARE_FOREGROUND, PatchSampler, planeOfBatch } from '../../src/imaging/patches';
import { Random } from '../../src/imaging/random';

/** A plane whose samples are y · 1000 + x + offset, so a patch says where it came from. */
function ramp(width: number, height: number, offset = 0): Plane {
  const data = Float32Array.from(
    { length: width * height },
    (_, i) => Math.floor(i / width) * 1000 + (i % width) + offset,
  );
  return { width, height, data };
}

const differences = (patch: Float32Array, size: number) => `${patch[1] - patch[0]} ${patch[size] - patch[0]}`;

describe('PatchSampler', () => {
  test('crops, flips and turns both members of a pair alike', () => {
    const sampler = new PatchSampler([[ramp(20, 30), ramp(20, 30, 0.5)]], { size: 8, flips: true, quarterTurns: true });
    const [defective, clean] = sampler.batch(new Random(1), 200);
    expect(defective.length).toBe(200 * 64);
    expect([...clean]).toEqual([...defective].map((v) => v + 0.5));
    const layings = new Set<string>();
    const corners = new Set<number>();
    for (let n = 0; n < 200; n++) {
      const patch = defective.subarray(n * 64, (n + 1) * 64);
      layings.add(differences(patch, 8));
      corners.add(Math.min(...patch));
      const sorted = [...patch].sort((a, b) => a - b);
      expect(sorted.length).toBe(new Set(sorted).size);
    }
    // All eight ways to lay a square, and places up to the last row and column.
    expect([...layings].sort()).toEqual(
      ['1 1000', '-1 1000', '1 -1000', '-1 -1000', '1000 1', '-1000 1', '1000 -1', '-1000 -1'].sort(),
    );
    expect(Math.max(...[...corners].map((v) => v % 1000))).toBe(12);
    expect(Math.max(...[...corners].map((v) => Math.floor(v / 1000)))).toBe(22);
  });

  test('never turns where quarter turns are off, never flips where flips are off', () => {
    const axial = new PatchSampler([[ramp(20, 20)]], { size: 4, flips: true, quarterTurns: false });
    const [patches] = axial.batch(new Random(2), 100);
    for (let n = 0; n < 100; n++) expect(Math.abs(patches[n * 16 + 1] - patches[n * 16])).toBe(1);
    const plain = new PatchSampler([[ramp(20, 20)]], { size: 4, flips: false, quarterTurns: false });
    const [untouched] = plain.batch(new Random(2), 100);
    for (let n = 0; n < 100; n++) expect(differences(untouched.subarray(n * 16), 4)).toBe('1 1000');
  });

  test('the same generator state gives the same batch', () => {
    const sampler = new PatchSampler([[ramp(20, 20)], [ramp(9, 31)]], { size: 8, flips: true, quarterTurns: true });
    expect(sampler.batch(new Random(5), 10)).toEqual(sampler.batch(new Random(5), 10));
    expect(sampler.batch(new Random(5), 10)).not.toEqual(sampler.batch(new Random(6), 10));
  });

  test('takes patches only where there is foreground', () => {
    const plane: Plane = { width: 64, height: 64, data: new Float32Array(64 * 64) };
    for (let y = 40; y < 50; y++) for (let x = 30; x < 40; x++) plane.data[y * 64 + x] = 100;
    const sampler = new PatchSampler([[plane]], {
      size: 8,
      flips: false,
      quarterTurns: false,
      foreground: CARE_FOREGROUND,
    });
    const [patches] = sampler.batch(new Random(3), 300);
    for (let n = 0; n < 300; n++) {
      // The middle half of the side (columns and rows 2 to 5) touches the bright square.
      const patch = patches.subarray(n * 64, (n + 1) * 64);
      const middle = [2, 3, 4, 5].flatMap((y) => [2, 3, 4, 5].map((x) => patch[y * 8 + x]));
      expect(Math.max(...middle)).toBe(100);
    }
  });

  test('an empty plane is drawn from all the same', () => {
    const plane: Plane = { width: 16, height: 16, data: new Float32Array(256) };
    const settings = { size: 16, flips: false, quarterTurns: false, foreground: CARE_FOREGROUND };
    expect([...new PatchSampler([[plane]], settings).batch(new Random(0), 1)[0]]).toEqual([...plane.data]);
  });

  test('refuses what cannot give patches', () => {
    const settings = { size: 16, flips: true, quarterTurns: true };
    expect(() => new PatchSampler([], settings)).toThrow('Got no planes; wanted at least one.');
    expect(() => new PatchSampler([[ramp(15, 40)]], settings)).toThrow(
      'Got an image of 15×40 pixels as image 1; wanted at least 16×16, the patch size. Choose smaller patches or leave this image out.',
    );
    expect(() => new PatchSampler([[ramp(20, 20), ramp(40, 40)]], settings)).toThrow(
      'planes of 20×20 and 40×40 as image 1',
    );
    expect(() => new PatchSampler([[ramp(20, 20)]], { ...settings, size: 0 })).toThrow('a patch size of 0');
  });
});

test('batches of planes keep their order', () => {
  const planes = [ramp(3, 2), ramp(3, 2, 0.25)];
  const batch = batchOf(planes);
  expect(planeOfBatch(batch, 3, 2, 1)).toEqual(planes[1]);
  expect(() => batchOf([ramp(3, 2), ramp(2, 3)])).toThrow('planes of 3×2 and 2×3 in one batch');
});
