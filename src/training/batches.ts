/**
 * What the loops are fed: normalised planes, task by task, and batches drawn from them.
 *
 * A batch is a function of (seed, phase, step) alone, so the position in the data is the step number, and a run that is
 * resumed draws what the uninterrupted run would have drawn.
 */
import { BadInputError } from '../imaging/bad_input';
import { splitForValidation } from '../imaging/dataset';
import { getPlane, type Image, type Plane, planePlaces, sizeText } from '../imaging/image';
import { withMirroredMargin } from '../imaging/mirror';
import { measureScales, type NormalisationSettings, normaliseSigned } from '../imaging/normalisation';
import { PatchSampler } from '../imaging/patches';
import { Random } from '../imaging/random';
import { measuredPairs } from './measured_pairs';
import type { PairedTask, TrainingData, UnpairedTask } from './messages';
import { noisyCopies } from './noisy_copies';
import { differByNoise, type PlanePair, toDefectiveScale } from './pair_scale';

/** The percentiles by which every image is scaled, by itself: CARE's for training, the same when restoring. */
export const NORMALISATION: NormalisationSettings = { low: 2, high: 99.8, eps: 1e-20 };

/** What is done beside learning from the pairs as they are. Part of no published method, so baselines do without. */
export interface Measures {
  /** Where pairs differ by noise: both images of a pair at one scale. */
  oneScale: boolean;
  /** There, too: copies of a pair under noise drawn anew, at most; fewer where there are many pairs. */
  noisyCopies: number;
  /** Pairs made for a task without any, of its clean images and the defect measured from both sets. */
  measuredPairs: number;
}
/** Of measured pairs alone, whatever the recipe. */
export const PAIR_MEASURES: Measures = { oneScale: true, noisyCopies: 4, measuredPairs: 0 };
export const ALL_MEASURES: Measures = { ...PAIR_MEASURES, measuredPairs: 200 };
export const NO_MEASURES: Measures = { oneScale: false, noisyCopies: 0, measuredPairs: 0 };

/** Noisy tasks get copies until they have about so many pairs. */
const ENOUGH_PAIRS = 50;

/** One task's planes in −1..1, a pair's both at one scale where it differs by noise. */
export interface TaskPlanes {
  name: string;
  axial: boolean;
  /** Empty where the task is unpaired and nothing is done about it. */
  pairs: PlanePair[];
  /** The pairs were made (measured_pairs.ts): their defective images are no real ones. */
  made?: boolean;
  defective: Plane[];
  clean: Plane[];
}

/** An image's planes, each scaled by the whole image's percentiles (per channel), as −1..1. */
export function networkPlanes(image: Image, settings: NormalisationSettings = NORMALISATION): Plane[] {
  const scales = measureScales(image, settings);
  return planePlaces(image.size).map((place) => normaliseSigned(getPlane(image, place), scales[place.c]));
}

/** Normalised planes of every task, split by file into those to train on and those kept back. @param patch to come */
export function prepareData(
  data: TrainingData,
  validationShare: number,
  seed: number,
  measures = PAIR_MEASURES,
  patch = 0,
): { training: TaskPlanes[]; validation: TaskPlanes[] } {
  const prepared = data.tasks.map((task) => {
    if (task.kind === 'unpaired') return unpairedTask(task, seed, measures, patch);
    const split = splitTask(task, validationShare, seed);
    const [training, validation] = [taskPlanes(split.training), taskPlanes(split.validation)];
    if (!differByNoise(training.pairs)) return { training, validation };
    const copies = Math.min(measures.noisyCopies, Math.ceil(ENOUGH_PAIRS / training.pairs.length) - 1);
    const further = noisyCopies(training.pairs, copies, drawRandom(seed, 'noise', 0), NORMALISATION);
    const scaled = measures.oneScale ? atOneScale : (task: TaskPlanes) => task;
    // CIN-GAN learns from what was measured: further pairs are for the restorer alone.
    const more = scaled({ ...training, pairs: further }).pairs;
    const measured = scaled(training);
    return { training: { ...measured, pairs: [...measured.pairs, ...more] }, validation: scaled(validation) };
  });
  return { training: prepared.map((task) => task.training), validation: prepared.map((task) => task.validation) };
}

/** Without pairs there is no truth to judge by: all of it is for training. */
function unpairedTask(
  task: UnpairedTask,
  seed: number,
  { measuredPairs: count, oneScale }: Measures,
  patch: number,
): { training: TaskPlanes; validation: TaskPlanes } {
  const { name, axial } = task;
  const of = (images: { image: Image }[]) => images.map(({ image }) => networkPlanes(image));
  const sets = { defective: of(task.defective), clean: of(task.clean) };
  const [defective, clean] = [sets.defective.flat(), sets.clean.flat()];
  const validation: TaskPlanes = { name, axial, pairs: [], defective: [], clean: [] };
  if (count === 0) return { training: { ...validation, defective, clean }, validation };
  const random = drawRandom(seed, 'noise', 0);
  const made = measuredPairs(sets, { count, patch, oneScale }, random, NORMALISATION);
  return { training: { ...validation, defective, ...made, made: true }, validation };
}

function atOneScale(task: TaskPlanes): TaskPlanes {
  const pairs = task.pairs.map(toDefectiveScale);
  return { ...task, pairs, clean: pairs.map((pair) => pair.clean) };
}

function splitTask(task: PairedTask, share: number, seed: number): { training: PairedTask; validation: PairedTask } {
  const { training, validation } = splitForValidation(task.pairs, share, seed);
  return { training: { ...task, pairs: training }, validation: { ...task, pairs: validation } };
}

function taskPlanes(task: PairedTask): TaskPlanes {
  const { name, axial } = task;
  const pairs = task.pairs.flatMap((pair) => {
    if (sizeText(pair.defective.size) !== sizeText(pair.clean.size))
      throw new BadInputError(
        `pair '${pair.name}' of ${sizeText(pair.defective.size)} and ${sizeText(pair.clean.size)}`,
        'two images of one size',
        'Check that they belong together; resample the smaller one first.',
      );
    const clean = networkPlanes(pair.clean);
    return networkPlanes(pair.defective).map((defective, i) => ({ defective, clean: clean[i] }));
  });
  return { name, axial, pairs, defective: pairs.map((p) => p.defective), clean: pairs.map((p) => p.clean) };
}

/** What a batch is drawn for; each has its own random numbers. */
export type Draw = 'critic' | 'generator' | 'cgan' | 'preview' | 'validation' | 'classifier' | 'noise';
const DRAWS: readonly Draw[] = ['critic', 'generator', 'cgan', 'preview', 'validation', 'classifier', 'noise'];

/** The random numbers of one draw: nothing else uses them, and the same draw of the same run gets them again. */
export function drawRandom(seed: number, draw: Draw, step: number): Random {
  return new Random((seed % 2 ** 31) * 2 ** 21 + (step % 2 ** 21), 1 + DRAWS.indexOf(draw));
}

export interface UnpairedBatch {
  clean: Float32Array;
  defective: Float32Array;
  /** [N, T], one-hot. */
  task: Float32Array;
}

export interface PairedBatch {
  clean: Float32Array;
  defective: Float32Array;
  task: Float32Array;
}

/** Draws training patches: flips for all, quarter turns where the defect has no direction. */
export class Batches {
  private readonly clean: PatchSampler[];
  private readonly defective: (PatchSampler | undefined)[];
  /** Tasks that have defective images: all but those kept of another model. */
  private readonly seen: number[];
  private readonly pairs: (PatchSampler | undefined)[];
  /** Tasks that have pairs. */
  readonly paired: number[];

  /** @param margin pixels by which pairs are continued in mirror image, so that patches show what lies at an edge */
  constructor(
    readonly tasks: TaskPlanes[],
    readonly patch: number,
    margin = 0,
  ) {
    const settings = (axial: boolean) => ({ size: patch, flips: true, quarterTurns: !axial });
    this.clean = tasks.map(
      (t) =>
        new PatchSampler(
          t.clean.map((plane) => [plane]),
          settings(t.axial),
        ),
    );
    this.defective = tasks.map((t) =>
      t.defective.length > 0
        ? new PatchSampler(
            t.defective.map((plane) => [plane]),
            settings(t.axial),
          )
        : undefined,
    );
    this.seen = tasks.flatMap((t, i) => (t.defective.length > 0 ? [i] : []));
    this.pairs = tasks.map((t) =>
      t.pairs.length > 0
        ? new PatchSampler(
            t.pairs.map((p) => [p.defective, p.clean].map((plane) => withMirroredMargin(plane, margin))),
            settings(t.axial),
          )
        : undefined,
    );
    this.paired = tasks.flatMap((t, i) => (t.pairs.length > 0 ? [i] : []));
  }

  /** `count` samples, each of a task drawn uniformly, clean and defective drawn apart. */
  unpaired(random: Random, count: number): UnpairedBatch {
    return this.gather(random, count, this.seen, (task) => {
      const [clean] = this.clean[task].batch(random, 1);
      const [defective] = (this.defective[task] as PatchSampler).batch(random, 1);
      return { clean, defective };
    });
  }

  /** `count` real pairs, each of a task that has some. */
  real(random: Random, count: number): PairedBatch {
    return this.gather(random, count, this.paired, (task) => {
      const [defective, clean] = (this.pairs[task] as PatchSampler).batch(random, 1);
      return { clean, defective };
    });
  }

  /** `count` clean patches with the task whose defect they shall be given. */
  sources(
    random: Random,
    count: number,
    tasks = this.tasks.map((_, i) => i),
  ): { clean: Float32Array; task: Float32Array } {
    return this.gather(random, count, tasks, (task) => {
      const [clean] = this.clean[task].batch(random, 1);
      return { clean, defective: clean };
    });
  }

  private gather(
    random: Random,
    count: number,
    tasks: number[],
    draw: (task: number) => { clean: Float32Array; defective: Float32Array },
  ): UnpairedBatch {
    const pixels = this.patch * this.patch;
    const batch = {
      clean: new Float32Array(count * pixels),
      defective: new Float32Array(count * pixels),
      task: new Float32Array(count * this.tasks.length),
    };
    for (let n = 0; n < count; n++) {
      const task = tasks[random.integer(tasks.length)];
      const { clean, defective } = draw(task);
      batch.clean.set(clean, n * pixels);
      batch.defective.set(defective, n * pixels);
      batch.task[n * this.tasks.length + task] = 1;
    }
    return batch;
  }
}
