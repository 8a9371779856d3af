/**
 * What the restorer learns from, as its graph sees it and as it is fed. The first `synthetic` samples of a batch are clean
 * patches whose defect the frozen CIN-GAN generator paints inside the step, anew each time; the rest are real pairs.
 */
import type { Architecture } from '../models/presets';
import { concat, type Graph, type ParameterSet, randomNormal, slice, type Tensor } from '../runtime';
import { type Batches, drawRandom } from './batches';
import { generate } from './cin_gan';
import { floorsOf } from './floor';

export interface RestorerBatch {
  /** [N, P, P, 1] in −1..1, showing the same place. */
  defective: Tensor;
  clean: Tensor;
  /** [N, T], one-hot, each sample's; absent: the network restores every task alike. */
  task?: Tensor;
  /** [N, 1, 1, 1], the darkest that a sample's task may be restored to; absent: as dark as it likes. */
  floor?: Tensor;
}

export interface BatchSetting {
  /** Whose generator paints. */
  shape: Pick<Architecture, 'generator'>;
  batch: number;
  patch: number;
  tasks: number;
  /** Samples of a batch that CIN-GAN makes. */
  synthetic: number;
  /** The network is told which task a sample is of. */
  byTask?: boolean;
  /** Each task's, in the order of the tasks. */
  floors?: readonly number[];
}

const NOISE_STREAM = 3;

/** How many samples of each batch are synthetic: all of them where no task has a pair. */
export function syntheticCount(
  { batch, syntheticShare }: { batch: number; syntheticShare: number },
  hasPairs: boolean,
  hasGenerator: boolean,
): number {
  if (!hasPairs) return batch;
  return hasGenerator ? Math.round(batch * syntheticShare) : 0;
}

/** Painted samples, then the real pairs. */
export function batchInputs(graph: Graph, generator: ParameterSet, setting: BatchSetting): RestorerBatch {
  const { shape, batch, patch, tasks, synthetic, byTask, floors } = setting;
  const clean = graph.input('clean', [batch, patch, patch, 1]);
  const real = batch - synthetic;
  const parts: Tensor[] = [];
  const told = byTask ? graph.input('task', [batch, tasks]) : undefined;
  if (synthetic > 0) {
    const task = told ? slice(told, [0, 0], [synthetic, tasks]) : graph.input('task', [synthetic, tasks]);
    const noise = randomNormal(graph, [synthetic, patch, patch, 1], NOISE_STREAM);
    const sources = slice(clean, [0, 0, 0, 0], [synthetic, patch, patch, 1]);
    parts.push(generate({ generator }, { clean: sources, task, noise }, shape));
  }
  if (real > 0) parts.push(graph.input('defective', [real, patch, patch, 1]));
  const defective = parts.length > 1 ? concat(parts, 0) : parts[0];
  return { clean, defective, task: told, ...(floors ? { floor: graph.input('floor', [batch, 1, 1, 1]) } : {}) };
}

/** The values of those inputs at one step of a run. */
export function drawBatch(
  data: Batches,
  { batch, synthetic, byTask, floors }: Pick<BatchSetting, 'batch' | 'synthetic' | 'byTask' | 'floors'>,
  seed: number,
  step: number,
): Record<string, Float32Array> {
  const random = drawRandom(seed, 'cgan', step);
  const pixels = data.patch * data.patch;
  const clean = new Float32Array(batch * pixels);
  const fed: Record<string, Float32Array> = { clean };
  const floor: number[] = [];
  const task: number[] = [];
  if (synthetic > 0) {
    const sources = data.sources(random, synthetic);
    clean.set(sources.clean);
    task.push(...sources.task);
    if (floors) floor.push(...floorsOf(sources, floors));
  }
  if (synthetic < batch) {
    const real = data.real(random, batch - synthetic);
    clean.set(real.clean, synthetic * pixels);
    fed.defective = real.defective;
    if (byTask) task.push(...real.task);
    if (floors) floor.push(...floorsOf(real, floors));
  }
  if (task.length > 0) fed.task = Float32Array.from(task);
  return floors ? { ...fed, floor: Float32Array.from(floor) } : fed;
}
