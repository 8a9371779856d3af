/**
 * A plane through a staged network piece by piece, with the statistics of the whole plane in every norm: the result is
 * that of one run over the whole plane, to float32's rounding, whatever the tiles.
 */
import type { Plane } from '../imaging/image';
import { type Point, passName, type StagedNetwork, throughStages, tracePass } from '../models/stages';
import { DeviceMap, type Engine, Graph, MemoryPool, type ParameterSet, type Program, type RunInput } from '../runtime';
import { type FeatureMap, HostMap } from './feature_map';
import { Moments } from './moments';
import { type PlannedPass, planTiles, type TileOptions, type TileSchedule } from './tile_plan';
import { type Extent, interleaved, type Rectangle, type Window, windowsOf } from './windows';

export interface TiledOptions {
  /** Share of the arithmetic done, 0..1, after each tile. */
  onProgress?: (share: number) => void;
  /** Throws to stop between two tiles. */
  checkpoint?: () => void;
}

/** Outputs of a pass up to a norm. */
const SUMS = ['shift', 'sums', 'squares'];

/** Declares every parameter of a network, in its own order: before a set gets its memory, and before planning. */
export function declareNetwork(network: StagedNetwork, params: ParameterSet): void {
  const graph = new Graph();
  const x = graph.input(passName.source, [1, 4, 4, network.planes]);
  throughStages(params.scope(graph), network.stages(graph), x, graph.input('image', [1, 4, 4, 1]));
}

export class TiledNetwork {
  /** Kept from run to run. */
  private readonly storage: MemoryPool;

  constructor(
    private readonly engine: Engine,
    private readonly network: StagedNetwork,
    /** Of the network as {@link declareNetwork} declares it. */
    private readonly params: ParameterSet,
  ) {
    this.storage = new MemoryPool(engine.device);
  }

  /** @throws BudgetError where even the smallest window takes more */
  plan(extent: Extent, options: TileOptions): TileSchedule {
    return planTiles(this.engine, this.network, this.params, extent, options);
  }

  /** @param planes the network's input, the image first, of the schedule's extent */
  async run(planes: readonly Plane[], schedule: TileSchedule, options: TiledOptions = {}): Promise<Plane> {
    const { extent, passes } = schedule;
    const all = { x: 0, y: 0, ...extent };
    const source = new HostMap(extent.height, extent.width, planes.length);
    source.write(interleaved(planes), all, all);
    const result = new HostMap(extent.height, extent.width, 1);
    const makeMap = async ({ step, channels }: Point): Promise<FeatureMap> => {
      const [height, width] = [extent.height / step, extent.width / step];
      return schedule.maps === 'device'
        ? this.engine.map(height, width, channels, this.storage)
        : new HostMap(height, width, channels);
    };
    const maps = new StageMaps(this.network, source, result, makeMap);
    let flops = 0;
    try {
      for (const [i, pass] of passes.entries()) {
        if (i > 0 && pass.stage !== passes[i - 1].stage) maps.nextStage();
        this.storage.slack = schedule.deviceBytes - pass.deviceBytes;
        this.storage.limit = this.storage.slack + pass.storageBytes;
        await this.runPass(pass, maps, extent, i === passes.length - 1, (share) => {
          options.checkpoint?.();
          options.onProgress?.((flops + share * pass.flops) / schedule.flops);
        });
        flops += pass.flops;
      }
    } finally {
      maps.destroy();
    }
    return { ...extent, data: result.read(all) };
  }

  private async runPass(
    planned: PlannedPass,
    maps: StageMaps,
    extent: Extent,
    isLast: boolean,
    onTile: (share: number) => void,
  ): Promise<void> {
    const { end, halo, window, collects } = planned;
    const map = await maps.startPass(planned, isLast);
    const moments = new Moments(end.channels);
    const program = await this.compile(planned);
    const runTile = async ({ at, core }: Window): Promise<void> => {
      const place = { at: stepped(at, end.step), core: stepped(core, end.step) };
      const keep = map instanceof DeviceMap ? { map: { map, ...place } } : undefined;
      program.run(maps.inputs(planned, { at, core }), { seed: 0, step: 0, keep });
      const names = [...(collects ? SUMS : []), ...(map instanceof HostMap ? ['map'] : [])];
      if (names.length === 0) return await program.finished();
      const { shift, sums, squares, map: values } = await program.read(names);
      if (collects) moments.add(shift, sums, squares, (core.width * core.height) / end.step ** 2);
      if (map instanceof HostMap) map.write(values, place.at, place.core);
    };
    const windows = windowsOf(extent, window, halo);
    let last = Promise.resolve();
    try {
      for (const [i, one] of windows.entries()) {
        const before = last;
        last = runTile(one);
        await before; // this tile is computed while the one before it is taken in
        onTile((i + 1) / windows.length);
      }
      await last;
    } finally {
      await Promise.allSettled([last]);
      program.destroy();
    }
    maps.finishPass(planned, map, moments);
  }

  private compile({ stage, pass, window, label }: PlannedPass): Promise<Program> {
    const graph = new Graph();
    const outputs = tracePass(this.params.scope(graph), this.network, stage, pass, [window.height, window.width]);
    const spec = { label: `${label}, ${window.width}×${window.height}`, outputs };
    return this.engine.compile(graph, spec, undefined, this.storage);
  }

  /** Frees what it keeps on the device from run to run. */
  destroy(): void {
    this.storage.destroy();
  }
}

/** What passes hand to each other. */
class StageMaps {
  /** The stage's input and output. */
  private x: FeatureMap;
  private output: FeatureMap;
  private filling: FeatureMap | undefined;
  private readonly kept = new Map<number, FeatureMap>();
  private moments: { mean: Float32Array; variance: Float32Array }[] = [];

  constructor(
    private readonly network: StagedNetwork,
    private readonly source: HostMap,
    private readonly result: HostMap,
    private readonly makeMap: (point: Point) => Promise<FeatureMap>,
  ) {
    this.x = source;
    this.output = source;
  }

  nextStage(): void {
    if (this.x !== this.output) release(this.x);
    this.x = this.output;
    this.moments = [];
  }

  /** The map that a pass fills, where it fills one. */
  async startPass({ stores, end, inPlace }: PlannedPass, isLast: boolean): Promise<FeatureMap | undefined> {
    if (!stores) return undefined;
    if (isLast) return this.result;
    this.filling = inPlace ? this.x : await this.makeMap(end);
    return this.filling;
  }

  /** Everything that a pass reads for one window. */
  inputs({ inputs, end }: PlannedPass, { at, core }: Window): Record<string, RunInput> {
    const given: Record<string, RunInput> = {};
    const give = (name: string, values: () => RunInput): void => {
      if (inputs.includes(name)) given[name] = values();
    };
    const part = (map: FeatureMap) => (): RunInput => {
      const place = stepped(at, this.source.width / map.width);
      return map instanceof DeviceMap ? { map, at: place } : map.read(place);
    };
    for (const [name, values] of Object.entries(this.network.inputs ?? {})) give(name, () => values);
    give(passName.source, part(this.source));
    give(passName.x, part(this.x));
    for (const [norm, map] of this.kept) give(passName.kept(norm), part(map));
    for (const [norm, { mean, variance }] of this.moments.entries()) {
      give(passName.mean(norm), () => mean);
      give(passName.variance(norm), () => variance);
    }
    give(passName.rows, () => inside(at.y, at.height, core.y, core.height, end.step));
    give(passName.columns, () => inside(at.x, at.width, core.x, core.width, end.step));
    return given;
  }

  finishPass({ pass, collects, dropped }: PlannedPass, map: FeatureMap | undefined, moments: Moments): void {
    this.filling = undefined;
    if (collects) this.moments[pass.end] = moments.values();
    if (map && collects) this.kept.set(pass.end, map);
    else if (map) this.output = map;
    for (const norm of dropped) {
      release(this.kept.get(norm));
      this.kept.delete(norm);
    }
  }

  /** Frees what is on the device. */
  destroy(): void {
    for (const map of new Set([this.x, this.output, this.filling, ...this.kept.values()])) release(map);
  }
}

const release = (map: FeatureMap | undefined): void => {
  if (map instanceof DeviceMap) map.destroy();
};

/** 1 for the pixels of `core` among those from `start`, 0 for the others; all counted in image pixels. */
function inside(start: number, length: number, core: number, coreLength: number, step: number): Float32Array {
  const from = (core - start) / step;
  return new Float32Array(length / step).fill(1, from, from + coreLength / step);
}

const stepped = ({ x, y, width, height }: Rectangle, step: number): Rectangle => ({
  x: x / step,
  y: y / step,
  width: width / step,
  height: height / step,
});
