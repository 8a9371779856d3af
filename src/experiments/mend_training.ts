/** mend's two ends of the dial, trained without a page: in one go, and with validation pairs where some are kept back. */

import type { Phi } from '../models/phi';
import type { Architecture, PresetName } from '../models/presets';
import { ownTasks, type RestoringNetwork, restoringNetwork } from '../models/restoring_network';
import { ofTask } from '../models/task_weights';
import { type Engine, Graph, l1, ParameterSet, type Values } from '../runtime';
import { type Batches, drawRandom, type TaskPlanes } from '../training/batches';
import { type CGanConfig, cGanStep, compileCGan } from '../training/cgan';
import { scalars } from '../training/deblurgan';
import { darkest } from '../training/floor';
import { compileMend, MEND_DEFAULTS, type MendConfig, mendStep } from '../training/mend';
import type { Trained } from './restoration';

export interface FaithfulConfig extends MendConfig {
  network: RestoringNetwork;
  /** Each task's, in the order of the tasks; left out: what is restored may be as dark as it likes. */
  floors?: readonly number[];
  /** Weights to begin with. */
  start?: ReadonlyMap<string, Values>;
  /** Steps between two looks at the validation pairs. */
  epoch: number;
  seed: number;
}

/** mend's own settings for a run in one go. */
export function faithfulConfig(
  preset: PresetName,
  { steps, batch, seed }: Pick<FaithfulConfig, 'steps' | 'batch' | 'seed'>,
  network: RestoringNetwork,
  tasks: readonly TaskPlanes[],
): FaithfulConfig {
  const epoch = Math.max(10, Math.round(steps / 20));
  return { ...MEND_DEFAULTS[preset], network, floors: darkest(tasks), steps, batch, epoch, seed };
}

export interface Faithful {
  network: RestoringNetwork;
  weights: Map<string, Values>;
  losses: Record<string, number>;
}

/** What restores each of its tasks, by its place among them. */
export const restoringEach =
  ({ network, weights }: Pick<Faithful, 'network'> & { weights: ReadonlyMap<string, Values> }) =>
  (task: number): Trained => {
    const alone = ofTask(network, weights, task);
    return { network: (p, image) => restoringNetwork(p, image, alone.network), weights: alone.weights };
  };

type Tell = (step: number, losses: Record<string, number>) => void;

/** Validation patches looked at each time; always the same ones. */
const VALIDATION_PATCHES = 16;

/** @param validation undefined where there are too few pairs to keep any back: then the last mean is kept */
export async function trainFaithful(
  engine: Engine,
  data: Batches,
  validation: Batches | undefined,
  config: FaithfulConfig,
  tell: Tell = () => undefined,
): Promise<Faithful> {
  const { seed, network, floors, start } = config;
  const nets = { restorer: new ParameterSet('mend'), average: new ParameterSet('mend average') };
  const setting = { shape: NO_GENERATOR, config, network, floors, patch: data.patch, tasks: data.tasks.length };
  const programs = await compileMend(engine, nets, new ParameterSet('generator'), { ...setting, synthetic: 0 });
  const v = new Graph();
  const extent = [VALIDATION_PATCHES, data.patch, data.patch, 1];
  const own = ownTasks(network);
  const task = own > 0 ? v.input('task', [VALIDATION_PATCHES, own]) : undefined;
  const judged = l1(
    restoringNetwork(nets.average.scope(v), v.input('defective', extent), network, { task }),
    v.input('clean', extent),
  );
  const look = validation && (await engine.compile(v, { label: 'mend validation', outputs: { loss: judged } }));
  const kept = validation?.real(drawRandom(seed, 'validation', 0), VALIDATION_PATCHES);
  if (start) nets.restorer.write(engine, start);
  else nets.restorer.initialise(engine, seed);
  nets.average.write(engine, await nets.restorer.read());

  let best = { loss: Number.POSITIVE_INFINITY, weights: new Map<string, Values>() };
  let losses: Record<string, number> = {};
  for (let i = 0; i < config.steps; i++) {
    mendStep(programs, data, config, seed, i);
    if ((i + 1) % config.epoch !== 0 && i + 1 < config.steps) continue;

    losses = scalars(await programs.restorerStep.read()); // the CPU waits for the GPU here
    if (look && kept) {
      look.run({ defective: kept.defective, clean: kept.clean, ...(task && { task: kept.task }) });
      losses.validation = (await look.read()).loss[0];
      if (losses.validation < best.loss) best = { loss: losses.validation, weights: await nets.average.read() };
    }
    tell(i + 1, losses);
  }
  const weights = best.weights.size > 0 ? best.weights : await nets.average.read();
  for (const set of Object.values(nets)) engine.release(set);
  return { network, weights, losses };
}

/** @param start the faithful network @returns its weights after the cGAN's steps, as a running mean */
export async function trainDetail(
  engine: Engine,
  data: Batches,
  phi: Phi,
  start: { network: RestoringNetwork; weights: ReadonlyMap<string, Values> },
  { discriminator }: Pick<Architecture, 'discriminator'>,
  { floors, seed, ...config }: CGanConfig & { floors?: readonly number[]; seed: number },
  tell: Tell = () => undefined,
): Promise<Map<string, Values>> {
  const nets = {
    restorer: new ParameterSet('mend detail'),
    average: new ParameterSet('mend detail average'),
    discriminator: new ParameterSet('mend detail discriminator'),
  };
  const programs = await compileCGan(engine, nets, new ParameterSet('generator'), {
    shape: { ...NO_GENERATOR, restorer: start.network, discriminator },
    phi,
    config,
    patch: data.patch,
    tasks: data.tasks.length,
    synthetic: 0,
    floors,
  });
  phi.params.write(engine, phi.weights);
  nets.discriminator.initialise(engine, seed);
  for (const set of [nets.restorer, nets.average]) set.write(engine, start.weights);
  for (let i = 0; i < config.steps; i++) {
    cGanStep(programs, data, config, seed + 1, i); // other batches than the faithful ones
    if ((i + 1) % 10 !== 0 && i + 1 < config.steps) continue;
    tell(i + 1, scalars({ ...(await programs.discriminatorStep.read()), ...(await programs.restorerStep.read()) }));
  }
  const weights = await nets.average.read();
  for (const set of Object.values(nets)) engine.release(set);
  return weights;
}

/** Nothing is painted inside these steps. */
const NO_GENERATOR: Pick<Architecture, 'generator'> = { generator: { first: 1, blocks: 1, dropout: 0 } };
