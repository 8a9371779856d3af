/** What the networks make of one fixed patch per task, to look at while they learn. */

import { mapPlane } from '../imaging/filters';
import type { Plane } from '../imaging/image';
import { batchOf, PatchSampler, planeOfBatch } from '../imaging/patches';
import type { Architecture } from '../models/presets';
import { ownTasks, type RestoringNetwork, restoringNetwork } from '../models/restoring_network';
import { type Engine, Graph, type ParameterSet, randomNormal } from '../runtime';
import { drawRandom, type TaskPlanes } from './batches';
import { generate } from './cin_gan';
import type { PreviewRow } from './messages';

export interface Preview {
  rows(): Promise<PreviewRow[]>;
  /** Frees what it has on the device. */
  destroy(): void;
}

interface Setting {
  patch: number;
  seed: number;
}

const NOISE_STREAM = 9;

/** A clean patch of each task beside the defect painted on it; `truth` is a real defective patch to compare with. */
export async function synthesisPreview(
  engine: Engine,
  { generator }: { generator: ParameterSet },
  shape: Pick<Architecture, 'generator'>,
  tasks: TaskPlanes[],
  { patch, seed }: Setting,
): Promise<Preview> {
  const clean = tasks.map((task) => onePatch([task.clean[0]], patch, seed)[0]);
  const real = tasks.map(({ defective: [first] }) => (first ? onePatch([first], patch, seed)[0] : undefined));
  const graph = new Graph();
  const extent = [tasks.length, patch, patch, 1];
  const image = graph.input('clean', extent);
  const task = graph.input('task', [tasks.length, tasks.length]);
  const synthetic = generate(
    { generator },
    { clean: image, task, noise: randomNormal(graph, extent, NOISE_STREAM) },
    shape,
  );
  const program = await engine.compile(graph, { label: 'synthesis preview', outputs: { synthetic } });
  const fed = { clean: batchOf(clean), task: identity(tasks.length) };
  const rows = async () => {
    program.run(fed, { seed, step: 0 });
    const out = await program.read();
    return tasks.map(({ name }, n) => ({
      task: name,
      input: shown(clean[n]),
      synthetic: shown(planeOfBatch(out.synthetic, patch, patch, n)),
      truth: real[n] && shown(real[n]),
    }));
  };
  return { rows, destroy: () => program.destroy() };
}

/** A defective patch of each task, restored; from a pair that is not trained on where one is kept back. */
export async function restorationPreview(
  engine: Engine,
  params: ParameterSet,
  { network, floors }: { network: RestoringNetwork; floors?: readonly number[] },
  training: TaskPlanes[],
  validation: TaskPlanes[],
  { patch, seed }: Setting,
): Promise<Preview> {
  const patches = training.flatMap((task, i) => {
    const pair = validation[i].pairs[0] ?? (task.made ? undefined : task.pairs[0]);
    if (!pair && task.defective.length === 0) return [];
    const [defective, clean] = onePatch(pair ? [pair.defective, pair.clean] : [task.defective[0]], patch, seed);
    return [{ name: task.name, of: i, defective, clean, floor: floors?.[i] ?? Number.NEGATIVE_INFINITY }];
  });
  const graph = new Graph();
  const image = graph.input('image', [patches.length, patch, patch, 1]);
  const tasks = ownTasks(network);
  const task = tasks > 0 ? graph.input('task', [patches.length, tasks]) : undefined;
  const restored = restoringNetwork(params.scope(graph), image, network, { task });
  const program = await engine.compile(graph, { label: 'restoration preview', outputs: { restored } });
  const codes = Float32Array.from(
    patches.flatMap(({ of }) => Array.from({ length: tasks }, (_, t) => (t === of ? 1 : 0))),
  );
  const fed = { image: batchOf(patches.map((row) => row.defective)), ...(task && { task: codes }) };
  const rows = async () => {
    program.run(fed, { seed, step: 0 });
    const out = await program.read();
    return patches.map(({ name, defective, clean, floor }, n) => ({
      task: name,
      input: shown(defective),
      restored: shown(mapPlane(planeOfBatch(out.restored, patch, patch, n), (value) => Math.max(value, floor))),
      truth: clean && shown(clean),
    }));
  };
  return { rows, destroy: () => program.destroy() };
}

function onePatch(group: Plane[], patch: number, seed: number): Plane[] {
  const sampler = new PatchSampler([group], { size: patch, flips: false, quarterTurns: false });
  const batches = sampler.batch(drawRandom(seed, 'preview', 0), 1);
  return batches.map((batch) => planeOfBatch(batch, patch, patch, 0));
}

/** −1..1 → 0..1, the range that previews are shown in. */
function shown(plane: Plane): Plane {
  return { ...plane, data: plane.data.map((value) => (value + 1) / 2) };
}

function identity(n: number): Float32Array {
  return Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
}
