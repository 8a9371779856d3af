/**
 * Real micrographs, divided so that nothing is both learned from and judged by: W2S by field, a nucleus by its depth in
 * the stack, a pair of large images of microtubules by halves with a strip between them left out.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bordered, cropped } from '../imaging/filters';
import { getPlane, type Image, type Plane } from '../imaging/image';
import { readImage } from '../imaging/read_image';
import type { NamedPair, Split } from './evidence_images';

/** Few photons in the wide field; a nucleus along the optical axis, wide field against confocal; wide field against STORM. */
export const REAL_TASKS = ['w2s', 'real-nucleus', 'real-microtubules'] as const;
export type RealTask = (typeof REAL_TASKS)[number];
export const isReal = (task: string): task is RealTask => REAL_TASKS.some((real) => real === task);

type Part = 'paired' | 'defective' | 'clean' | Split;

/** What is wanted and not there, as a sentence's beginning; undefined where a cell of this task can run. */
export function missingData(task: RealTask, split: Split): string | undefined {
  const path = join(process.env.MENDSCOPE_DATA ?? '', PLACES[task]);
  if (process.env.MENDSCOPE_DATA === undefined || !existsSync(path)) return `no $MENDSCOPE_DATA/${PLACES[task]} here`;
  return task !== 'w2s' && split === 'development' ? `${task} has no development images` : undefined;
}

export function realPairs(task: RealTask, part: Part): NamedPair[] {
  const split: Split = part === 'development' ? part : 'test';
  const missing = missingData(task, split);
  if (missing !== undefined) throw new Error(`got ${missing}, wanted its images; set the variable to their folder`);
  if (task !== 'w2s' && (part === 'defective' || part === 'clean'))
    throw new RangeError(`got unpaired images of ${task} wanted, there are pairs of one object alone`);
  return PAIRS[task](part);
}

const PLACES: Record<RealTask, string> = {
  w2s: 'denoise/w2s',
  'real-nucleus': 'axial/xyzc_16bit__dna_conf_wf.tif',
  'real-microtubules': 'superres/microtubule_reference.tif',
};

const PAIRS: Record<RealTask, (part: Part) => NamedPair[]> = {
  w2s: w2sPairs,
  'real-nucleus': nucleusPairs,
  'real-microtubules': microtubulePairs,
};

function read(...path: string[]): Image {
  const file = join(process.env.MENDSCOPE_DATA ?? '', ...path);
  return readImage(new Uint8Array(readFileSync(file)), path[path.length - 1]);
}

const fields = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(3, '0')).flatMap((field) =>
    [0, 1, 2].map((channel) => `${field}_${channel}`),
  );

/** W2S by field and channel; the unpaired halves show different fields. */
const W2S: Record<Part, string[]> = {
  paired: [...fields(1, 3), '004_0'],
  development: ['004_1', '004_2', ...fields(5, 6)],
  test: fields(7, 16),
  defective: fields(1, 2),
  clean: fields(3, 4),
};

function w2sPairs(part: Part): NamedPair[] {
  const plane = (side: string, name: string) => getPlane(read('denoise', 'w2s', side, `${name}.tif`));
  return W2S[part].map((name) => ({ name, defective: plane('noisy', name), clean: plane('clean', name) }));
}

/**
 * The nucleus seen from the side: xz planes, z downwards, one for each y. It lies between y = 50 and 86; the six planes
 * (3 µm) between the parts belong to neither. The wide field lies 4 voxels further in x and 2 less far in z than the
 * confocal channel, by the maximum of their cross-correlation over the whole stack.
 */
const NUCLEUS = {
  paired: [50, 52, 53, 55, 56, 58, 59, 61, 63, 65],
  test: Array.from({ length: 15 }, (_, i) => 72 + i),
};
const CONFOCAL = { c: 0, x: 0, z: 2 };
const WIDE_FIELD = { c: 1, x: 4, z: 0 };
/** Where the nucleus lies: beyond it all is dark, and would be most of every score. Multiples of 4, for the networks. */
const JUDGED = { x: 24, z: 0, width: 80, height: 40 };
/** A patch needs 64 rows, so z is mirrored beyond its ends. */
const LEARNED_ROWS = 64;

function nucleusPairs(part: Part): NamedPair[] {
  const stack = read(PLACES['real-nucleus']);
  const width = stack.size.x - Math.abs(WIDE_FIELD.x - CONFOCAL.x);
  const height = stack.size.z - Math.abs(WIDE_FIELD.z - CONFOCAL.z);
  const side = (y: number, { c, x, z }: typeof CONFOCAL) => {
    const plane = cropped(sideView(stack, y, c), x, z, width, height);
    return part === 'test'
      ? cropped(plane, JUDGED.x, JUDGED.z, JUDGED.width, JUDGED.height)
      : mirroredRows(plane, LEARNED_ROWS);
  };
  return NUCLEUS[part === 'test' ? 'test' : 'paired'].map((y) => ({
    name: `y${y}`,
    defective: side(y, WIDE_FIELD),
    clean: side(y, CONFOCAL),
  }));
}

function sideView(stack: Image, y: number, c: number): Plane {
  const { x: width, z: height } = stack.size;
  const data = new Float32Array(width * height);
  for (let z = 0; z < height; z++)
    data.set(getPlane(stack, { z, c }).data.subarray(y * width, (y + 1) * width), z * width);
  return { width, height, data };
}

function mirroredRows({ width, height, data }: Plane, rows: number): Plane {
  const before = (rows - height) >> 1;
  const out = new Float32Array(width * rows);
  for (let row = 0; row < rows; row++) {
    const from = bordered(row - before, height, 'reflect') * width;
    out.set(data.subarray(from, from + width), row * width);
  }
  return { width, height: rows, data: out };
}

/**
 * The wide field shows more than the reference: its rows 50..306 and columns 48..304, five reference pixels to one of
 * its own. Both are brought to 2.5 pixels to one: the reference by means of 2 × 2, the wide field linearly interpolated.
 * Of five rows of tiles the upper two are learned from, the lower two are judged, the one between is left out.
 */
const COVERED = { row: 50, column: 48, finer: 5 };
const BINNED = 2;
const TILE = 128;
const TILE_ROWS = { paired: [0, 1], test: [3, 4] };

function microtubulePairs(part: Part): NamedPair[] {
  const reference = binned(getPlane(read(PLACES['real-microtubules'])), BINNED);
  const wide = getPlane(read('superres', 'microtubule_widefield.tif'));
  const { width, height } = reference;
  const place = (i: number, first: number) => first + ((i + 0.5) * BINNED) / COVERED.finer - 0.5;
  const data = Float32Array.from({ length: width * height }, (_, i) =>
    interpolated(wide, place(i % width, COVERED.column), place(Math.floor(i / width), COVERED.row)),
  );
  return TILE_ROWS[part === 'test' ? 'test' : 'paired'].flatMap((row) =>
    Array.from({ length: Math.floor(width / TILE) }, (_, column) => {
      const tile = (plane: Plane) => cropped(plane, column * TILE, row * TILE, TILE, TILE);
      return { name: `tile${row}${column}`, defective: tile({ width, height, data }), clean: tile(reference) };
    }),
  );
}

/** Means over squares of `n` × `n` pixels. */
function binned(plane: Plane, n: number): Plane {
  const [width, height] = [Math.floor(plane.width / n), Math.floor(plane.height / n)];
  const data = new Float32Array(width * height);
  for (let y = 0; y < height * n; y++)
    for (let x = 0; x < width * n; x++)
      data[Math.floor(y / n) * width + Math.floor(x / n)] += plane.data[y * plane.width + x] / n ** 2;
  return { width, height, data };
}

/** Linearly between the four pixels around a place inside the plane. */
function interpolated({ width, data }: Plane, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [dx, dy] = [x - left, y - top];
  const row = (r: number) => (1 - dx) * data[r * width + left] + dx * data[r * width + left + 1];
  return (1 - dy) * row(top) + dy * row(top + 1);
}
