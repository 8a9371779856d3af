import { cropped } from '../filters';
import type { Plane } from '../image';

/** A square part of an image, and where it lies. */
export interface Tile {
  plane: Plane;
  at: { x: number; y: number };
}

/** Enough to tell a mean power by; more only take time. */
export const MOST_TILES = 100;

/** Squares of this side, spread evenly over the planes and over each of them; all that fit where those are few. */
export function tilesOf(planes: readonly Plane[], side: number, most = MOST_TILES): Tile[] {
  const some = evenly(planes, most);
  const each = Math.floor(most / some.length);
  return some.flatMap((plane) => {
    const places = starts(plane.height, side).flatMap((y) => starts(plane.width, side).map((x) => ({ x, y })));
    return evenly(places, each).map((at) => ({ plane: cropped(plane, at.x, at.y, side, side), at }));
  });
}

/** Of each image its share of as many tiles as `most`. */
export function tilesOfEach(images: readonly (readonly Plane[])[], side: number, most = MOST_TILES): Tile[][] {
  const some = evenly(images, most);
  const share = Math.floor(most / some.length);
  return some.map((planes) => tilesOf(planes, side, share));
}

export const planesOf = (tiles: readonly Tile[]): Plane[] => tiles.map(({ plane }) => plane);

/** Where tiles begin that cover a length. */
function starts(length: number, side: number): number[] {
  const count = Math.ceil(length / side);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - side)) / Math.max(1, count - 1)));
}

/** `most` of them at most, spread over all. */
export function evenly<T>(all: readonly T[], most: number): T[] {
  const count = Math.min(most, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]);
}

export const meanBrightness = (planes: readonly Plane[]): number =>
  planes.reduce((sum, { data }) => sum + data.reduce((a, b) => a + b, 0) / data.length, 0) / planes.length;
