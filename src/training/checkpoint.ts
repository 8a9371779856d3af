/**
 * A run's whole state ⇄ one file: weights, Adam's m, v and step counter, the running mean of the weights, and in the
 * record the configuration, the phase and the steps done. Batches and random numbers depend on seed and step alone, so
 * those two are the random state and the position in the data.
 */
import { ARCHITECTURES } from '../models/presets';
import { restorer } from '../models/restorer';
import { type Engine, Graph, ParameterSet } from '../runtime';
import { averageIsRipe } from './cgan';
import { type FileRecord, type ModelFile, ModelFileError, type NamedTensors, writeModelFile } from './model_file';
import type { Networks, RunProgress } from './networks';
import type { WarmStart } from './warm_start';

/** Sets whose optimiser goes into a checkpoint, by phase; `average` and, later, `generator` are weights only. */
const TRAINED = { 'cin-gan': ['generator', 'critic'], cgan: ['restorer', 'discriminator'] } as const;
const KEPT = { 'cin-gan': [], cgan: ['average', 'generator'] } as const;

export async function writeCheckpoint(
  engine: Engine,
  nets: Networks,
  at: RunProgress,
  record: FileRecord,
  start?: WarmStart,
): Promise<Uint8Array> {
  const sets = new Map<string, NamedTensors>();
  const adamSteps: Record<string, number> = {};
  for (const name of TRAINED[at.phase]) {
    sets.set(name, await nets[name].read());
    const { m, v, step } = await nets[name].readState();
    sets.set(`${name}/m`, m);
    sets.set(`${name}/v`, v);
    adamSteps[name] = step;
  }
  for (const name of KEPT[at.phase]) if (nets[name].count > 0) sets.set(name, await nets[name].read());
  if (!sets.has('restorer')) sets.set('restorer', start?.restorer ?? (await untrainedRestorer(engine, record)));
  return writeModelFile({ record: { ...record, kind: 'checkpoint', phase: at.phase, adamSteps }, sets });
}

/** Fills the parameter sets of the phase under way from a checkpoint. Call once its programs are compiled. */
export function loadCheckpoint(engine: Engine, nets: Networks, { record, sets }: ModelFile): void {
  const phase = record.phase ?? 'cgan';
  for (const name of TRAINED[phase]) {
    nets[name].write(engine, wanted(sets, name));
    nets[name].writeState({
      m: wanted(sets, `${name}/m`),
      v: wanted(sets, `${name}/v`),
      step: record.adamSteps?.[name] ?? 0,
    });
  }
  for (const name of KEPT[phase]) if (sets.has(name)) nets[name].write(engine, wanted(sets, name));
}

function wanted(sets: ModelFile['sets'], name: string): NamedTensors {
  const found = sets.get(name);
  if (!found)
    throw new ModelFileError(
      `a file with ${[...sets.keys()].join(', ')}`,
      `a checkpoint with ${name}`,
      'resume from a checkpoint, not from a finished model',
    );
  return found;
}

/** The model: the restorer's averaged weights, or those of the moment where a run was stopped before the mean was ripe. */
export async function writeModel(
  engine: Engine,
  nets: Networks,
  record: FileRecord,
  start?: WarmStart,
): Promise<Uint8Array> {
  const sets = new Map<string, NamedTensors>();
  const trained = averageIsRipe(record.config.cGan, record.steps.cGan) ? nets.average : nets.restorer;
  const begun = trained.count > 0;
  sets.set('restorer', begun ? await trained.read() : (start?.restorer ?? (await untrainedRestorer(engine, record))));
  if (nets.generator.count > 0) sets.set('generator', await nets.generator.read());
  return writeModelFile({ record: { ...record, kind: 'model' }, sets });
}

/** First weights, for a run that ends before its restorer was begun: the file then says 0 steps. */
async function untrainedRestorer(engine: Engine, { preset, config }: FileRecord): Promise<NamedTensors> {
  const set = new ParameterSet('restorer');
  const graph = new Graph();
  restorer(set.scope(graph), graph.input('image', [1, 32, 32, 1]), ARCHITECTURES[preset].restorer);
  set.initialise(engine, config.seed);
  const first = await set.read();
  engine.release(set);
  return first;
}
