/**
 * An image [H, W, C] that stays on the device between programs: runs take rectangles out of it and put rectangles into
 * it. It is copied from and to, never bound, so only buffers limit its size.
 */

import type { StorageMemory } from './storage_memory';

/** In pixels of the map. */
export interface MapRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle of a map as a program's input. */
export interface MapPart {
  readonly map: DeviceMap;
  readonly at: MapRectangle;
}

/** Where a program's output goes: the part `core` of the rectangle `at` that it computed. */
export interface MapTarget extends MapPart {
  readonly core: MapRectangle;
}

const FLOAT = 4;

export class DeviceMap {
  /** Buffers of whole rows. */
  private readonly bands: readonly GPUBuffer[];
  private readonly bandRows: number;

  constructor(
    private readonly storage: StorageMemory,
    readonly height: number,
    readonly width: number,
    readonly channels: number,
    mostBufferBytes: number,
  ) {
    const row = FLOAT * width * channels;
    this.bandRows = Math.max(1, Math.min(height, Math.floor(mostBufferBytes / row)));
    const sizes = Array.from(
      { length: Math.ceil(height / this.bandRows) },
      (_, band) => Math.min(this.bandRows, height - band * this.bandRows) * row,
    );
    this.bands = storage.take(sizes, true);
  }

  /** Copies a rectangle to `offset` of a buffer. */
  copyTo(encoder: GPUCommandEncoder, at: MapRectangle, to: GPUBuffer, offset: number): void {
    const row = FLOAT * at.width * this.channels;
    this.eachRun(at, (buffer, from, rows, y) => {
      encoder.copyBufferToBuffer(buffer, from, to, offset + (y - at.y) * row, rows * row);
    });
  }

  /** Takes `core` from a buffer that holds the rectangle `at` from `offset`. */
  copyFrom(encoder: GPUCommandEncoder, { at, core }: MapTarget, from: GPUBuffer, offset: number): void {
    const pixel = FLOAT * this.channels;
    const isWhole = core.width === at.width;
    const copy = (buffer: GPUBuffer, to: number, rows: number, y: number): void => {
      const start = offset + ((y - at.y) * at.width + core.x - at.x) * pixel;
      encoder.copyBufferToBuffer(from, start, buffer, to, rows * core.width * pixel);
    };
    this.eachRun(core, copy, isWhole);
  }

  destroy(): void {
    this.storage.give(this.bands);
  }

  /** The contiguous runs of a rectangle: all rows of a band where it is as wide as the map, else one row each. */
  private eachRun(
    { x, y, width, height }: MapRectangle,
    each: (buffer: GPUBuffer, offset: number, rows: number, y: number) => void,
    joins = true,
  ): void {
    for (let row = y; row < y + height; ) {
      const inBand = row % this.bandRows;
      const rows = joins && width === this.width ? Math.min(this.bandRows - inBand, y + height - row) : 1;
      const offset = FLOAT * (inBand * this.width + x) * this.channels;
      each(this.bands[Math.floor(row / this.bandRows)], offset, rows, row);
      row += rows;
    }
  }
}
