/** CIN-GAN in an experiment: training it, painting defects on clean planes, and how close they come to the real ones. */
import type { Plane } from '../imaging/image';
import type { Phi } from '../models/phi';
import type { Architecture } from '../models/presets';
import { type Engine, Graph, type ParameterSet, randomNormal, type Values } from '../runtime';
import type { Batches, TaskPlanes } from '../training/batches';
import {
  CIN_GAN_DEFAULTS,
  type CinGanConfig,
  cinGanStep,
  compileCinGan,
  generate,
  makeCinGan,
} from '../training/cin_gan';
import { generatorFrom, type WarmStart } from '../training/warm_start';
import type { Cell, Curve } from './cell';
import type { Split } from './evidence_images';
import { defectLevel, type PaintedPlane, planesToPaint } from './painted_planes';
import type { Task } from './sources';
import { BATCH, Timer } from './training_run';

export interface SynthesisRun {
  shape: Architecture;
  phi: Phi;
  config: CinGanConfig;
  seed: number;
  /** A generator to add tasks to: then the scales and shifts of its norms alone are trained. */
  from?: Pick<WarmStart, 'generator' | 'tasks'>;
}

export interface Synthesis {
  generator: ParameterSet;
  weights: Map<string, Values>;
  losses: Record<string, number>;
  /** What its training took. */
  seconds: number;
}

export function cinGanConfig(cell: Cell): CinGanConfig {
  return { ...CIN_GAN_DEFAULTS[cell.preset], steps: cell.cinUpdates, batch: BATCH };
}

/** Steps enqueued before the CPU waits: keeps the queue short. */
const LOOK_EVERY = 10;

/** @param watch called every `every` updates, and before the first, with the generator as it stands */
export async function trainSynthesis(
  engine: Engine,
  data: Batches,
  { shape, phi, config, seed, from }: SynthesisRun,
  tell: (step: number, losses: Record<string, number>) => void,
  watch?: { every: number; look: (generator: ParameterSet, step: number) => Promise<void> },
): Promise<Synthesis> {
  const timer = new Timer();
  const nets = makeCinGan();
  const programs = await compileCinGan(engine, nets, {
    shape,
    phi,
    config,
    patch: data.patch,
    tasks: data.tasks.length,
    normsOnly: from !== undefined,
  });
  phi.params.write(engine, phi.weights);
  for (const set of [nets.generator, nets.critic]) set.initialise(engine, seed);
  if (from) {
    const names = data.tasks.map(({ name }) => name);
    nets.generator.write(engine, generatorFrom(nets.generator, from, names, seed));
  }
  let losses: Record<string, number> = {};
  for (let step = 0; step < config.steps; step++) {
    if (watch && step % watch.every === 0) await watch.look(nets.generator, step);
    cinGanStep(programs, data, config, seed, step);
    if ((step + 1) % LOOK_EVERY !== 0 && step + 1 < config.steps) continue;
    const outputs = { ...(await programs.criticStep.read()), ...(await programs.generatorStep.read()) };
    losses = Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name, value]));
    tell(step + 1, losses);
  }
  if (watch) await watch.look(nets.generator, config.steps);
  engine.release(nets.critic);
  return { generator: nets.generator, weights: await nets.generator.read(), losses, ...timer.stop() };
}

const NOISE_STREAM = 9;

/** A function that paints defect `task` on a plane in −1..1 with the generator's weights of the moment. */
async function painter(
  engine: Engine,
  generator: ParameterSet,
  shape: Architecture,
  tasks: number,
  size: { width: number; height: number },
): Promise<(plane: Plane, task: number, seed: number) => Promise<Plane>> {
  const { width, height } = size;
  const graph = new Graph();
  const extent = [1, height, width, 1];
  const clean = graph.input('clean', extent);
  const noise = randomNormal(graph, extent, NOISE_STREAM);
  const synthetic = generate({ generator }, { clean, task: graph.input('task', [1, tasks]), noise }, shape);
  const program = await engine.compile(graph, { label: 'painting', outputs: { synthetic } });
  return async (plane, task, seed) => {
    const oneHot = Float32Array.from({ length: tasks }, (_, t) => (t === task ? 1 : 0));
    program.run({ clean: plane.data, task: oneHot }, { seed, step: 0 });
    return { width, height, data: (await program.read()).synthetic };
  };
}

/** The tasks with pairs added: every clean plane with `copies` synthetic defects, each with noise of its own. */
export async function withSyntheticPairs(
  engine: Engine,
  { generator }: Synthesis,
  shape: Architecture,
  tasks: TaskPlanes[],
  copies: number,
): Promise<TaskPlanes[]> {
  const paint = await painter(engine, generator, shape, tasks.length, tasks[0].clean[0]);
  const out: TaskPlanes[] = [];
  for (const [t, task] of tasks.entries()) {
    const pairs = [...task.pairs];
    for (let copy = 0; copy < copies; copy++)
      for (const [i, clean] of task.clean.entries())
        pairs.push({ clean, defective: await paint(clean, t, copy * task.clean.length + i) });
    out.push({ ...task, pairs, defective: pairs.map((p) => p.defective) });
  }
  return out;
}

/** Follows PSNR(clean, synthetic defect) under the paper metric while CIN-GAN learns. @param followed of its `tasks` */
export async function synthesisWatch(
  engine: Engine,
  shape: Architecture,
  tasks: Task[],
  split: Split,
  images: number,
  followed: Task[] = tasks,
): Promise<{
  curves: Curve[];
  look: (generator: ParameterSet, step: number) => Promise<void>;
  /** @param followed its place among those */
  painted: (generator: ParameterSet, followed: number) => Promise<PaintedPlane[]>;
}> {
  const planes = followed.map((task) => planesToPaint(task, images, split));
  const curves: Curve[] = followed.map((task, t) => ({
    task,
    name: 'PSNR of the synthetic defect',
    at: [],
    value: [],
    real: defectLevel(planes[t], 'real'),
  }));
  let paint: Awaited<ReturnType<typeof painter>> | undefined;
  const painted = async (generator: ParameterSet, t: number) => {
    paint ??= await painter(engine, generator, shape, tasks.length, planes[0][0].clean);
    const out: PaintedPlane[] = [];
    for (const [i, { clean, real }] of planes[t].entries())
      out.push({ clean, real, synthetic: await paint(clean, tasks.indexOf(followed[t]), i) });
    return out;
  };
  const look = async (generator: ParameterSet, step: number) => {
    for (const [t, curve] of curves.entries()) {
      const made = await painted(generator, t);
      curve.at.push(step);
      curve.value.push(defectLevel(made, 'synthetic'));
    }
  };
  return { curves, look, painted };
}
