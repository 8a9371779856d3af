/**
 * An image of any size, type and number of planes through a trained restorer: normalised by whole-image percentiles as
 * the model records, padded to the network's multiple, tiled where it is large, mapped back to the input's intensities.
 */
import { getPlane, type Image, type Plane, planePlaces, SAMPLE_RANGE, setPlane } from '../imaging/image';
import { measureScales, type Scale } from '../imaging/normalisation';
import { combineViews, xzPlanes, yzPlanes } from '../imaging/views';
import { BACKBONE_MULTIPLE, backboneReach } from '../models/backbone';
import { restorer } from '../models/restorer';
import { type Engine, Graph, ParameterSet, type Program } from '../runtime';
import { type ModelFile, ModelFileError } from './model_file';
import { blendTiles, paddedExtent, reflected, type Tile, tilesOf } from './tiles';

export interface RestoreOptions {
  /** One of the model's tasks; an axial one restores a stack on its side views. */
  task?: string;
  /** Restore XZ and YZ views and combine them. Left out: where the task, or every task of the model, is axial. */
  xzViews?: boolean;
  onProgress?: (done: number, total: number) => void;
  cancelled?: () => boolean;
}

export class Cancelled extends Error {}

/** Largest extent of one run, in pixels times first channels: the widest layer stays at 64 MiB. */
const LARGEST_LAYER = 2 ** 24;

export async function restoreImage(
  engine: Engine,
  model: ModelFile,
  image: Image,
  options: RestoreOptions = {},
): Promise<Image> {
  const { low, high } = model.record.normalisation;
  const scales = measureScales(image, { low, high, eps: 1e-20 });
  const asViews = options.xzViews ?? (image.size.z > 1 && isAxial(model, options.task));
  if (asViews && image.size.z < 2)
    throw new ModelFileError('one plane and side views asked for', 'a stack', 'leave the side views out');
  const restored: Image = {
    ...image,
    data: image.data.slice(),
    meta: { ...image.meta, record: recordText(model, options, scales) },
  };
  const network = new Restoration(engine, model);
  if (asViews) await restoreViews(network, image, restored, scales, options);
  else await restorePlanes(network, image, restored, scales, options);
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
    const plane = await network.restore(scaled(getPlane(image, place), scales[place.c]));
    setPlane(restored, place, unscaled(plane, scales[place.c], image));
    onProgress?.(done + 1, places.length);
  }
}

async function restoreViews(
  network: Restoration,
  image: Image,
  restored: Image,
  scales: Scale[],
  { onProgress, cancelled }: RestoreOptions,
): Promise<void> {
  const { t: frames, c: channels, x, y } = image.size;
  const total = frames * channels * (x + y);
  let done = 0;
  for (let t = 0; t < frames; t++)
    for (let c = 0; c < channels; c++) {
      const views: Plane[][] = [];
      for (const planes of [xzPlanes(image, { t, c }), yzPlanes(image, { t, c })]) {
        const mended: Plane[] = [];
        for (const plane of planes) {
          if (cancelled?.()) throw new Cancelled();
          mended.push(toUnit(await network.restore(scaled(plane, scales[c]))));
          onProgress?.(++done, total);
        }
        views.push(mended);
      }
      combineViews(views[0], views[1]).forEach((plane, z) => {
        setPlane(restored, { t, z, c }, unscaled(fromUnit(plane), scales[c], image));
      });
    }
}

/** The compiled restorer of one model, for planes in −1..1. */
export class Restoration {
  private readonly params = new ParameterSet('restorer');
  private loaded = false;
  private readonly programs = new Map<string, Program>();

  constructor(
    private readonly engine: Engine,
    private readonly model: ModelFile,
  ) {}

  async restore(plane: Plane): Promise<Plane> {
    const shape = this.model.record.restorer;
    const side = Math.floor(Math.sqrt(LARGEST_LAYER / shape.first) / BACKBONE_MULTIPLE) * BACKBONE_MULTIPLE;
    const tiles = tilesOf(plane, side, backboneReach(shape), BACKBONE_MULTIPLE);
    const mended: Plane[] = [];
    for (const tile of tiles) mended.push(await this.restoreTile(plane, tile));
    return blendTiles(plane, tiles, mended);
  }

  private async restoreTile(plane: Plane, tile: Tile): Promise<Plane> {
    const height = paddedExtent(tile.height, BACKBONE_MULTIPLE);
    const width = paddedExtent(tile.width, BACKBONE_MULTIPLE);
    const program = await this.program(height, width);
    program.run({ image: reflected(plane, tile, width, height) }, { seed: 0, step: 0 });
    const { restored } = await program.read();
    return { width, height, data: restored };
  }

  private async program(height: number, width: number): Promise<Program> {
    const key = `${height}×${width}`;
    const known = this.programs.get(key);
    if (known) return known;
    const graph = new Graph();
    const image = graph.input('image', [1, height, width, 1]);
    const restored = restorer(this.params.scope(graph), image, this.model.record.restorer);
    const program = await this.engine.compile(graph, { label: `restore ${key}`, outputs: { restored } });
    if (!this.loaded) this.params.write(this.engine, this.model.sets.get('restorer') ?? new Map());
    this.loaded = true;
    this.programs.set(key, program);
    return program;
  }
}

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

/** What was done to the image, for the file itself. */
function recordText({ record }: ModelFile, { task }: RestoreOptions, scales: Scale[]): string {
  const { preset, tasks, normalisation, config, steps, provenance } = record;
  return JSON.stringify({
    program: 'mendscope',
    restored: {
      preset,
      tasks: tasks.map(({ name }) => name),
      task,
      seed: config.seed,
      steps,
      trainedOn: provenance.adapter,
    },
    normalisation: { percentiles: normalisation, scales },
  });
}
