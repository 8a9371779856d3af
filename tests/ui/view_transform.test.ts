import { describe, expect, it } from 'vitest';
import {
  clampView,
  fitView,
  MAX_SCALE,
  paintView,
  panBy,
  scaleBar,
  toImage,
  unitText,
  zoomAt,
} from '../../src/ui/view_transform';

const image = { width: 200, height: 100 };
const viewport = { width: 400, height: 400 };

describe('view', () => {
  it('fits the whole image', () => {
    expect(fitView(image, viewport)).toEqual({ x: 100, y: 50, scale: 2 });
  });

  it('keeps the point under the pointer while zooming', () => {
    const before = fitView(image, viewport);
    const point = { x: 120, y: 230 };
    const after = zoomAt(before, 3, point, image, viewport);
    expect(after.scale).toBe(6);
    const [a, b] = [toImage(before, point, viewport), toImage(after, point, viewport)];
    expect(b.x).toBeCloseTo(a.x, 9);
    expect(b.y).toBeCloseTo(a.y, 9);
  });

  it('pans with the pointer', () => {
    expect(panBy({ x: 100, y: 50, scale: 4 }, 40, -20, image, viewport)).toEqual({ x: 90, y: 55, scale: 4 });
  });

  it('keeps the scale and the centre within bounds', () => {
    expect(clampView({ x: -50, y: 500, scale: 1e9 }, image, viewport)).toEqual({ x: 0, y: 100, scale: MAX_SCALE });
    expect(clampView({ x: 0, y: 0, scale: 1e-9 }, image, viewport).scale).toBe(0.5);
  });
});

describe('paintView', () => {
  const plane = { width: 2, height: 2, data: Float32Array.of(0, 1, 2, 3) };

  function red(view: { x: number; y: number; scale: number }, stretch = 1): number[] {
    const pixels = new Uint8ClampedArray(4 * 4 * 4);
    paintView(pixels, { width: 4, height: 4 }, plane, view, { min: 0, max: 3 }, stretch);
    return Array.from({ length: 16 }, (_, i) => (pixels[4 * i + 3] === 0 ? -1 : pixels[4 * i]));
  }

  it('repeats pixels without blending', () => {
    expect(red({ x: 1, y: 1, scale: 2 })).toEqual([0, 0, 85, 85, 0, 0, 85, 85, 170, 170, 255, 255, 170, 170, 255, 255]);
  });

  it('leaves what lies beside the image transparent', () => {
    expect(red({ x: 1, y: 1, scale: 1 })).toEqual([-1, -1, -1, -1, -1, 0, 85, -1, -1, 170, 255, -1, -1, -1, -1, -1]);
  });

  it('stretches rows of anisotropic views', () => {
    expect(red({ x: 1, y: 2, scale: 1 }, 2)).toEqual([
      -1, 0, 85, -1, -1, 0, 85, -1, -1, 170, 255, -1, -1, 170, 255, -1,
    ]);
  });
});

describe('scaleBar', () => {
  it.each([
    [0.1, 1, 100, 10, 100],
    [0.1, 2, 100, 5, 100],
    [0.065, 1, 140, 5, 5 / 0.065],
    [1, 1, 100, 100, 100],
  ])('%f units a pixel at scale %f within %f px is %f units', (unitsPerPixel, scale, room, length, pixels) => {
    const bar = scaleBar(unitsPerPixel, scale, room);
    expect(bar?.length).toBeCloseTo(length, 9);
    expect(bar?.pixels).toBeCloseTo(pixels, 6);
  });

  it('is left out where the pixel size makes no sense', () => {
    expect(scaleBar(0, 1, 100)).toBeUndefined();
    expect(scaleBar(Number.NaN, 1, 100)).toBeUndefined();
  });

  it('spells micrometres one way', () => {
    expect(['micron', 'um', 'µm', '\\u00B5m', 'nm'].map(unitText)).toEqual(['µm', 'µm', 'µm', 'µm', 'nm']);
  });
});
