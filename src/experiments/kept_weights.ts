/**
 * Weights that several cells begin with or learn from, trained once: kept under a name made of everything that decides
 * them but the program itself, in a folder that no commit sees. Delete it after a change to how they are trained.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import type { Engine, Values } from '../runtime';
import type { TaskPlanes } from '../training/batches';

export const KEPT_WEIGHTS = join('.cache', 'weights');

export interface Kept {
  weights: Map<string, Values>;
  /** The last losses. */
  losses: Record<string, number>;
  /** What training took. */
  seconds: number;
}

/** A name for what comes of these parts on this adapter: settings as JSON, and samples. */
export function nameOf(
  { adapter }: Pick<Engine, 'adapter'>,
  settings: unknown[],
  samples: Iterable<Float32Array>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([...settings, adapter.name]));
  for (const part of samples) hash.update(part);
  return hash.digest('hex').slice(0, 32);
}

/** Every sample of the tasks. */
export function* samplesOf(tasks: readonly TaskPlanes[]): Iterable<Float32Array> {
  for (const { clean, defective, pairs } of tasks)
    for (const plane of [clean, defective, ...pairs.map((pair) => [pair.defective, pair.clean])].flat())
      yield plane.data;
}

/** Every weight of the sets that there are. */
export function* valuesOf(...sets: (ReadonlyMap<string, Values> | undefined)[]): Iterable<Float32Array> {
  for (const set of sets) for (const { data } of set?.values() ?? []) yield data;
}

export function openKept(name: string, folder = KEPT_WEIGHTS): Kept | undefined {
  const path = pathOf(name, folder);
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = readSafetensors(new Uint8Array(readFileSync(path)));
  return { weights: tensors, ...(JSON.parse(metadata.record) as Pick<Kept, 'losses' | 'seconds'>) };
}

/** Writes beside the place and moves there: half a file is never seen. */
export function keep(name: string, { weights, losses, seconds }: Kept, folder = KEPT_WEIGHTS): void {
  const path = pathOf(name, folder);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, writeSafetensors(weights, { record: JSON.stringify({ losses, seconds }) }));
  renameSync(`${path}.part`, path);
}

/** Weights after `train`, or those that an earlier cell, or this one before it was cut off, trained by the same settings. */
export async function trainedOnce(
  engine: Engine,
  settings: unknown[],
  samples: Iterable<Float32Array>,
  train: () => Promise<Pick<Kept, 'weights' | 'losses'>>,
  folder = KEPT_WEIGHTS,
): Promise<Kept & { earlierSeconds: number }> {
  const name = nameOf(engine, settings, samples);
  const kept = openKept(name, folder);
  if (kept) return { ...kept, earlierSeconds: kept.seconds };
  const began = performance.now();
  const { weights, losses } = await train();
  for (const values of valuesOf(weights))
    if (!values.every(Number.isFinite))
      throw new Error('training ended with weights that are no finite numbers: take a lower learning rate');
  const made = { weights, losses, seconds: (performance.now() - began) / 1000 };
  keep(name, made, folder);
  return { ...made, earlierSeconds: 0 };
}

const pathOf = (name: string, folder: string): string => join(folder, `${name}.safetensors`);
