import { cropped } from '../filters';
import type { Plane } from '../image';
import { anisotropicSigmas } from '../optics';
import { Random } from '../random';
import { EMBRYO_AXIAL, EMBRYO_NOISE, embryoAxial, embryoClean, embryoNoise } from './embryo';
import { SMALLEST_FIELD } from './fields';
import { illuminationDefect } from './illumination';
import { MICROTUBULES_WIDEFIELD, microtubulesClean, microtubulesWidefield } from './microtubules';
import { randomOptics, randomStructure } from './random_optics';
import { RETINA_AXIAL, retinaAxial, retinaClean } from './retina';

/**
 * Phantoms that take the place of the paper's three data sets, with its first task in two forms: axial, as the data
 * are, and noisy, as the poster names it. The untouched defect scores what the paper's Table 1 says (the test checks).
 */
export type PhantomTask = 'embryo-axial' | 'embryo-noise' | 'retina' | 'microtubules' | 'illumination' | 'random';

export const PHANTOM_TASKS: readonly PhantomTask[] = ['embryo-axial', 'embryo-noise', 'retina', 'microtubules'];

/**
 * With two that the paper has not: nuclei under an uneven beam that bleaches them, to be added to a trained model, and
 * anything under any optics, to train on first.
 */
export const PHANTOM_KINDS: readonly PhantomTask[] = [...PHANTOM_TASKS, 'illumination', 'random'];

/** Tasks whose defect has a direction, y: their images are never turned by a quarter. */
export const AXIAL_TASKS: readonly PhantomTask[] = ['embryo-axial', 'retina', 'illumination', 'random'];

export interface PhantomSettings {
  /** Decides everything; the same seed gives the same pair. Give this or `random`. */
  seed?: number;
  /** Continues this generator instead. */
  random?: Random;
  /** Side in pixels, at least 32. Below 128 the patch is a random crop of a field of 128. */
  size?: number;
}

export interface PhantomPair {
  clean: Plane;
  defective: Plane;
}

const SMALLEST_SIZE = 32;

const CLEAN: Record<PhantomTask, (random: Random, size: number) => Plane> = {
  'embryo-axial': embryoClean,
  'embryo-noise': embryoClean,
  illumination: embryoClean,
  random: randomStructure,
  retina: retinaClean,
  microtubules: microtubulesClean,
};

const DEFECT: Record<PhantomTask, (clean: Plane, random: Random) => Plane> = {
  'embryo-axial': embryoAxial,
  'embryo-noise': embryoNoise,
  illumination: illuminationDefect,
  random: randomOptics,
  retina: retinaAxial,
  microtubules: microtubulesWidefield,
};

/** A clean patch and the same patch with the task's defect. */
export function phantomPair(task: PhantomTask, settings: PhantomSettings): PhantomPair {
  const { random, field, patch } = prepared(settings);
  const clean = CLEAN[task](random, field);
  const defective = DEFECT[task](clean, random);
  return { clean: patch(clean), defective: patch(defective) };
}

/** The clean patch alone, the same as `phantomPair` gives with this seed. */
export function phantomClean(task: PhantomTask, settings: PhantomSettings): Plane {
  const { random, field, patch } = prepared(settings);
  return patch(CLEAN[task](random, field));
}

/** The task's defect on a clean plane with intensities of about 0 to 1. */
export function withDefect(task: PhantomTask, clean: Plane, random: Random): Plane {
  return DEFECT[task](clean, random);
}

/** σ in pixels of the blur in the task's defect, for the classical methods that are told the PSF. */
export function taskPsf(task: PhantomTask): { x: number; y: number } {
  switch (task) {
    case 'embryo-axial':
      return anisotropicSigmas(EMBRYO_AXIAL.psf);
    case 'embryo-noise':
      return { x: EMBRYO_NOISE.blur, y: EMBRYO_NOISE.blur };
    case 'retina': {
      const { x, y } = anisotropicSigmas(RETINA_AXIAL.psf);
      return { x: Math.hypot(x, RETINA_AXIAL.defocus), y: Math.hypot(y, RETINA_AXIAL.defocus) };
    }
    case 'illumination':
    case 'random': // each image has its own
      return { x: 0, y: 0 };
    case 'microtubules':
      return { x: MICROTUBULES_WIDEFIELD.blur, y: MICROTUBULES_WIDEFIELD.blur };
  }
}

interface Prepared {
  random: Random;
  /** Side of the field that is drawn. */
  field: number;
  /** The wanted part of that field. */
  patch: (plane: Plane) => Plane;
}

function prepared({ seed, random: given, size = SMALLEST_FIELD }: PhantomSettings): Prepared {
  if ((seed === undefined) === (given === undefined)) {
    throw new RangeError('phantom: give either a seed or a random generator, one of the two');
  }
  if (!Number.isInteger(size) || size < SMALLEST_SIZE) {
    throw new RangeError(`phantom: size ${size} is not an integer ≥ ${SMALLEST_SIZE}`);
  }
  const random = given ?? new Random(seed ?? 0);
  if (size >= SMALLEST_FIELD) return { random, field: size, patch: (plane) => plane };
  const x = random.integer(SMALLEST_FIELD - size + 1);
  const y = random.integer(SMALLEST_FIELD - size + 1);
  return { random, field: SMALLEST_FIELD, patch: (plane) => cropped(plane, x, y, size, size) };
}
