/** Zoom and pan, shared by linked viewers. Lengths: `scale` is display pixels per image pixel. */
import type { Plane } from '../imaging/image';
import { type Contrast, greyLevel } from './contrast';

export interface View {
  /** Image point at the centre of the viewport, in image pixels. */
  x: number;
  y: number;
  scale: number;
}

export interface Extent {
  width: number;
  height: number;
}

export const MAX_SCALE = 64;

/** The whole image, as large as fits. */
export function fitView(image: Extent, viewport: Extent): View {
  const scale = Math.min(viewport.width / image.width, viewport.height / image.height);
  return { x: image.width / 2, y: image.height / 2, scale: scale > 0 ? scale : 1 };
}

/** Keeps some of the image in sight and the scale within bounds. */
export function clampView(view: View, image: Extent, viewport: Extent): View {
  const smallest = Math.min(1, fitView(image, viewport).scale) / 2;
  return {
    x: Math.min(image.width, Math.max(0, view.x)),
    y: Math.min(image.height, Math.max(0, view.y)),
    scale: Math.min(MAX_SCALE, Math.max(smallest, view.scale)),
  };
}

/** Image point under a point of the viewport. */
export function toImage(view: View, point: { x: number; y: number }, viewport: Extent): { x: number; y: number } {
  return {
    x: view.x + (point.x - viewport.width / 2) / view.scale,
    y: view.y + (point.y - viewport.height / 2) / view.scale,
  };
}

/** Zooms by `factor` while the image point under `point` stays where it is. */
export function zoomAt(
  view: View,
  factor: number,
  point: { x: number; y: number },
  image: Extent,
  viewport: Extent,
): View {
  const { scale } = clampView({ ...view, scale: view.scale * factor }, image, viewport);
  const fixed = toImage(view, point, viewport);
  return clampView(
    {
      x: fixed.x - (point.x - viewport.width / 2) / scale,
      y: fixed.y - (point.y - viewport.height / 2) / scale,
      scale,
    },
    image,
    viewport,
  );
}

export function panBy(view: View, dx: number, dy: number, image: Extent, viewport: Extent): View {
  return clampView({ ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale }, image, viewport);
}

/**
 * Paints what the viewport sees, by nearest neighbour, `stretch` display rows per image row unit (anisotropic views).
 * Its cost is the viewport's, not the image's.
 */
export function paintView(
  pixels: Uint8ClampedArray,
  viewport: Extent,
  plane: Plane,
  view: View,
  contrast: Contrast,
  stretch = 1,
): void {
  pixels.fill(0);
  const columns = new Int32Array(viewport.width);
  for (let x = 0; x < viewport.width; x++) {
    const column = Math.floor(view.x + (x + 0.5 - viewport.width / 2) / view.scale);
    columns[x] = column >= 0 && column < plane.width ? column : -1;
  }
  for (let y = 0; y < viewport.height; y++) {
    const row = Math.floor((view.y + (y + 0.5 - viewport.height / 2) / view.scale) / stretch);
    if (row < 0 || row >= plane.height) continue;
    for (let x = 0; x < viewport.width; x++) {
      if (columns[x] < 0) continue;
      const level = greyLevel(plane.data[row * plane.width + columns[x]], contrast);
      const at = 4 * (y * viewport.width + x);
      pixels[at] = level;
      pixels[at + 1] = level;
      pixels[at + 2] = level;
      pixels[at + 3] = 255;
    }
  }
}

/** A round length (1, 2 or 5 times a power of ten) whose bar is at most `maxPixels` long on the display. */
export function scaleBar(
  unitsPerPixel: number,
  scale: number,
  maxPixels: number,
): { length: number; pixels: number } | undefined {
  const longest = (maxPixels * unitsPerPixel) / scale;
  if (!(longest > 0) || !Number.isFinite(longest)) return undefined;
  const decade = 10 ** Math.floor(Math.log10(longest));
  const length = [5, 2, 1].map((step) => step * decade).find((candidate) => candidate <= longest) ?? decade;
  return { length, pixels: (length * scale) / unitsPerPixel };
}

/** `µm` for the spellings that files use. */
export function unitText(unit: string): string {
  return /^(micron|microns|um|µm|μm|micrometer|micrometre|\\u00b5m)$/i.test(unit) ? 'µm' : unit;
}
