/** The plane that a viewer shows of a stack: from above (XY) or from its side (XZ). */
import { getPlane, type Image, type Plane, planeOffset } from '../imaging/image';

export interface Place {
  t: number;
  z: number;
  c: number;
  /** Row that a side view is cut at. */
  y: number;
  side: boolean;
}

export function planeAt(image: Image, { t, z, c, y, side }: Place): Plane {
  return side ? xzPlane(image, t, c, y) : getPlane(image, { t, z, c });
}

/** One XZ plane: width X, height Z. */
function xzPlane(image: Image, t: number, c: number, y: number): Plane {
  const { x: width, z: height } = image.size;
  const data = new Float32Array(width * height);
  for (let z = 0; z < height; z++) {
    const from = planeOffset(image, { t, z, c }) + y * width;
    data.set(image.data.subarray(from, from + width), z * width);
  }
  return { width, height, data };
}

/** How many times a row of the view is as high as a column is wide, from the pixel sizes; 1 where they are unknown. */
export function rowStretch(image: Image, side: boolean): number {
  const { x, y, z } = image.meta.pixelSize;
  const height = side ? z : y;
  if (!x || !height || !(x > 0) || !(height > 0)) return 1;
  const stretch = height / x;
  return stretch > 0.05 && stretch < 20 ? stretch : 1;
}

/** Moves a place into an image of another size. */
export function placeWithin(place: Place, { size }: Image): Place {
  return {
    t: Math.min(place.t, size.t - 1),
    z: Math.min(place.z, size.z - 1),
    c: Math.min(place.c, size.c - 1),
    y: Math.min(place.y, size.y - 1),
    side: place.side && size.z > 1,
  };
}
