/**
 * A stack seen from its sides. Both views keep z as their rows, so a network that learned to mend the axial direction
 * (rows) restores either; the two restored stacks are combined by their geometric mean (Weigert et al. 2018).
 */
import { BadInputError } from './bad_input';
import { type Image, type Plane, planeOffset } from './image';

/** The stack's XZ planes, one for each y: width X, height Z. */
export function xzPlanes(image: Image, { t = 0, c = 0 }: { t?: number; c?: number } = {}): Plane[] {
  const { x: width, y: depth, z: height } = image.size;
  return sidePlanes(image, { t, c }, { width, height, depth, step: 1, planeStep: width });
}

/** The stack's YZ planes, one for each x: width Y, height Z. */
export function yzPlanes(image: Image, { t = 0, c = 0 }: { t?: number; c?: number } = {}): Plane[] {
  const { y: width, x: depth, z: height } = image.size;
  return sidePlanes(image, { t, c }, { width, height, depth, step: depth, planeStep: 1 });
}

/**
 * One stack out of its two restored views: √(max(xz, 0) · max(yz, 0)) at every voxel, as one plane for each z.
 * xz: Y planes of X×Z; yz: X planes of Y×Z. Values are normalised (about 0 to 1); below 0 counts as 0.
 */
export function combineViews(xz: Plane[], yz: Plane[]): Plane[] {
  const x = xz[0]?.width ?? 0;
  const z = xz[0]?.height ?? 0;
  const y = xz.length;
  const fits =
    xz.every((plane) => plane.width === x && plane.height === z) &&
    yz.length === x &&
    yz.every((plane) => plane.width === y && plane.height === z);
  if (!fits) {
    throw new BadInputError(
      `${xz.length} XZ planes of ${x}×${z} and ${yz.length} YZ planes of ${yz[0]?.width}×${yz[0]?.height}`,
      'the XZ and YZ planes of one stack',
      'Take both views from the same stack and keep their sizes.',
    );
  }
  return Array.from({ length: z }, (_, k) => {
    const data = new Float32Array(x * y);
    for (let j = 0; j < y; j++) {
      for (let i = 0; i < x; i++) {
        const a = xz[j].data[k * x + i];
        const b = yz[i].data[k * y + j];
        data[j * x + i] = Math.sqrt(Math.max(a, 0) * Math.max(b, 0));
      }
    }
    return { width: x, height: y, data };
  });
}

interface Side {
  width: number;
  height: number;
  depth: number;
  /** Samples of an XY plane between neighbours of a row, and between neighbouring side planes. */
  step: number;
  planeStep: number;
}

function sidePlanes(image: Image, { t, c }: { t: number; c: number }, side: Side): Plane[] {
  const { width, height, depth, step, planeStep } = side;
  const offsets = Array.from({ length: height }, (_, z) => planeOffset(image, { t, z, c }));
  return Array.from({ length: depth }, (_, d) => {
    const data = new Float32Array(width * height);
    for (let z = 0; z < height; z++) {
      const from = offsets[z] + d * planeStep;
      for (let i = 0; i < width; i++) data[z * width + i] = image.data[from + i * step];
    }
    return { width, height, data };
  });
}
