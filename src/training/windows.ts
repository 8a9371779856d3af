/**
 * A plane cut into windows of one size, so that one program serves them all. Each window answers for a part of the plane,
 * its core; the parts cover the plane once. Between a core and an edge of its window that is not the plane's lies a halo.
 */
import type { Plane } from '../imaging/image';

export interface Extent {
  width: number;
  height: number;
}

export interface Rectangle extends Extent {
  x: number;
  y: number;
}

export interface Window {
  at: Rectangle;
  /** In the plane's coordinates, within `at`. */
  core: Rectangle;
}

interface Span {
  start: number;
  from: number;
  to: number;
}

/** One axis; the last window is moved inwards to end with the plane. */
function spans(extent: number, window: number, halo: number): Span[] {
  if (window >= extent) return [{ start: 0, from: 0, to: extent }];
  const found: Span[] = [];
  for (let from = 0; from < extent; ) {
    const start = Math.min(Math.max(from - halo, 0), extent - window);
    const to = start + window === extent ? extent : start + window - halo;
    found.push({ start, from, to });
    from = to;
  }
  return found;
}

/** @param window at most the plane; along an axis where it is smaller, larger than twice the halo */
export function windowsOf(plane: Extent, window: Extent, halo: number): Window[] {
  const columns = spans(plane.width, window.width, halo);
  return spans(plane.height, window.height, halo).flatMap((row) =>
    columns.map((column) => ({
      at: { x: column.start, y: row.start, width: window.width, height: window.height },
      core: { x: column.from, y: row.from, width: column.to - column.from, height: row.to - row.from },
    })),
  );
}

/** The smallest window extent that covers an axis in as many windows as `most` would take. */
export function evenWindow(extent: number, most: number, halo: number, multiple: number): number {
  if (most >= extent) return extent;
  const count = Math.ceil((extent - 2 * halo) / (most - 2 * halo));
  return Math.min(extent, Math.ceil((extent - 2 * halo) / count / multiple) * multiple + 2 * halo);
}

/** Planes of one size as one array, all planes of a pixel beside each other. */
export function interleaved(planes: readonly Plane[]): Float32Array {
  const [{ data: image, width, height }] = planes;
  if (planes.length === 1) return image;
  const values = new Float32Array(width * height * planes.length);
  for (const [plane, { data }] of planes.entries())
    for (let i = 0; i < data.length; i++) values[i * planes.length + plane] = data[i];
  return values;
}
