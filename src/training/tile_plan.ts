/**
 * The schedule by which a staged network restores a plane piece by piece: which passes, over which windows, what is kept
 * between them and what is computed again. Every footprint is that of the very program that will run, lowered but not
 * made, so that a budget holds by construction.
 */
import {
  type Pass,
  type Point,
  passName,
  STAGE_MULTIPLE,
  type Stage,
  type StagedNetwork,
  tracePass,
} from '../models/stages';
import { type Footprint, Graph, type ParameterSet, type ProgramSpec } from '../runtime';
import { type Extent, evenWindow, windowsOf } from './windows';

/** What planning needs of an engine. */
export interface PlanningDevice {
  footprint: (spec: ProgramSpec) => Footprint;
  readonly mostBindingBytes: number;
  readonly traits: { readonly kind: 'cpu' | 'gpu' };
}

export interface TileOptions {
  /** Bytes of device memory, parameters included. */
  budget: number;
  /** Bytes of the computer's memory for what is kept between passes; more only where nothing less will do. */
  hostBudget?: number;
  /** Where maps are kept between passes; left out: on the device where half the budget holds them, else beside it. */
  maps?: 'device' | 'host';
  /** Largest tensor that a kernel is given; left out: what the device binds. */
  bindingBytes?: number;
  /** Largest side of a window without its halo, in pixels; left out: as large as the budget allows. */
  tile?: number;
}

export interface PlannedPass {
  stage: number;
  label: string;
  pass: Pass;
  /** Where its result goes: a norm's place or the stage's output. */
  end: Point;
  inputs: readonly string[];
  /** Whether it is there for statistics, and whether what it computes is kept. */
  collects: boolean;
  stores: boolean;
  window: Extent;
  halo: number;
  tiles: number;
  flops: number;
  /** Read from maps and written to them. */
  movedBytes: number;
  deviceBytes: number;
  /** Of those, what maps and the pass's program take. */
  storageBytes: number;
  /** Norms of the stage whose kept maps no later pass reads. */
  dropped: readonly number[];
  /** The stage's output takes the place of its input. */
  inPlace: boolean;
}

export interface TileSchedule {
  extent: Extent;
  maps: 'device' | 'host';
  passes: readonly PlannedPass[];
  tiles: number;
  flops: number;
  movedBytes: number;
  /** The most device memory at one time, parameters included. */
  deviceBytes: number;
  /** The most that is kept in the computer's memory at one time. */
  hostBytes: number;
}

/** A budget that no schedule can keep. */
export class BudgetError extends Error {
  constructor(
    readonly got: string,
    readonly wanted: string,
    readonly fix: string,
  ) {
    super(`got ${got}, wanted ${wanted}; ${fix}`);
    this.name = 'BudgetError';
  }
}

/** Judged, not measured: what an adapter of each kind computes and moves in a second. Only their ratios matter. */
const RATES = { cpu: { flops: 1e10, device: 3e9, host: 1e9 }, gpu: { flops: 1e12, device: 5e10, host: 2e9 } };
/** Most of the device's budget that maps may take. */
const MAP_SHARE = 0.5;
/** What a schedule takes over its largest pass, so that passes find memory that earlier ones had. */
const ROOM = { cpu: 1.25, gpu: 1 };
const HOST_BUDGET = 4 * 2 ** 30;
/** Side of the window by which the ways of a stage are compared. */
const TRIAL = 64;
const FLOAT = 4;

const bytesPerPixel = ({ step, channels }: Point): number => (FLOAT * channels) / (step * step);

/** @param extent multiples of STAGE_MULTIPLE @throws BudgetError where even the smallest window takes more */
export function planTiles(
  device: PlanningDevice,
  network: StagedNetwork,
  params: ParameterSet,
  extent: Extent,
  options: TileOptions,
): TileSchedule {
  const { maps, hostBudget = HOST_BUDGET } = options;
  const most = (bytes: number): number => Math.min(options.budget, Math.ceil(ROOM[device.traits.kind] * bytes));
  const trials = new Map<string, Footprint>();
  const through = (where: 'device' | 'host', mapBudget: number): ChosenWay[] =>
    waysThrough(device, network, params, extent, { ...options, maps: where, mapBudget, trials });
  if (maps !== 'host') {
    const room = MAP_SHARE * (options.budget - FLOAT * params.size);
    const ways = through('device', room);
    if (maps === 'device' || ways.every(({ way }) => way.mapBytes <= room))
      return scheduleOf(ways, 'device', network, extent, most);
  }
  return scheduleOf(through('host', hostBudget), 'host', network, extent, most);
}

interface PlannerOptions extends TileOptions {
  maps: 'device' | 'host';
  /** Bytes for maps, wherever they are. */
  mapBudget: number;
  /** Footprints of passes over the trial window: the same wherever maps are. */
  trials: Map<string, Footprint>;
}

/** The best way through every stage; equal stages are planned once. */
function waysThrough(
  device: PlanningDevice,
  network: StagedNetwork,
  params: ParameterSet,
  extent: Extent,
  options: PlannerOptions,
): ChosenWay[] {
  const stages = network.stages(new Graph());
  const ways = new Map<string, Omit<ChosenWay, 'stage'>>();
  return stages.map((stage, index) => {
    const input = index === 0 ? null : stages[index - 1].output;
    const isLast = index === stages.length - 1;
    const kind = JSON.stringify([stage.norms, stage.output, input, isLast]);
    const planner = new StagePlanner(device, network, params, extent, options, stage, index, input, isLast);
    const chosen = ways.get(kind) ?? { planner, way: planner.best() };
    ways.set(kind, chosen);
    return { stage, ...chosen };
  });
}

interface ChosenWay {
  stage: Stage;
  planner: StagePlanner;
  way: StageWay;
}

function scheduleOf(
  ways: readonly ChosenWay[],
  maps: 'device' | 'host',
  network: StagedNetwork,
  extent: Extent,
  most: (bytes: number) => number,
): TileSchedule {
  const sized = new Map<StageWay, PlannedPass[]>();
  for (const { way, planner } of ways) if (!sized.has(way)) sized.set(way, planner.sized(way));
  const passes = ways.flatMap(({ stage, way }, index) =>
    (sized.get(way) ?? []).map((pass) => ({ ...pass, stage: index, label: labelOf(stage, pass.pass) })),
  );
  const total = (of: (pass: PlannedPass) => number): number => passes.reduce((sum, pass) => sum + of(pass), 0);
  const mapBytes = Math.max(...ways.map(({ way }) => way.mapBytes));
  return {
    extent,
    maps,
    passes,
    tiles: total(({ tiles }) => tiles),
    flops: total(({ flops }) => flops),
    movedBytes: total(({ movedBytes }) => movedBytes),
    deviceBytes: most(Math.max(...passes.map(({ deviceBytes }) => deviceBytes))),
    hostBytes: (maps === 'host' ? mapBytes : 0) + FLOAT * (network.planes + 1) * extent.width * extent.height,
  };
}

const labelOf = ({ name, norms }: Stage, { end }: Pass): string =>
  end === norms.length ? `${name} output` : `${name} norm ${end + 1} of ${norms.length}`;

/** One way through a stage. */
interface StageWay {
  passes: readonly PlannedPass[];
  seconds: number;
  /** The most that is kept at one time, without the network's input and output. */
  mapBytes: number;
}

class StagePlanner {
  constructor(
    private readonly device: PlanningDevice,
    private readonly network: StagedNetwork,
    private readonly params: ParameterSet,
    private readonly extent: Extent,
    private readonly options: PlannerOptions,
    private readonly stage: Stage,
    private readonly index: number,
    private readonly input: Point | null,
    private readonly isLast: boolean,
  ) {}

  /** The quickest way whose kept maps fit; where none fits, the one that keeps least. */
  best(): StageWay {
    const subsets = Array.from({ length: 2 ** this.stage.norms.length }, (_, bits) => this.judge(bits));
    const fitting = subsets.filter(({ mapBytes }) => mapBytes <= this.options.mapBudget);
    const chosen =
      fitting.length > 0
        ? fitting.reduce((a, b) => (b.seconds < a.seconds ? b : a))
        : subsets.reduce((a, b) => (b.mapBytes < a.mapBytes ? b : a));
    return chosen;
  }

  /** The passes of a way with the windows that the budget allows. @throws BudgetError */
  sized({ passes, mapBytes }: StageWay): PlannedPass[] {
    return passes.map((pass) => this.sizedPass(pass, mapBytes));
  }

  /** The stage with the inputs of those norms kept whose bits are set, judged without halos. */
  private judge(bits: number): StageWay {
    const { norms, output } = this.stage;
    const kept = new Set(norms.flatMap((_, norm) => (bits & (1 << norm) ? [norm] : [])));
    const window = this.trialWindow;
    const scale = (this.extent.width * this.extent.height) / (window.width * window.height);
    const ends = [...norms, output];
    const inputs = ends.map((_, end) => this.trial({ end, kept }).inputs);
    const lastReader = (name: string): number => inputs.findLastIndex((names) => names.includes(name));
    const passes = ends.map((point, end): PlannedPass => {
      const pass = { end, kept };
      const halo = this.haloOf(pass);
      const { flops } = this.trial(pass);
      const stores = end === norms.length || kept.has(end);
      const read = inputs[end].reduce((sum, name) => sum + this.readBytes(name), 0);
      return {
        stage: this.index,
        label: '',
        pass,
        end: point,
        inputs: inputs[end],
        collects: end < norms.length,
        stores,
        window,
        halo,
        tiles: 0,
        flops: flops * scale,
        movedBytes: ((stores ? bytesPerPixel(point) : 0) + read) * this.extent.width * this.extent.height,
        deviceBytes: 0,
        storageBytes: 0,
        dropped: [...kept].filter((norm) => lastReader(passName.kept(norm)) === end),
        inPlace:
          end === norms.length &&
          halo === 0 &&
          this.input?.step === output.step &&
          this.input.channels === output.channels,
      };
    });
    const rates = RATES[this.device.traits.kind];
    const bytes = rates[this.options.maps];
    const seconds = passes.reduce((sum, p) => sum + p.flops / rates.flops + p.movedBytes / bytes, 0);
    return { passes, seconds, mapBytes: this.mapBytes(passes, lastReader) };
  }

  private mapBytes(passes: readonly PlannedPass[], lastReader: (name: string) => number): number {
    const { norms, output } = this.stage;
    const pixels = this.extent.width * this.extent.height;
    const alive = passes.map(({ pass: { end, kept }, inPlace }) => {
      let bytes = this.input ? bytesPerPixel(this.input) : 0;
      for (const norm of kept)
        if (norm <= end && (norm === end || lastReader(passName.kept(norm)) >= end))
          bytes += bytesPerPixel(norms[norm]);
      if (end === norms.length && !inPlace && !this.isLast) bytes += bytesPerPixel(output);
      return bytes * pixels;
    });
    return Math.max(...alive);
  }

  private readBytes(name: string): number {
    if (name === passName.source) return FLOAT * this.network.planes;
    if (name === passName.x) return bytesPerPixel(this.input as Point);
    const norm = this.stage.norms.findIndex((_, at) => passName.kept(at) === name);
    return norm >= 0 ? bytesPerPixel(this.stage.norms[norm]) : 0;
  }

  /** What spoils the edges of a window since the last map that was whole, in multiples of every step. */
  private haloOf({ end, kept }: Pass): number {
    const { norms, output } = this.stage;
    const { reach } = [...norms, output][end];
    const from = Math.max(0, ...[...kept].filter((norm) => norm < end).map((norm) => norms[norm].reach));
    return Math.ceil((reach - from) / STAGE_MULTIPLE) * STAGE_MULTIPLE;
  }

  private get trialWindow(): Extent {
    return { width: Math.min(TRIAL, this.extent.width), height: Math.min(TRIAL, this.extent.height) };
  }

  private trial(pass: Pass): Footprint {
    const before = [...pass.kept].filter((norm) => norm <= pass.end);
    const key = `${this.index} ${pass.end} ${before.join(' ')}`;
    const { trials } = this.options;
    const footprint = trials.get(key) ?? this.footprint(pass, this.trialWindow);
    trials.set(key, footprint);
    return footprint;
  }

  private footprint(pass: Pass, { width, height }: Extent): Footprint {
    const p = this.params.scope(new Graph());
    return this.device.footprint({
      label: 'plan',
      outputs: tracePass(p, this.network, this.index, pass, [height, width]),
    });
  }

  /** The pass with the largest windows that the budget allows. */
  private sizedPass(planned: PlannedPass, mapBytes: number): PlannedPass {
    const { pass, halo } = planned;
    const { budget, bindingBytes = this.device.mostBindingBytes } = this.options;
    const onDevice = this.options.maps === 'device';
    const taken = this.params.size * FLOAT + (onDevice ? mapBytes : 0);
    const room = budget - taken;
    const isResult = this.isLast && !planned.collects;
    const { width, height } = this.extent;
    for (let area = width * height; ; ) {
      const window = this.windowOf(area, halo);
      const footprint = this.footprint(pass, window);
      // Two tiles are read back at a time; sums alone where maps stay on the device.
      const bytes = footprint.bytes + (onDevice && !isResult ? 0 : 2 * footprint.outputBytes);
      if (bytes <= room && footprint.bindingBytes <= bindingBytes) {
        const tiles = windowsOf(this.extent, window, halo).length;
        const grown = (tiles * window.width * window.height) / (width * height);
        const flops = footprint.flops * tiles;
        return {
          ...planned,
          window,
          tiles,
          flops,
          movedBytes: planned.movedBytes * grown,
          deviceBytes: bytes + taken,
          storageBytes: footprint.bytes + (onDevice ? mapBytes : 0),
        };
      }
      const used = window.width * window.height;
      const next = used * Math.min(0.98, (0.98 * room) / bytes, bindingBytes / footprint.bindingBytes);
      const smaller = this.windowOf(next, halo);
      if (room <= 0 || smaller.width * smaller.height >= used)
        throw new BudgetError(
          `a budget of ${mib(budget)} and bindings of ${mib(bindingBytes)}`,
          `${mib(bytes + taken)} and ${mib(footprint.bindingBytes)} for windows of ${window.width}×${window.height}`,
          'give more memory or take a narrower network',
        );
      area = next;
    }
  }

  /** A window of about `area`, as square as the plane allows, that cuts the plane evenly. */
  private windowOf(area: number, halo: number): Extent {
    const { width, height } = this.extent;
    const least = 2 * halo + STAGE_MULTIPLE;
    const most = this.options.tile === undefined ? Number.POSITIVE_INFINITY : this.options.tile + 2 * halo;
    const side = (of: number): number =>
      Math.max(least, Math.floor(Math.min(of, most) / STAGE_MULTIPLE) * STAGE_MULTIPLE);
    const square = Math.sqrt(area);
    const across = Math.min(width, side(height < square ? area / height : square));
    const down = Math.min(height, side(area / across));
    return {
      width: evenWindow(width, across, halo, STAGE_MULTIPLE),
      height: evenWindow(height, down, halo, STAGE_MULTIPLE),
    };
  }
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** A summary line, then a line a pass. */
export function showSchedule(schedule: TileSchedule): string {
  const rows = schedule.passes.map(
    ({ label, window, halo, tiles, deviceBytes, movedBytes, flops }) =>
      `${label.padEnd(22)} ${String(tiles).padStart(5)} × ${`${window.width}×${window.height}`.padEnd(10)} halo ${String(halo).padEnd(3)}` +
      `${mib(deviceBytes).padStart(11)} on the device ${mib(movedBytes).padStart(12)} moved ${(flops / 1e9).toFixed(1).padStart(10)} GFLOP`,
  );
  return [scheduleSummary(schedule), ...rows].join('\n');
}

/** "27 passes over 96 tiles, maps on the device; at most 212.0 MiB on the device and 64.0 MiB beside it, …". */
export function scheduleSummary({ passes, tiles, maps, deviceBytes, hostBytes, movedBytes }: TileSchedule): string {
  return (
    `${passes.length} passes over ${tiles} tiles, maps on the ${maps}; at most ${mib(deviceBytes)} on the device and ` +
    `${mib(hostBytes)} beside it, ${mib(movedBytes)} moved`
  );
}
