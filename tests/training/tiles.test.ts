import { describe, expect, test } from 'vitest';
import type { Plane } from '../../src/imaging/image';
import { blendTiles, paddedExtent, reflected, tilesOf } from '../../src/training/tiles';

const plane = (width: number, height: number): Plane => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => Math.sin(i)),
});

describe('tiles', () => {
  test('a plane that fits is one tile', () => {
    expect(tilesOf(plane(64, 60), 64, 8, 4)).toEqual([{ x: 0, y: 0, width: 64, height: 60 }]);
    expect(tilesOf(plane(1, 1), 64, 8, 4)).toEqual([{ x: 0, y: 0, width: 1, height: 1 }]);
  });

  test.each([
    [100, 90],
    [65, 64],
    [200, 20],
    [33, 400],
  ])('%i×%i: tiles of 64 cover every pixel, equally large, and overlap by twice the reach', (width, height) => {
    const tiles = tilesOf(plane(width, height), 64, 10, 4);
    expect(new Set(tiles.map((t) => `${t.width}×${t.height}`)).size).toBe(1);
    const columns = [...new Set(tiles.map((t) => t.x))];
    columns.slice(1).forEach((x, i) => {
      expect(columns[i] + 64 - x).toBeGreaterThanOrEqual(20);
    });
    expect(Math.max(...tiles.map((t) => t.x + t.width))).toBe(width);
    expect(Math.max(...tiles.map((t) => t.y + t.height))).toBe(height);
  });

  test('tiles left as they are blend into the plane they were cut from', () => {
    const whole = plane(150, 70);
    const tiles = tilesOf(whole, 64, 10, 4);
    const cut = tiles.map((tile) => {
      const width = paddedExtent(tile.width, 4);
      const height = paddedExtent(tile.height, 4);
      return { width, height, data: reflected(whole, tile, width, height) };
    });
    blendTiles(whole, tiles, cut).data.forEach((value, i) => {
      expect(value).toBeCloseTo(whole.data[i], 6);
    });
  });

  test('padding reflects about the last row and column, as often as it must', () => {
    const row = { width: 3, height: 1, data: Float32Array.of(1, 2, 3) };
    expect([...reflected(row, { x: 0, y: 0, width: 3, height: 1 }, 8, 1)]).toEqual([1, 2, 3, 2, 1, 2, 3, 2]);
    const dot = { width: 1, height: 1, data: Float32Array.of(7) };
    expect([...reflected(dot, { x: 0, y: 0, width: 1, height: 1 }, 4, 1)]).toEqual([7, 7, 7, 7]);
  });
});
