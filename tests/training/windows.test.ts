import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evenWindow, windowsOf } from '../../src/training/windows';

const quads = (most: number) => fc.integer({ min: 1, max: most }).map((n) => 4 * n);

test('windows of one size, whose cores cover the plane once and keep the halo from every edge but the plane’s', () => {
  fc.assert(
    fc.property(quads(40), quads(40), quads(20), fc.constantFrom(0, 4, 8, 44), (width, height, tile, halo) => {
      const plane = { width, height };
      const window = {
        width: evenWindow(width, tile + 2 * halo, halo, 4),
        height: evenWindow(height, tile + 2 * halo, halo, 4),
      };
      const seen = new Uint8Array(width * height);
      for (const { at, core } of windowsOf(plane, window, halo)) {
        expect([at.width, at.height]).toEqual([window.width, window.height]);
        expect([at.x, at.y, core.x, core.y, core.width, core.height].every((n) => n % 4 === 0)).toBe(true);
        expect(at.x === 0 ? core.x === 0 : core.x - at.x >= halo).toBe(true);
        expect(at.y === 0 ? core.y === 0 : core.y - at.y >= halo).toBe(true);
        const right = at.x + at.width - core.x - core.width;
        const below = at.y + at.height - core.y - core.height;
        expect(at.x + at.width === width ? right === 0 : right >= halo).toBe(true);
        expect(at.y + at.height === height ? below === 0 : below >= halo).toBe(true);
        for (let y = core.y; y < core.y + core.height; y++)
          for (let x = core.x; x < core.x + core.width; x++) seen[y * width + x]++;
      }
      expect(seen.every((times) => times === 1)).toBe(true);
    }),
  );
});

test('a plane is cut evenly, not into a full window and a rest', () => {
  expect(evenWindow(1024, 1000, 8, 4)).toBe(520);
  expect(evenWindow(1024, 2000, 8, 4)).toBe(1024);
});
