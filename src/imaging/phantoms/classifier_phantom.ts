import { boxBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import type { Random } from '../random';
import { between } from './fields';
import { STRUCTURES, type Structure, structurePlane } from './structures';

/**
 * Labelled images for the feature network φ: a structure and a defect, drawn independently. None is a structure or a
 * defect that restoration is tested on (those are axial blur and sampling, shot noise, haze), so that φ brings no
 * knowledge of the tests with it.
 */
export const DEFECTS = ['none', 'gaussian-noise', 'salt', 'defocus', 'stripes', 'pixelated'] as const;

export type Defect = (typeof DEFECTS)[number];

export interface LabelledPlane {
  plane: Plane;
  structure: Structure;
  defect: Defect;
}

/** A random structure with a random defect, `size` × `size`, intensities of about 0 to 1. */
export function classifierPhantom(random: Random, size: number): LabelledPlane {
  const structure = STRUCTURES[random.integer(STRUCTURES.length)];
  const defect = DEFECTS[random.integer(DEFECTS.length)];
  const gain = between(random, 0.6, 1);
  const background = between(random, 0, 0.15);
  const lit = mapPlane(structurePlane(structure, random, size), (value) => background + gain * value);
  return { plane: withClassifierDefect(defect, lit, random), structure, defect };
}

export function withClassifierDefect(defect: Defect, plane: Plane, random: Random): Plane {
  return SPOIL[defect](plane, random);
}

const SPOIL: Record<Defect, (plane: Plane, random: Random) => Plane> = {
  none: (plane) => plane,
  'gaussian-noise': gaussianNoise,
  salt,
  defocus: (plane, random) => boxBlur(boxBlur(plane, 5 + 2 * random.integer(3)), 3),
  stripes,
  pixelated,
};

function gaussianNoise(plane: Plane, random: Random): Plane {
  const sd = between(random, 0.08, 0.25);
  return mapPlane(plane, (value) => value + sd * random.normal());
}

/** A share of the pixels is black or white: hot and dead pixels. */
function salt(plane: Plane, random: Random): Plane {
  const share = between(random, 0.02, 0.1);
  return mapPlane(plane, (value) => (random.uniform() < share ? random.integer(2) : value));
}

/** Every row, or every column, has an offset of its own, as a scanner or a camera's amplifiers leave them. */
function stripes(plane: Plane, random: Random): Plane {
  const sd = between(random, 0.08, 0.25);
  const offsets = Array.from({ length: Math.max(plane.width, plane.height) }, () => sd * random.normal());
  const rows = random.uniform() < 0.5;
  return mapPlane(plane, (value, i) => value + offsets[rows ? Math.floor(i / plane.width) : i % plane.width]);
}

/** Means over square blocks: a camera binned too coarsely. */
function pixelated(plane: Plane, random: Random): Plane {
  const { width, height } = plane;
  const block = 3 + random.integer(4);
  const [x0, y0] = [random.integer(block), random.integer(block)];
  const across = Math.ceil((width + block) / block);
  const blockOf = (i: number) =>
    Math.floor((Math.floor(i / width) + y0) / block) * across + Math.floor(((i % width) + x0) / block);
  const sums = new Float64Array(across * Math.ceil((height + block) / block));
  const counts = new Float64Array(sums.length);
  plane.data.forEach((value, i) => {
    sums[blockOf(i)] += value;
    counts[blockOf(i)]++;
  });
  return mapPlane(plane, (_, i) => sums[blockOf(i)] / counts[blockOf(i)]);
}
