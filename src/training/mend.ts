/**
 * mend: this project's own recipe for few pairs. Fidelity first, detail afterwards:
 *
 *   L = |y − R(x)| + λ (y − R(x))²
 *
 * on real pairs and on pairs that a CIN-GAN made, where there is one, turned and mirrored. Nothing restored is darker
 * than its task's floor (floor.ts). The learning rate rises over the first steps and then falls to 0; what is kept is the
 * running mean of the weights. A cGAN (cgan.ts) then fine-tunes it for detail, and the dial is the straight line between
 * the two sets of weights.
 */
import type { PhiName } from '../models/phi';
import type { PresetName } from '../models/presets';
import {
  declareRestoring,
  ownTasks,
  type RestoringNetwork,
  restoringNetwork,
  type UNet,
} from '../models/restoring_network';
import {
  adam,
  add,
  type Engine,
  ema,
  Graph,
  type KernelChoices,
  l1,
  mse,
  mul,
  type ParameterSet,
  type Program,
  type ProgramSpec,
  type Values,
} from '../runtime';
import type { Batches } from './batches';
import { CGAN_DEFAULTS, type CGan, type CGanConfig } from './cgan';
import { aboveFloor } from './floor';
import type { MendSettings } from './messages';
import { type BatchSetting, batchInputs, drawBatch } from './restorer_batch';
import { averageDecayOf, cosineRateAt } from './schedule';
import type { Runnable } from './timed_step';

export interface MendConfig extends MendSettings {
  /** Decay per step of the running mean of the weights, less in a short run. */
  averageDecay: number;
}

const GRID: MendConfig = {
  steps: 3000,
  batch: 4,
  learningRate: 1e-3,
  squared: 1,
  syntheticShare: 0.25,
  averageDecay: 0.999,
};

export const MEND_DEFAULTS: Record<PresetName, MendConfig> = {
  tiny: { ...GRID, steps: 300, learningRate: 2e-3 },
  grid: GRID,
  laptop: { ...GRID, steps: 10_000, learningRate: 5e-4 },
  paper: { ...GRID, steps: 20_000, batch: 8, learningRate: 3e-4 },
};

/** The network that restores. @param first channels of its first layers @param tasks that it learns to restore */
export const mendNetwork = (first: number, tasks = 1): UNet => ({
  kind: 'unet',
  first,
  kernel: 5,
  unit: true,
  exit: 'filter',
  ...(tasks > 1 && { tasks }),
});

/** Pixels by which pairs are continued in mirror image, so that patches show what lies at an edge. */
export const TRAINING_MARGIN = 16;

const DETAIL_SETTINGS = {
  learningRate: 5e-4,
  averageDecay: 0.95,
  decayShare: 0,
  discriminatorRate: 1,
  lambdaAdversarial: 0.05,
  lambdaPixel: 1,
};

/** By φ: at the start of the detail steps the distance between ImageNet's features is some hundred times that of ours. */
export const DETAIL_CONTENT: Record<PhiName, number> = { mendscope: 0.1, squeezenet: 0.05 };

/** The detail end of the dial: a cGAN that begins with the faithful weights, for a quarter of their steps. */
export const detailConfig = (
  preset: PresetName,
  { steps, batch }: { steps: number; batch: number },
  phi: PhiName = 'mendscope',
): CGanConfig => ({
  ...CGAN_DEFAULTS[preset],
  ...DETAIL_SETTINGS,
  lambdaContent: DETAIL_CONTENT[phi],
  steps: Math.round(steps / 4),
  batch,
});

export interface MendSetting extends Omit<BatchSetting, 'batch' | 'byTask'> {
  network: RestoringNetwork;
  config: Pick<MendConfig, 'steps' | 'batch' | 'squared' | 'averageDecay'>;
}

export interface MendPrograms {
  restorerStep: Program;
  synthetic: number;
  floors?: readonly number[];
  /** The network is told which task a sample is of. */
  byTask: boolean;
}

/** The step as a graph, before any device. */
export function traceMend(
  nets: Pick<CGan, 'restorer' | 'average'>,
  generator: ParameterSet,
  setting: MendSetting,
): { graph: Graph; spec: ProgramSpec } {
  const { network, config, patch } = setting;
  const graph = new Graph();
  declareRestoring(nets.average, graph, network, patch);
  const given = { ...setting, byTask: ownTasks(network) > 0, batch: config.batch };
  const { defective, clean, task, floor } = batchInputs(graph, generator, given);
  const raw = restoringNetwork(nets.restorer.scope(graph), defective, network, { task });
  const restored = floor ? aboveFloor(raw, floor) : raw;
  const pixel = l1(restored, clean);
  const squared = mse(restored, clean);
  const loss = add(pixel, mul(squared, config.squared));
  const spec: ProgramSpec = {
    label: 'mend step',
    outputs: { pixel, squared },
    updates: [
      adam(nets.restorer, loss, { learningRate: graph.input('learningRate', []) }),
      ema(nets.average, nets.restorer, averageDecayOf(config)),
    ],
  };
  return { graph, spec };
}

export async function compileMend(
  engine: Engine,
  nets: Pick<CGan, 'restorer' | 'average'>,
  generator: ParameterSet,
  setting: MendSetting,
  kernels?: KernelChoices,
): Promise<MendPrograms> {
  const { graph, spec } = traceMend(nets, generator, setting);
  const { synthetic, floors, network } = setting;
  return { restorerStep: await engine.compile(graph, spec, kernels), synthetic, floors, byTask: ownTasks(network) > 0 };
}

/** One step on a batch of its own. `step` counts from 0. */
export function mendStep(
  { restorerStep, ...given }: Runnable<MendPrograms>,
  data: Batches,
  config: Pick<MendConfig, 'steps' | 'batch' | 'learningRate'>,
  seed: number,
  step: number,
): void {
  const fed = drawBatch(data, { batch: config.batch, ...given }, seed, step);
  restorerStep.run({ ...fed, learningRate: cosineRateAt(config, step) }, { seed, step });
}

/** (1 − share) · fidelity + share · detail, weight by weight. */
export function betweenWeights(
  fidelity: ReadonlyMap<string, Values>,
  detail: ReadonlyMap<string, Values>,
  share: number,
): Map<string, Values> {
  return new Map(
    [...fidelity].map(([name, { shape, data }]) => {
      const other = detail.get(name);
      if (other?.data.length !== data.length)
        throw new RangeError(`got no ${name} of ${data.length} values to mix with`);
      return [name, { shape, data: data.map((value, i) => (1 - share) * value + share * other.data[i]) }];
    }),
  );
}
