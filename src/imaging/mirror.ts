/** A plane and its mirror images: the four ways to lay an image in which left, right, up and down are alike. */
import { bordered } from './filters';
import type { Plane } from './image';

export const WAYS = 4;

/** The plane continued on every side by its own mirror image, edge pixels twice: c b a | a b c. */
export function withMirroredMargin(plane: Plane, margin: number): Plane {
  if (margin === 0) return plane;
  const [width, height] = [plane.width + 2 * margin, plane.height + 2 * margin];
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = bordered(y - margin, plane.height, 'reflect') * plane.width;
    for (let x = 0; x < width; x++)
      data[y * width + x] = plane.data[row + bordered(x - margin, plane.width, 'reflect')];
  }
  return { width, height, data };
}

/** Mirrored along x where bit 0 of `way` is set, along y where bit 1 is; its own inverse. */
export function mirrored(plane: Plane, way: number): Plane {
  const { width, height, data } = plane;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = (way & 2 ? height - 1 - y : y) * width;
    for (let x = 0; x < width; x++) out[y * width + x] = data[row + (way & 1 ? width - 1 - x : x)];
  }
  return { width, height, data: out };
}

/** The mean of results found for `mirrored(plane, 0)`, `mirrored(plane, 1)`, …, each laid back first. */
export function meanOfMirrored(results: readonly Plane[]): Plane {
  const straight = results.map((plane, way) => mirrored(plane, way).data);
  const data = straight[0].map((_, i) => straight.reduce((sum, laid) => sum + laid[i], 0) / straight.length);
  return { ...results[0], data };
}
