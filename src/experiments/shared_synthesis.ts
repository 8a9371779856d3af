/**
 * Cells that need the same CIN-GAN train it once: Figure 7, and whoever learns from what it paints. A generator is kept
 * under a name made of everything that decides its weights but the program itself, in a folder that no commit sees.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import { type Engine, Graph, ParameterSet } from '../runtime';
import type { Batches } from '../training/batches';
import { generate } from '../training/cin_gan';
import { type Synthesis, type SynthesisRun, trainSynthesis } from './synthesis';

/** Delete it after a change to how CIN-GAN learns. */
export const KEPT_GENERATORS = join('.cache', 'generators');

/** Of an earlier cell where one had the same data and settings; its seconds count in every cell that uses it. */
export async function sharedSynthesis(
  engine: Engine,
  data: Batches,
  run: SynthesisRun,
  tell: (step: number, losses: Record<string, number>) => void,
  folder = KEPT_GENERATORS,
): Promise<Synthesis & { earlierSeconds: number }> {
  const path = pathOf(engine, data, run, folder);
  if (existsSync(path)) return opened(engine, path, run, data.tasks.length);
  const made = await trainSynthesis(engine, data, run, tell);
  keepSynthesis(engine, data, run, made, folder);
  return { ...made, earlierSeconds: 0 };
}

/** Keeps a trained generator for the cells that come after. */
export function keepSynthesis(
  engine: Engine,
  data: Batches,
  run: SynthesisRun,
  { weights, losses, seconds }: Synthesis,
  folder = KEPT_GENERATORS,
): void {
  const path = pathOf(engine, data, run, folder);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, writeSafetensors(weights, { record: JSON.stringify({ losses, seconds }) }));
  renameSync(`${path}.part`, path);
}

function opened(engine: Engine, path: string, { shape }: SynthesisRun, tasks: number) {
  const { tensors: weights, metadata } = readSafetensors(new Uint8Array(readFileSync(path)));
  const { losses, seconds } = JSON.parse(metadata.record) as Pick<Synthesis, 'losses' | 'seconds'>;
  const generator = new ParameterSet('generator');
  const graph = new Graph();
  const [clean, noise] = ['clean', 'noise'].map((name) => graph.input(name, [1, 16, 16, 1]));
  generate({ generator }, { clean, noise, task: graph.input('task', [1, tasks]) }, shape); // declares its weights
  generator.write(engine, weights);
  return { generator, weights, losses, seconds, earlierSeconds: seconds };
}

function pathOf(engine: Engine, data: Batches, { shape, phi, config, seed, from }: SynthesisRun, folder: string) {
  const hash = createHash('sha256');
  const { generator, critic } = shape;
  hash.update(JSON.stringify([engine.adapter.name, generator, critic, config, seed, data.patch, phi.name]));
  for (const set of [phi.weights, from?.generator ?? new Map()]) for (const { data } of set.values()) hash.update(data);
  for (const { name, axial, clean, defective } of data.tasks) {
    hash.update(JSON.stringify([name, axial]));
    for (const plane of [clean, defective].flat()) hash.update(plane.data);
  }
  return join(folder, `${hash.digest('hex').slice(0, 32)}.safetensors`);
}
