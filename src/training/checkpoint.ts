/**
 * A run's whole state ⇄ one file: weights, Adam's m, v and step counter, the running mean of the weights, and in the
 * record the configuration, the phase and the steps done. Batches and random numbers depend on seed and step alone, so
 * those two are the random state and the position in the data.
 */
import { declareRestoring } from '../models/restoring_network';
import { type Engine, Graph, ParameterSet } from '../runtime';
import { type FileRecord, type ModelFile, ModelFileError, type NamedTensors, writeModelFile } from './model_file';
import type { Networks, RunProgress } from './networks';
import { averageIsRipe } from './schedule';
import type { WarmStart } from './warm_start';

/** Sets whose optimiser goes into a checkpoint, by phase; `average` and, later, `generator` are weights only. */
const TRAINED = {
  'cin-gan': ['generator', 'critic'],
  mend: ['restorer'],
  cgan: ['restorer', 'discriminator'],
} as const;
const KEPT = { 'cin-gan': [], mend: ['average', 'generator'], cgan: ['average', 'generator'] } as const;

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
  if (nets.faithful) sets.set('faithful', nets.faithful);
  if (!sets.has('restorer')) {
    sets.set('restorer', start?.restorer ?? (await untrainedRestorer(engine, record)));
    if (start?.detail) sets.set('detail', start.detail);
  }
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
  nets.faithful = sets.get('faithful');
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

/** The phase's averaged weights, or those of the moment where it was stopped before the mean was ripe. */
export function learned(nets: Networks, { config, steps }: FileRecord, phase: 'mend' | 'cgan'): ParameterSet {
  const ripe =
    phase === 'mend' && config.mend
      ? averageIsRipe(config.mend, steps.mend ?? 0)
      : averageIsRipe(config.cGan, steps.cGan);
  return ripe ? nets.average : nets.restorer;
}

/** The model: what the restorer learned, with what the cGAN made of it for detail where that was begun. */
export async function writeModel(
  engine: Engine,
  nets: Networks,
  record: FileRecord,
  start?: WarmStart,
): Promise<Uint8Array> {
  const sets = new Map<string, NamedTensors>();
  const { mend = 0, cGan } = record.steps;
  const trained = learned(nets, record, record.config.mend && cGan === 0 ? 'mend' : 'cgan');
  const weights = trained.count > 0 ? await trained.read() : undefined;
  if (nets.faithful && weights && cGan > 0) sets.set('detail', weights);
  else if (mend + cGan === 0 && start?.detail) sets.set('detail', start.detail);
  sets.set('restorer', nets.faithful ?? weights ?? start?.restorer ?? (await untrainedRestorer(engine, record)));
  if (nets.generator.count > 0) sets.set('generator', await nets.generator.read());
  else if (start?.generator && namesOf(start) === namesOf(record)) sets.set('generator', start.generator);
  return writeModelFile({ record: { ...record, kind: 'model' }, sets });
}

const namesOf = ({ tasks }: Pick<FileRecord, 'tasks'>): string => JSON.stringify(tasks.map(({ name }) => name));

/** First weights, for a run that ends before its restorer was begun: the file then says 0 steps. */
async function untrainedRestorer(engine: Engine, { restorer, config }: FileRecord): Promise<NamedTensors> {
  const set = new ParameterSet('restorer');
  declareRestoring(set, new Graph(), restorer);
  set.initialise(engine, config.seed);
  const first = await set.read();
  engine.release(set);
  return first;
}
