/**
 * A plane through a staged network piece by piece, with the statistics of the whole plane in every norm: the result is
 * that of one run over the whole plane, to float32's rounding, whatever the tiles.
 */
import type { Plane } from '../imaging/image';
import { passName, type StagedNetwork, throughStages, tracePass } from '../models/stages';
import { type Engine, Graph, type ParameterSet, type Program } from '../runtime';
import { FeatureMap } from './feature_map';
import { Moments } from './moments';
import { type PlannedPass, planTiles, type TileOptions, type TileSchedule } from './tile_plan';
import { type Extent, interleaved, type Rectangle, type Window, windowsOf } from './windows';

export interface TiledOptions {
  /** Share of the arithmetic done, 0..1, after each tile. */
  onProgress?: (share: number) => void;
  /** Throws to stop between two tiles. */
  checkpoint?: () => void;
}

/** Declares every parameter of a network, in its own order: before a set gets its memory, and before planning. */
export function declareNetwork(network: StagedNetwork, params: ParameterSet): void {
  const graph = new Graph();
  const x = graph.input(passName.source, [1, 4, 4, network.planes]);
  throughStages(params.scope(graph), network.stages(graph), x, graph.input('image', [1, 4, 4, 1]));
}

export class TiledNetwork {
  constructor(
    private readonly engine: Engine,
    private readonly network: StagedNetwork,
    /** Of the network as {@link declareNetwork} declares it. */
    private readonly params: ParameterSet,
  ) {}

  /** @throws BudgetError where even the smallest window takes more */
  plan(extent: Extent, options: TileOptions): TileSchedule {
    return planTiles(this.engine, this.network, this.params, extent, options);
  }

  /** @param planes the network's input, the image first, of the schedule's extent */
  async run(planes: readonly Plane[], schedule: TileSchedule, options: TiledOptions = {}): Promise<Plane> {
    const { extent, passes } = schedule;
    const all = { x: 0, y: 0, ...extent };
    const source = new FeatureMap(extent.height, extent.width, planes.length);
    source.write(interleaved(planes), all, all);
    let stage = new StageRun(this.network, source, source);
    let flops = 0;
    for (const [i, pass] of passes.entries()) {
      if (i > 0 && pass.stage !== passes[i - 1].stage) stage = new StageRun(this.network, source, stage.output);
      await this.runPass(pass, stage, extent, (share) => {
        options.checkpoint?.();
        options.onProgress?.((flops + share * pass.flops) / schedule.flops);
      });
      flops += pass.flops;
    }
    return { ...extent, data: stage.output.read(all) };
  }

  private async runPass(
    planned: PlannedPass,
    run: StageRun,
    extent: Extent,
    onTile: (share: number) => void,
  ): Promise<void> {
    const { end, halo, window, stores } = planned;
    const map = stores ? run.mapFor(planned, extent) : undefined;
    const moments = new Moments(end.channels);
    const absorb = async ({ at, core }: Window, reading: ReturnType<Program['read']>): Promise<void> => {
      const { shift, sums, squares, map: values } = await reading;
      if (sums) moments.add(shift, sums, squares, (core.width * core.height) / end.step ** 2);
      map?.write(values, stepped(at, end.step), stepped(core, end.step));
    };
    const program = await this.compile(planned);
    const windows = windowsOf(extent, window, halo);
    let last = Promise.resolve();
    try {
      for (const [i, one] of windows.entries()) {
        program.run(run.inputs(planned, one), { seed: 0, step: 0 });
        const before = last;
        last = absorb(one, program.read());
        await before; // this tile is computed while the one before it is taken in
        onTile((i + 1) / windows.length);
      }
      await last;
    } finally {
      await Promise.allSettled([last]);
      program.destroy();
    }
    run.finish(planned, map, moments);
  }

  private compile({ stage, pass, window, label }: PlannedPass): Promise<Program> {
    const graph = new Graph();
    const outputs = tracePass(this.params.scope(graph), this.network, stage, pass, [window.height, window.width]);
    return this.engine.compile(graph, { label: `${label}, ${window.width}×${window.height}`, outputs });
  }
}

/** What the passes of one stage hand to each other. */
class StageRun {
  output: FeatureMap;
  private readonly kept = new Map<number, FeatureMap>();
  private readonly moments: { mean: Float32Array; variance: Float32Array }[] = [];

  constructor(
    private readonly network: StagedNetwork,
    private readonly source: FeatureMap,
    private readonly x: FeatureMap,
  ) {
    this.output = x;
  }

  /** The map that a pass fills. */
  mapFor({ end, inPlace }: PlannedPass, { width, height }: Extent): FeatureMap {
    return inPlace ? this.x : new FeatureMap(height / end.step, width / end.step, end.channels);
  }

  /** Everything that a pass reads for one window. */
  inputs({ inputs, end }: PlannedPass, { at, core }: Window): Record<string, Float32Array> {
    const given: Record<string, Float32Array> = {};
    const give = (name: string, values: () => Float32Array): void => {
      if (inputs.includes(name)) given[name] = values();
    };
    const part = (map: FeatureMap) => () => map.read(stepped(at, this.source.width / map.width));
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

  finish({ pass, collects, dropped }: PlannedPass, map: FeatureMap | undefined, moments: Moments): void {
    if (collects) this.moments[pass.end] = moments.values();
    if (map && collects) this.kept.set(pass.end, map);
    else if (map) this.output = map;
    for (const norm of dropped) this.kept.delete(norm);
  }
}

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
