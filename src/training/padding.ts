/** Planes widened to what a network takes. */
import type { Plane } from '../imaging/image';
import type { Extent } from './windows';

export const paddedExtent = (extent: number, multiple: number): number => Math.ceil(extent / multiple) * multiple;

/** The plane's samples, continued to a larger extent by reflection about its last row and column. */
export function reflected(plane: Plane, { width, height }: Extent): Float32Array {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = mirror(y, plane.height) * plane.width;
    for (let x = 0; x < width; x++) data[y * width + x] = plane.data[row + mirror(x, plane.width)];
  }
  return data;
}

/** … 2 1 | 0 1 2 … n−1 | n−2 n−3 …; a single row repeats. */
function mirror(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const at = i % period;
  return at < n ? at : period - at;
}
