/** Feature maps that are kept between programs: on the device (DeviceMap of the engine), or here beside it. */
import type { DeviceMap } from '../runtime';
import type { Rectangle } from './windows';

export type FeatureMap = HostMap | DeviceMap;

/** Floats of one array. */
const BAND_FLOATS = 2 ** 26;

/** In the computer's memory, row-major with channels innermost, larger than one array may be. */
export class HostMap {
  private readonly bands: Float32Array[] = [];
  private readonly bandRows: number;

  constructor(
    readonly height: number,
    readonly width: number,
    readonly channels: number,
  ) {
    const row = width * channels;
    this.bandRows = Math.max(1, Math.floor(BAND_FLOATS / row));
    for (let y = 0; y < height; y += this.bandRows)
      this.bands.push(new Float32Array(Math.min(this.bandRows, height - y) * row));
  }

  /** The values within a rectangle. */
  read({ x, y, width, height }: Rectangle): Float32Array {
    const values = new Float32Array(width * height * this.channels);
    for (let row = 0; row < height; row++) values.set(this.row(y + row, x, width), row * width * this.channels);
    return values;
  }

  /** Takes over the part `core` of values that were computed for `at`. */
  write(values: Float32Array, at: Rectangle, core: Rectangle): void {
    const { channels } = this;
    for (let y = core.y; y < core.y + core.height; y++) {
      const from = ((y - at.y) * at.width + core.x - at.x) * channels;
      this.row(y, core.x, core.width).set(values.subarray(from, from + core.width * channels));
    }
  }

  private row(y: number, x: number, width: number): Float32Array {
    const start = ((y % this.bandRows) * this.width + x) * this.channels;
    return this.bands[Math.floor(y / this.bandRows)].subarray(start, start + width * this.channels);
  }
}
