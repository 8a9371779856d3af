/** Random training patches: where they come from, how they are turned, and how they become one NHWC batch. */
import { BadInputError } from './bad_input';
import type { Plane } from './image';
import { percentiles } from './normalisation';
import type { Random } from './random';

export interface PatchSettings {
  /** Side of the square patches in pixels. */
  size: number;
  /** Mirror along x and along y, each with probability ½. */
  flips: boolean;
  /** Also turn by 90°; off for axial tasks, whose defect has a direction. */
  quarterTurns: boolean;
  /**
   * Avoid empty patches as CARE does: a patch is taken only where the maximum over the middle half of its side exceeds
   * `threshold` times the plane's `percentile`. Left out: every place is as good as another.
   */
  foreground?: { threshold: number; percentile: number };
}

/** CSBDeep's `no_background_patches`. */
export const CARE_FOREGROUND = { threshold: 0.4, percentile: 99.9 } as const;

/** Random places tried in a plane before its foreground is searched from a random place onwards. */
const RANDOM_TRIES = 64;

interface Source {
  members: Plane[];
  /** 1 where a patch may have its upper left corner; absent where it may have it anywhere. */
  allowed?: Uint8Array;
}

/**
 * Draws patches from groups of planes that show the same place: one member a group for unpaired images, two (defective
 * and clean) for pairs. All members of a group are cropped, flipped and turned alike; the foreground is looked for in
 * the last member, the clean one of a pair.
 *
 * Throws BadInputError where there is no group, members differ in size, or a plane is smaller than a patch.
 */
export class PatchSampler {
  private readonly sources: Source[];
  private readonly members: number;

  constructor(
    groups: Plane[][],
    private readonly settings: PatchSettings,
  ) {
    const { size } = settings;
    if (!Number.isInteger(size) || size < 1) {
      throw new BadInputError(`a patch size of ${size}`, 'a whole number of pixels', 'Choose for example 64.');
    }
    this.members = groups[0]?.length ?? 0;
    if (this.members === 0) {
      throw new BadInputError('no planes', 'at least one', 'Add images before patches are drawn from them.');
    }
    this.sources = groups.map((members, i) => {
      checkGroup(members, this.members, size, i);
      return { members, allowed: settings.foreground && foregroundCorners(members[members.length - 1], settings) };
    });
  }

  /**
   * `count` patches, one array for each member of a group, each NHWC of shape [count, size, size, 1].
   * Groups are drawn uniformly, places uniformly within a plane. The same generator state gives the same batch.
   */
  batch(random: Random, count: number): Float32Array[] {
    const { size } = this.settings;
    const batches = Array.from({ length: this.members }, () => new Float32Array(count * size * size));
    for (let n = 0; n < count; n++) {
      const source = this.sources[random.integer(this.sources.length)];
      const corner = drawCorner(source, size, random);
      const turn = this.drawTurn(random);
      for (const [m, plane] of source.members.entries()) {
        copyPatch(plane, corner, size, turn, batches[m].subarray(n * size * size, (n + 1) * size * size));
      }
    }
    return batches;
  }

  private drawTurn(random: Random): Turn {
    const bits = random.integer(8);
    return {
      flipX: this.settings.flips && (bits & 1) !== 0,
      flipY: this.settings.flips && (bits & 2) !== 0,
      transpose: this.settings.quarterTurns && (bits & 4) !== 0,
    };
  }
}

/** Planes of one size as one NHWC batch of shape [planes.length, height, width, 1]. */
export function batchOf(planes: Plane[]): Float32Array {
  const { width, height } = planes[0] ?? { width: 0, height: 0 };
  const batch = new Float32Array(planes.length * width * height);
  for (const [n, plane] of planes.entries()) {
    if (plane.width !== width || plane.height !== height) {
      throw new BadInputError(
        `planes of ${width}×${height} and ${plane.width}×${plane.height} in one batch`,
        'planes of one size',
        'Crop them to the same size first.',
      );
    }
    batch.set(plane.data, n * width * height);
  }
  return batch;
}

/** The n-th plane of an NHWC batch with one channel. */
export function planeOfBatch(batch: Float32Array, width: number, height: number, n: number): Plane {
  return { width, height, data: batch.slice(n * width * height, (n + 1) * width * height) };
}

/** One of the eight ways to lay a square: a quarter turn is a transposition and one flip. */
interface Turn {
  flipX: boolean;
  flipY: boolean;
  transpose: boolean;
}

function copyPatch(
  plane: Plane,
  corner: { x: number; y: number },
  size: number,
  { flipX, flipY, transpose }: Turn,
  out: Float32Array,
): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const alongX = transpose ? row : column;
      const alongY = transpose ? column : row;
      const x = corner.x + (flipX ? size - 1 - alongX : alongX);
      const y = corner.y + (flipY ? size - 1 - alongY : alongY);
      out[row * size + column] = plane.data[y * plane.width + x];
    }
  }
}

function drawCorner({ members, allowed }: Source, size: number, random: Random): { x: number; y: number } {
  const columns = members[0].width - size + 1;
  const rows = members[0].height - size + 1;
  let corner = random.integer(rows * columns);
  if (allowed !== undefined) {
    for (let tries = 1; tries < RANDOM_TRIES && allowed[corner] === 0; tries++) corner = random.integer(rows * columns);
    while (allowed[corner] === 0) corner = (corner + 1) % (rows * columns);
  }
  return { x: corner % columns, y: Math.floor(corner / columns) };
}

/** The mask of allowed upper left corners, or undefined where no place passes, so that every place is as good. */
function foregroundCorners(plane: Plane, { size, foreground }: PatchSettings): Uint8Array | undefined {
  const { threshold, percentile } = foreground ?? CARE_FOREGROUND;
  const limit = threshold * percentiles(plane.data, [percentile])[0];
  // The maximum filter is half a patch wide, so that a few bright pixels at a patch's rim do not suffice.
  const window = Math.max(1, size >> 1);
  const peaks = slidingMaximum(plane, window);
  const margin = (size - window) >> 1;
  const columns = plane.width - size + 1;
  const rows = plane.height - size + 1;
  const allowed = new Uint8Array(rows * columns);
  let any = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const passes = peaks.data[(y + margin) * peaks.width + x + margin] > limit ? 1 : 0;
      allowed[y * columns + x] = passes;
      any |= passes;
    }
  }
  return any === 0 ? undefined : allowed;
}

/** Maximum over every window×window square inside the plane: (width − window + 1) × (height − window + 1). */
function slidingMaximum(plane: Plane, window: number): Plane {
  const width = plane.width - window + 1;
  const height = plane.height - window + 1;
  const rows = new Float32Array(width * plane.height);
  for (let y = 0; y < plane.height; y++) slide(plane.data, y * plane.width, 1, window, width, rows, y * width, 1);
  const data = new Float32Array(width * height);
  for (let x = 0; x < width; x++) slide(rows, x, width, window, height, data, x, width);
  return { width, height, data };
}

/** Sliding maximum along one line by a queue of falling candidates: linear whatever the window. */
function slide(
  source: Float32Array,
  from: number,
  step: number,
  window: number,
  count: number,
  out: Float32Array,
  to: number,
  toStep: number,
): void {
  const queue = new Int32Array(count + window - 1);
  let head = 0;
  let tail = 0;
  for (let i = 0; i < count + window - 1; i++) {
    const value = source[from + i * step];
    while (tail > head && source[from + queue[tail - 1] * step] <= value) tail--;
    queue[tail++] = i;
    if (queue[head] <= i - window) head++;
    if (i >= window - 1) out[to + (i - window + 1) * toStep] = source[from + queue[head] * step];
  }
}

function checkGroup(members: Plane[], wanted: number, size: number, index: number): void {
  const [first] = members;
  if (members.length !== wanted || members.some((m) => m.width !== first.width || m.height !== first.height)) {
    throw new BadInputError(
      `planes of ${members.map((m) => `${m.width}×${m.height}`).join(' and ')} as image ${index + 1}`,
      `${wanted} of one size, showing the same place`,
      'Check that the defective and the clean image belong together; resample the smaller one first.',
    );
  }
  if (first.width < size || first.height < size) {
    throw new BadInputError(
      `an image of ${first.width}×${first.height} pixels as image ${index + 1}`,
      `at least ${size}×${size}, the patch size`,
      'Choose smaller patches or leave this image out.',
    );
  }
}
