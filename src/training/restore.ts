/**
 * An image of any size, type and number of planes through a trained restorer: normalised by whole-image percentiles as
 * the model records, padded to the network's multiple, in one run or, where that takes too much memory, piece by piece
 * with the same result, mapped back to the input's intensities.
 */
import { isotropicView } from '../imaging/axial';
import { cropped, mapPlane, resizeLinear } from '../imaging/filters';
import { getPlane, type Image, type Plane, planePlaces, SAMPLE_RANGE, setPlane } from '../imaging/image';
import { meanOfMirrored, mirrored, WAYS, withMirroredMargin } from '../imaging/mirror';
import { measureScales, type Scale } from '../imaging/normalisation';
import { combineViews, xzPlanes, yzPlanes } from '../imaging/views';
import { restoringMargin, restoringStages } from '../models/restoring_network';
import { STAGE_MULTIPLE, type StagedNetwork } from '../models/stages';
import { type Engine, OutOfMemoryError, ParameterSet } from '../runtime';
import { type ModelFile, ModelFileError } from './model_file';
import { floorOf, networkFor } from './model_weights';
import { paddedExtent, reflected } from './padding';
import { taskOfImage } from './task_looks';
import type { TileSchedule } from './tile_plan';
import { declareNetwork, TiledNetwork } from './tiled_restore';
import { WholeNetwork } from './whole_restore';
import type { Extent } from './windows';

export interface RestoreOptions {
  /** One of the model's tasks; an axial one restores a stack on its side views. Left out: any, or the one it looks like. */
  task?: string;
  /** Restore XZ and YZ views and combine them. Left out: where the task, or every task of the model, is axial. */
  xzViews?: boolean;
  /** How many times coarser z is than x, for side views; left out: as the image says. */
  axialFactor?: number;
  /** Restore every plane four times, mirrored, and take the mean: less noise remains, for four times the time. */
  flips?: boolean;
  /** From fidelity, 0, to detail, 1, where the model has both; 0 if left out. */
  detail?: number;
  /** Bytes of device memory to stay within; left out: {@link defaultBudget} and {@link defaultPiecesBudget}. */
  budget?: number;
  /** Planes done, in fractions where a plane is restored piece by piece. */
  onProgress?: (done: number, total: number) => void;
  /** Told before the first plane of a size that is restored piece by piece. */
  onSchedule?: (schedule: TileSchedule) => void;
  cancelled?: () => boolean;
}

export class Cancelled extends Error {}

export async function restoreImage(
  engine: Engine,
  model: ModelFile,
  image: Image,
  asked: RestoreOptions = {},
): Promise<Image> {
  const { low, high } = model.record.normalisation;
  const scales = measureScales(image, { low, high, eps: 1e-20 });
  const seen = { xzViews: asked.xzViews, factor: asked.axialFactor ?? factorOf(image) };
  const options = { ...asked, task: asked.task ?? taskOfImage(model.record, image, scales, seen) };
  const axial = isAxial(model, options.task);
  const asViews = options.xzViews ?? (axial && image.size.z > 1);
  if (asViews && image.size.z < 2)
    throw new ModelFileError('one plane and side views asked for', 'a stack', 'leave the side views out');
  const restored: Image = {
    ...image,
    data: image.data.slice(),
    meta: { ...image.meta, record: recordText(model, options, scales) },
  };
  const network = new Restoration(engine, model, options);
  try {
    if (asViews) await restoreViews(network, image, restored, scales, options);
    else await restorePlanes(network, image, restored, scales, options);
  } finally {
    network.destroy();
  }
  return restored;
}

/** Refuses a task the model was not trained for: an option is honoured or refused. */
function isAxial({ record }: ModelFile, task: string | undefined): boolean {
  if (task === undefined) return record.tasks.every(({ axial }) => axial);
  const known = record.tasks.find(({ name }) => name === task);
  if (!known)
    throw new ModelFileError(
      `task '${task}'`,
      `one of the model's: ${record.tasks.map(({ name }) => name).join(', ')}`,
      'name one of these, or none',
    );
  return known.axial;
}

async function restorePlanes(
  network: Restoration,
  image: Image,
  restored: Image,
  scales: Scale[],
  { onProgress, cancelled }: RestoreOptions,
): Promise<void> {
  const places = planePlaces(image.size);
  for (const [done, place] of places.entries()) {
    if (cancelled?.()) throw new Cancelled();
    const onShare = (share: number): void => onProgress?.(done + share, places.length);
    const plane = await network.restore(scaled(getPlane(image, place), scales[place.c]), onShare);
    setPlane(restored, place, unscaled(plane, scales[place.c], image));
    onProgress?.(done + 1, places.length);
  }
}

/** Each side view at square pixels, as the network saw them in training, then back to the stack's own planes. */
async function restoreViews(
  network: Restoration,
  image: Image,
  restored: Image,
  scales: Scale[],
  { onProgress, cancelled, axialFactor }: RestoreOptions,
): Promise<void> {
  const factor = axialFactor ?? factorOf(image);
  const { t: frames, c: channels, x, y, z: planes } = image.size;
  const total = frames * channels * (x + y);
  let done = 0;
  const mend = async (view: Plane, scale: Scale): Promise<Plane> => {
    if (cancelled?.()) throw new Cancelled();
    const mended = await network.restore(isotropicView(scaled(view, scale), factor));
    onProgress?.(++done, total);
    return toUnit(resizeLinear(mended, 'y', planes));
  };
  for (let t = 0; t < frames; t++)
    for (let c = 0; c < channels; c++) {
      const sides: Plane[][] = [];
      for (const views of [xzPlanes(image, { t, c }), yzPlanes(image, { t, c })]) {
        const mended: Plane[] = [];
        for (const view of views) mended.push(await mend(view, scales[c]));
        sides.push(mended);
      }
      combineViews(sides[0], sides[1]).forEach((plane, z) => {
        setPlane(restored, { t, z, c }, unscaled(fromUnit(plane), scales[c], image));
      });
    }
}

/** Plane distance over pixel size, at least 1, where the file says both; a stack that says neither counts as isotropic. */
function factorOf({ meta: { pixelSize } }: Image): number {
  const { x, z } = pixelSize;
  return x !== undefined && z !== undefined && x > 0 && z > x ? z / x : 1;
}

/** The restorer of one model, for planes in −1..1. */
export class Restoration {
  private readonly margin: number;
  private readonly floor: number | undefined;
  private readonly params = new ParameterSet('restorer');
  private readonly whole: WholeNetwork;
  private readonly tiled: TiledNetwork;
  private budget: number;
  private piecesBudget: number;
  private schedule: TileSchedule | undefined;

  constructor(
    private readonly engine: Engine,
    model: ModelFile,
    private readonly options: Omit<RestoreOptions, 'xzViews' | 'axialFactor' | 'onProgress'> = {},
  ) {
    const alone = networkFor(model, options);
    const network: StagedNetwork = { planes: 1, stages: () => restoringStages(alone.network) };
    this.margin = restoringMargin(alone.network);
    this.floor = floorOf(model.record, options.task);
    declareNetwork(network, this.params);
    this.params.write(engine, alone.weights);
    this.whole = new WholeNetwork(engine, network, this.params);
    this.tiled = new TiledNetwork(engine, network, this.params);
    this.budget = options.budget ?? defaultBudget(engine);
    this.piecesBudget = options.budget ?? defaultPiecesBudget(engine);
  }

  async restore(plane: Plane, onShare?: (share: number) => void): Promise<Plane> {
    if (!this.options.flips) return this.restoreOnce(plane, onShare);
    const ways: Plane[] = [];
    for (let way = 0; way < WAYS; way++)
      ways.push(await this.restoreOnce(mirrored(plane, way), (share) => onShare?.((way + share) / WAYS)));
    return meanOfMirrored(ways);
  }

  /** In smaller and smaller pieces where the device has less memory than its limits promised. */
  private async restoreOnce(plane: Plane, onShare?: (share: number) => void): Promise<Plane> {
    for (;;) {
      try {
        return await this.restoreWithin(plane, onShare);
      } catch (error) {
        if (!(error instanceof OutOfMemoryError) || this.budget / 2 < LEAST_BUDGET) throw error;
        this.whole.destroy();
        this.tiled.destroy();
        this.budget /= 2;
        this.piecesBudget /= 2;
        this.schedule = undefined;
      }
    }
  }

  private async restoreWithin(plane: Plane, onShare?: (share: number) => void): Promise<Plane> {
    const widened = this.margin > 0 ? withMirroredMargin(plane, this.margin) : plane;
    const extent = {
      width: paddedExtent(widened.width, STAGE_MULTIPLE),
      height: paddedExtent(widened.height, STAGE_MULTIPLE),
    };
    const restored = await this.run({ ...extent, data: reflected(widened, extent) }, onShare);
    const inner = cropped(restored, this.margin, this.margin, plane.width, plane.height);
    const { floor } = this;
    return floor === undefined ? inner : mapPlane(inner, (value) => Math.max(value, floor));
  }

  private run(padded: Plane, onShare?: (share: number) => void): Promise<Plane> {
    if (this.whole.fits(padded, this.budget)) return this.whole.run([padded]);
    this.whole.destroy();
    const progress = { onProgress: onShare, checkpoint: this.checkpoint };
    return this.tiled.run([padded], this.scheduleFor(padded), progress);
  }

  /** Frees what it has on the device. */
  destroy(): void {
    this.whole.destroy();
    this.tiled.destroy();
    this.engine.release(this.params);
  }

  private scheduleFor({ width, height }: Extent): TileSchedule {
    const extent = { width, height };
    const known = this.schedule;
    if (known?.extent.width === extent.width && known.extent.height === extent.height) return known;
    const schedule = this.tiled.plan(extent, { budget: this.piecesBudget });
    this.options.onSchedule?.(schedule);
    this.schedule = schedule;
    return schedule;
  }

  private readonly checkpoint = (): void => {
    if (this.options.cancelled?.()) throw new Cancelled();
  };
}

/** With less than this no device restores anything. */
const LEAST_BUDGET = 2 ** 22;

/** In one run. WebGPU does not tell how much memory there is: the largest buffer of the adapter, at most 1 GiB. */
export const defaultBudget = ({ adapter }: Engine): number => Math.min(adapter.limits.maxBufferSize, 2 ** 30);

/**
 * The same in pieces. A software adapter's memory is the computer's own: maps that are kept beside it take little less,
 * and bringing them there and back a fifth of the time.
 */
export const defaultPiecesBudget = (engine: Engine): number =>
  engine.adapter.software ? 2 ** 32 : defaultBudget(engine);

const scaled = (plane: Plane, { offset, range }: Scale): Plane => ({
  ...plane,
  data: plane.data.map((sample) => (2 * (sample - offset)) / range - 1),
});

const toUnit = (plane: Plane): Plane => ({ ...plane, data: plane.data.map((value) => (value + 1) / 2) });
const fromUnit = (plane: Plane): Plane => ({ ...plane, data: plane.data.map((value) => 2 * value - 1) });

/** −1..1 → the image's own intensities, rounded and clipped to what its sample type holds. */
function unscaled(plane: Plane, { offset, range }: Scale, image: Image): Plane {
  const [least, most] = SAMPLE_RANGE[image.sampleType];
  const whole = Number.isFinite(most);
  return {
    ...plane,
    data: plane.data.map((value) => {
      const sample = ((value + 1) / 2) * range + offset;
      return Math.min(Math.max(whole ? Math.round(sample) : sample, least), most);
    }),
  };
}

/** The task that an image was restored as; undefined where none was named and the model restores all alike. */
export const restoredAs = ({ meta }: Image): string | undefined =>
  (JSON.parse(meta.record ?? '{}') as { restored?: { task?: string } }).restored?.task;

/** What was done to the image, for the file itself. */
function recordText({ record }: ModelFile, { task, flips, detail }: RestoreOptions, scales: Scale[]): string {
  const { preset, tasks, normalisation, config, steps, provenance } = record;
  return JSON.stringify({
    program: 'mendscope',
    restored: {
      preset,
      tasks: tasks.map(({ name }) => name),
      task,
      flips: flips || undefined,
      detail: detail || undefined,
      seed: config.seed,
      steps,
      trainedOn: provenance.adapter,
    },
    normalisation: { percentiles: normalisation, scales },
  });
}
