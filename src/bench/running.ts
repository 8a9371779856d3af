/** A case brought to the device, ready to be run again and again. */
import type { Plane } from '../imaging/image';
import { throughStages } from '../models/stages';
import { type Engine, Graph, ParameterSet, type Plan, type Shape, sizeOf } from '../runtime';
import { defaultBudget, defaultPiecesBudget } from '../training/restore';
import { declareNetwork, TiledNetwork } from '../training/tiled_restore';
import { WholeNetwork } from '../training/whole_restore';
import type { Case, ProgramCase, RestoreCase } from './cases';

import { type ConvData, checkConvolution } from './check';

export interface Running extends Counts {
  /** Enqueues a run; where it is many programs, it is done when the promise resolves. */
  run(): void | Promise<void>;
  finished(): Promise<void>;
  /**
   * Looks at the latest run's results: a convolution's against the definition, anything else for numbers.
   * @returns the largest relative difference, where there is a definition
   * @throws Error where the result is wrong
   */
  check(): Promise<number | undefined>;
  /** Milliseconds of the kernels alone in one more run, where a real device has timestamps. */
  kernelTime?(): Promise<number>;
  /** Does all of a run but hand it to the device. */
  rehearse?(): void;
  destroy(): void;
  compileMilliseconds: number;
}

interface Counts {
  flops: number;
  bytes: number;
  kernels: number;
  pipelines: number;
  /** Of the step's own tensors: what it takes, and the most that is alive at one time. */
  peakBytes: number;
  boundBytes: number;
  /** Tiles of a restoration that takes more than one run. */
  tiles?: number;
}

export const open = (engine: Engine, one: Case): Promise<Running> =>
  one.kind === 'restore' ? openRestoration(engine, one) : openProgram(engine, one);

export async function openProgram(engine: Engine, one: Omit<ProgramCase, 'kind'>): Promise<Running> {
  const { graph, sets, spec, check } = one.trace();
  const started = performance.now();
  const program = await engine.compile(graph, spec);
  const compileMilliseconds = performance.now() - started;
  sets.forEach((set, i) => {
    set.initialise(engine, i + 1);
  });
  const rates = (spec.updates ?? []).flatMap((u) =>
    u.kind === 'adam' && typeof u.learningRate === 'object' ? [u.learningRate.input] : [],
  );
  const names = new Set([...engine.footprint(spec).inputs, ...rates]);
  const inputs: Record<string, Float32Array> = {};
  for (const { op, shape } of graph.nodes) {
    if (op.kind === 'input' && names.has(op.name)) inputs[op.name] = valuesFor(op.name, shape);
  }
  return {
    run: () => program.run(inputs),
    rehearse: () => program.rehearse(inputs),
    finished: () => program.finished(),
    async check() {
      const results = await program.read();
      if (check) return checkConvolution(check, await operandsOf(sets[0]), results.result);
      for (const [name, values] of Object.entries(results)) assertNumbers(`${one.name}, ${name}`, values);
      return undefined;
    },
    ...(hasTimestamps(engine) && {
      kernelTime: async () => (await program.profile(inputs)).reduce((total, { ms }) => total + ms, 0),
    }),
    destroy() {
      program.destroy();
      for (const set of sets) engine.release(set);
    },
    compileMilliseconds,
    ...counts(program.plan, one),
  };
}

/** A software adapter's are those of its command queue, which says no more than the clock. */
const hasTimestamps = ({ adapter, device }: Engine): boolean =>
  !adapter.software && device.features.has('timestamp-query');

function counts(plan: Plan, one: { flops?: number; bytes?: number }): Counts {
  return {
    flops: one.flops ?? plan.kernels.reduce((total, k) => total + k.flops, 0),
    bytes: one.bytes ?? plan.kernels.reduce((total, k) => total + k.bytes, 0),
    kernels: plan.kernels.length,
    pipelines: plan.pipelines,
    peakBytes: plan.peakBytes,
    boundBytes: plan.boundBytes,
  };
}

/** In one run where that fits the device, else by tiles. */
async function openRestoration(engine: Engine, one: RestoreCase): Promise<Running> {
  const { network, side, name } = one;
  const set = new ParameterSet('network');
  declareNetwork(network, set);
  const extent = { width: side, height: side };
  if (new WholeNetwork(engine, network, set).fits(extent, defaultBudget(engine))) {
    const graph = new Graph();
    const x = graph.input('x', [1, side, side, network.planes]);
    const image = throughStages(set.scope(graph), network.stages(graph), x, x);
    return openProgram(engine, {
      name,
      trace: () => ({ graph, sets: [set], spec: { label: name, outputs: { image } } }),
    });
  }
  set.initialise(engine, 1);
  const tiled = new TiledNetwork(engine, network, set);
  const started = performance.now();
  const schedule = tiled.plan(extent, { budget: defaultPiecesBudget(engine) });
  const compileMilliseconds = performance.now() - started;
  const image: Plane = { ...extent, data: valuesFor('x', [side, side]) };
  let restored: Plane | undefined;
  return {
    async run() {
      restored = await tiled.run([image], schedule);
    },
    finished: () => Promise.resolve(),
    async check() {
      assertNumbers(name, restored?.data ?? new Float32Array([Number.NaN]));
      return undefined;
    },
    destroy() {
      tiled.destroy();
      engine.release(set);
    },
    compileMilliseconds,
    flops: schedule.flops,
    bytes: schedule.movedBytes,
    kernels: 0,
    pipelines: 0,
    peakBytes: schedule.deviceBytes,
    boundBytes: schedule.deviceBytes,
    tiles: schedule.tiles,
  };
}

/** Smooth values in −0.5…0.5, other ones for each name; a task is the first, a learning rate small. */
function valuesFor(name: string, shape: Shape): Float32Array {
  if (name === 'learningRate') return Float32Array.of(1e-5);
  const count = sizeOf(shape);
  if (name === 'task') return Float32Array.from({ length: count }, (_, i) => (i % shape[1] === 0 ? 1 : 0));
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.013 + name.length) / 2);
}

async function operandsOf(set: ParameterSet): Promise<ConvData> {
  return Object.fromEntries([...(await set.read())].map(([name, { data }]) => [name, data]));
}

function assertNumbers(what: string, values: Float32Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new Error(`bench: ${what}: value ${at} is ${values[at]}`);
}
