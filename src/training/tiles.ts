/** A large plane cut into overlapping tiles of one size, and put together again without seams. */
import type { Plane } from '../imaging/image';

export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * The plane as one tile where it fits `side`², else as tiles of `side`² that overlap by at least `reach` on each shared
 * side, the last of each row and column moved inwards so that all are equally large.
 */
export function tilesOf(plane: Plane, side: number, reach: number, multiple: number): Tile[] {
  const fits = paddedExtent(plane.width, multiple) * paddedExtent(plane.height, multiple) <= side * side;
  if (fits) return [{ x: 0, y: 0, width: plane.width, height: plane.height }];
  const rows = starts(plane.height, side, reach);
  const columns = starts(plane.width, side, reach);
  const height = Math.min(side, plane.height);
  const width = Math.min(side, plane.width);
  return rows.flatMap((y) => columns.map((x) => ({ x, y, width, height })));
}

function starts(extent: number, side: number, reach: number): number[] {
  if (extent <= side) return [0];
  const count = Math.ceil((extent - 2 * reach) / (side - 2 * reach));
  return Array.from({ length: count }, (_, i) => Math.round((i * (extent - side)) / (count - 1)));
}

export const paddedExtent = (extent: number, multiple: number): number => Math.ceil(extent / multiple) * multiple;

/** The tile's samples, continued to width × height by reflection about the tile's last row and column. */
export function reflected(plane: Plane, tile: Tile, width: number, height: number): Float32Array {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (tile.y + mirror(y, tile.height)) * plane.width + tile.x;
    for (let x = 0; x < width; x++) data[y * width + x] = plane.data[row + mirror(x, tile.width)];
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

/** Each pixel the mean of the tiles over it, weighted by the distance to the tile's rim where another tile goes on. */
export function blendTiles(plane: Plane, tiles: Tile[], mended: Plane[]): Plane {
  const { width, height } = plane;
  const sum = new Float64Array(width * height);
  const weight = new Float64Array(width * height);
  for (const [i, tile] of tiles.entries()) {
    const along = ramp(tile.x, tile.width, width);
    const down = ramp(tile.y, tile.height, height);
    for (let y = 0; y < tile.height; y++)
      for (let x = 0; x < tile.width; x++) {
        const at = (tile.y + y) * width + tile.x + x;
        const w = along[x] * down[y];
        sum[at] += w * mended[i].data[y * mended[i].width + x];
        weight[at] += w;
      }
  }
  return { width, height, data: Float32Array.from(sum, (value, at) => value / weight[at]) };
}

/** 1 inside; falling towards a rim that is not the image's own. */
function ramp(start: number, length: number, extent: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => {
    const left = start > 0 ? i + 1 : Number.POSITIVE_INFINITY;
    const right = start + length < extent ? length - i : Number.POSITIVE_INFINITY;
    const nearest = Math.min(left, right);
    return nearest === Number.POSITIVE_INFINITY ? length : nearest;
  });
}
