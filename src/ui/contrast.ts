/** Display contrast: from intensities to grey levels. Nothing here ever touches the data that is saved. */
import type { Plane } from '../imaging/image';

export interface Contrast {
  min: number;
  max: number;
}

export interface Histogram {
  counts: Uint32Array;
  /** Intensities of the first bin's left edge and the last bin's right edge. */
  min: number;
  max: number;
}

/** Finite extremes of a plane; 0..1 where it has none. */
export function intensityRange(plane: Plane): Contrast {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of plane.data) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : { min: 0, max: 1 };
}

/** Range that covers every plane given. */
export function commonRange(planes: Plane[]): Contrast {
  const ranges = planes.map(intensityRange);
  if (ranges.length === 0) return { min: 0, max: 1 };
  return { min: Math.min(...ranges.map((r) => r.min)), max: Math.max(...ranges.map((r) => r.max)) };
}

export function histogram(plane: Plane, bins: number, range: Contrast = intensityRange(plane)): Histogram {
  const counts = new Uint32Array(bins);
  const span = range.max - range.min;
  const scale = span > 0 ? bins / span : 0;
  for (const value of plane.data) {
    if (!Number.isFinite(value)) continue;
    const bin = Math.floor((value - range.min) * scale);
    counts[bin < 0 ? 0 : bin >= bins ? bins - 1 : bin]++;
  }
  return { counts, min: range.min, max: range.max };
}

/** Bins for showing: at most `most`, and whole numbers wide where the intensities are whole, lest some stay empty. */
export function displayBins({ min, max }: Contrast, most: number): { bins: number; range: Contrast } {
  if (!Number.isInteger(min) || !Number.isInteger(max)) return { bins: most, range: { min, max } };
  const width = Math.ceil((max - min + 1) / most);
  const bins = Math.ceil((max - min + 1) / width);
  return { bins, range: { min, max: min + bins * width } };
}

/**
 * Fiji's Auto: `saturated` per cent of the pixels (half at either end) are left outside the range.
 * Counts are taken in 4096 bins, as fine as a 12-bit camera.
 */
export function autoContrast(plane: Plane, saturated = 0.35): Contrast {
  const range = intensityRange(plane);
  if (range.min === range.max) return { min: range.min, max: range.min + 1 };
  const bins = 4096;
  const { counts } = histogram(plane, bins, range);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const allowed = (total * saturated) / 200;
  let low = 0;
  for (let seen = counts[0]; seen <= allowed && low < bins - 1; seen += counts[low]) low++;
  let high = bins - 1;
  for (let seen = counts[high]; seen <= allowed && high > low; seen += counts[high]) high--;
  const width = (range.max - range.min) / bins;
  return { min: range.min + low * width, max: range.min + (high + 1) * width };
}

/** Grey level 0..255 of an intensity; values that are not numbers are black. */
export function greyLevel(value: number, { min, max }: Contrast): number {
  const level = ((value - min) / (max - min || 1)) * 255;
  return level > 0 ? (level < 255 ? level : 255) : 0;
}

/** The whole plane as RGBA, one image pixel a display pixel: for thumbnails and patches. */
export function greyPixels(plane: Plane, contrast: Contrast): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(plane.data.length * 4);
  for (let i = 0; i < plane.data.length; i++) {
    const level = greyLevel(plane.data[i], contrast);
    pixels[4 * i] = level;
    pixels[4 * i + 1] = level;
    pixels[4 * i + 2] = level;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/** Nearest-neighbour reduction so that neither side is longer than `side`. */
export function shrink(plane: Plane, side: number): Plane {
  const factor = Math.max(plane.width, plane.height) / side;
  if (factor <= 1) return plane;
  const width = Math.max(1, Math.round(plane.width / factor));
  const height = Math.max(1, Math.round(plane.height / factor));
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.min(plane.height - 1, Math.floor((y + 0.5) * (plane.height / height))) * plane.width;
    for (let x = 0; x < width; x++) {
      data[y * width + x] = plane.data[row + Math.min(plane.width - 1, Math.floor((x + 0.5) * (plane.width / width)))];
    }
  }
  return { width, height, data };
}
