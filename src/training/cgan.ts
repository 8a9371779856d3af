/**
 * cGAN: from pairs, real ones and ones that CIN-GAN made, learn to restore every defect with one network.
 *
 *   discriminator   L_D = ½ [BCE(D(x, y), 1) + BCE(D(x, R(x)), 0)]
 *   restorer        L_R = λ_a BCE(D(x, R(x)), 1) + λ_c Σ ‖φ(y) − φ(R(x))‖²/U + λ_p |y − R(x)|
 *
 * x defective, y clean. R is the paper's ResNet from its first weights on or, in our own recipe, a network that learned
 * to be faithful before (mend.ts) and learns detail here.
 */
import { discriminator } from '../models/discriminator';
import { type Dropout, NO_DROPOUT, streamsFrom } from '../models/layers';
import { checkedLayers, type Phi } from '../models/phi';
import type { Architecture, PresetName } from '../models/presets';
import {
  declareRestoring,
  isUNet,
  ownTasks,
  type RestoringNetwork,
  restoringNetwork,
} from '../models/restoring_network';
import {
  adam,
  add,
  bceWithLogits,
  contentLoss,
  type Engine,
  ema,
  Graph,
  type KernelChoices,
  l1,
  mul,
  ParameterSet,
  type Program,
  type ProgramSpec,
  type Tensor,
} from '../runtime';
import type { Batches } from './batches';
import { aboveFloor } from './floor';
import type { CGanSettings } from './messages';
import { type BatchSetting, batchInputs, drawBatch, type RestorerBatch } from './restorer_batch';
import { averageDecayOf, learningRateAt } from './schedule';
import type { Runnable } from './timed_step';

export interface CGanConfig extends CGanSettings {
  beta1: number;
  beta2: number;
  decayShare: number;
  /** The discriminator's learning rate, as a multiple of the restorer's. */
  discriminatorRate: number;
  /** Decay per step of the running mean of the restorer's weights, which is what a finished run's model file holds. */
  averageDecay: number;
  contentLayers?: string[];
}

const PAPER: CGanConfig = {
  steps: 20_000,
  batch: 8,
  learningRate: 1e-4,
  lambdaAdversarial: 0.1,
  lambdaContent: 1,
  lambdaPixel: 0, // the paper has no pixel term
  syntheticShare: 0.5,
  beta1: 0.9,
  beta2: 0.999,
  decayShare: 0,
  discriminatorRate: 1,
  averageDecay: 0.999, // a mean over the last thousand steps or so
};

const SMALL: CGanConfig = {
  ...PAPER,
  steps: 10_000,
  batch: 4,
  learningRate: 5e-4,
  // At the start the gradients at the restorer's output are then alike: on phantoms, of a batch of four 64² patches,
  // ‖∂pixel‖ = 0.008, ‖∂content‖ = 0.3 to 1.3, ‖∂adversarial‖ = 0.02 to 0.04 before weighting.
  lambdaPixel: 1,
  lambdaContent: 0.02,
  lambdaAdversarial: 0.1,
  // A CIN-GAN of so few steps is no equal of a real pair: at half of each batch it cost 0.9 dB on axial phantoms.
  syntheticShare: 0.25,
  decayShare: 0.5,
  discriminatorRate: 0.1, // at the restorer's own rate it knows ten pairs by heart and pulls ever harder
};

export const CGAN_DEFAULTS: Record<PresetName, CGanConfig> = {
  paper: PAPER,
  laptop: SMALL,
  grid: { ...SMALL, steps: 3000, learningRate: 1e-3, averageDecay: 0.995 },
  tiny: { ...SMALL, steps: 300, learningRate: 2e-3, averageDecay: 0.98 },
};

export interface CGan {
  restorer: ParameterSet;
  /** Running mean of the restorer's weights. */
  average: ParameterSet;
  discriminator: ParameterSet;
}

export const makeCGan = (): CGan => ({
  restorer: new ParameterSet('restorer'),
  average: new ParameterSet('average'),
  discriminator: new ParameterSet('discriminator'),
});

const DROPOUT_STREAM = 64;

/** The networks' sizes; any network may restore. */
export interface CGanShape extends Pick<Architecture, 'generator' | 'discriminator'> {
  restorer: RestoringNetwork;
}

export function discriminatorTerms(nets: CGan, batch: RestorerBatch, shape: CGanShape): { discriminator: Tensor } {
  const { defective, clean } = batch;
  const restored = restore(nets.restorer, batch, shape);
  const p = nets.discriminator.scope(clean.graph);
  const real = bceWithLogits(discriminator(p, defective, clean, shape.discriminator), 1);
  const fake = bceWithLogits(discriminator(p, defective, restored, shape.discriminator), 0);
  return { discriminator: mul(add(real, fake), 0.5) };
}

export function restorerTerms(
  nets: CGan,
  batch: RestorerBatch,
  shape: CGanShape,
  phi: Phi,
  config: CGanConfig,
): { restored: Tensor; adversarial: Tensor; content: Tensor; pixel: Tensor; generator: Tensor } {
  const { defective, clean } = batch;
  const restored = restore(nets.restorer, batch, shape);
  const judged = discriminator(nets.discriminator.scope(clean.graph), defective, restored, shape.discriminator);
  const high = checkedLayers(phi, config.contentLayers ?? phi.content);
  const adversarial = bceWithLogits(judged, 1);
  const content = contentLoss(phi.features(restored, high), phi.features(clean, high));
  const pixel = l1(restored, clean);
  const weighted = [
    mul(adversarial, config.lambdaAdversarial),
    mul(content, config.lambdaContent),
    mul(pixel, config.lambdaPixel),
  ];
  return { restored, adversarial, content, pixel, generator: weighted.reduce((a, b) => add(a, b)) };
}

function restore(params: ParameterSet, { defective, task, floor }: RestorerBatch, { restorer }: CGanShape): Tensor {
  const raw = restoringNetwork(params.scope(defective.graph), defective, restorer, {
    dropout: dropout(restorer),
    task,
  });
  return floor ? aboveFloor(raw, floor) : raw;
}

const dropout = (network: RestoringNetwork): Dropout =>
  !isUNet(network) && network.dropout > 0
    ? { rate: network.dropout, nextStream: streamsFrom(DROPOUT_STREAM) }
    : NO_DROPOUT;

export interface CGanPrograms {
  discriminatorStep: Program;
  restorerStep: Program;
  /** Samples of a batch that CIN-GAN makes. */
  synthetic: number;
  floors?: readonly number[];
  /** The restorer is told which task a sample is of. */
  byTask: boolean;
}

export interface CGanSetting extends Omit<BatchSetting, 'batch' | 'byTask' | 'shape'> {
  shape: CGanShape;
  phi: Phi;
  config: CGanConfig;
}

export async function compileCGan(
  engine: Engine,
  nets: CGan,
  generator: ParameterSet,
  setting: CGanSetting,
  kernels?: KernelChoices,
): Promise<CGanPrograms> {
  const { discriminatorStep, restorerStep } = traceCGan(nets, generator, setting);
  return {
    discriminatorStep: await engine.compile(discriminatorStep.graph, discriminatorStep.spec, kernels),
    restorerStep: await engine.compile(restorerStep.graph, restorerStep.spec, kernels),
    synthetic: setting.synthetic,
    floors: setting.floors,
    byTask: ownTasks(setting.shape.restorer) > 0,
  };
}

/** The two steps as graphs, before any device. */
export function traceCGan(
  nets: CGan,
  generator: ParameterSet,
  setting: CGanSetting,
): Record<'discriminatorStep' | 'restorerStep', { graph: Graph; spec: ProgramSpec }> {
  const { shape, phi, config, patch } = setting;
  const batch = { ...setting, byTask: ownTasks(shape.restorer) > 0, batch: config.batch };
  const { beta1, beta2 } = config;
  const optimiser = (graph: Graph) => ({ learningRate: graph.input('learningRate', []), beta1, beta2 });

  const d = new Graph();
  const judged = discriminatorTerms(nets, batchInputs(d, generator, batch), shape);
  const discriminatorStep = {
    label: 'cGAN discriminator step',
    outputs: { discriminator: judged.discriminator },
    updates: [adam(nets.discriminator, judged.discriminator, optimiser(d))],
  };

  const r = new Graph();
  declareRestoring(nets.average, r, shape.restorer, patch);
  const made = restorerTerms(nets, batchInputs(r, generator, batch), shape, phi, config);
  const restorerStep = {
    label: 'cGAN restorer step',
    outputs: { adversarial: made.adversarial, content: made.content, pixel: made.pixel, generator: made.generator },
    updates: [
      adam(nets.restorer, made.generator, optimiser(r)),
      ema(nets.average, nets.restorer, averageDecayOf(config)),
    ],
  };
  return { discriminatorStep: { graph: d, spec: discriminatorStep }, restorerStep: { graph: r, spec: restorerStep } };
}

/** One discriminator step and one restorer step on the same batch. `step` counts from 0. */
export function cGanStep(
  { discriminatorStep, restorerStep, ...given }: Runnable<CGanPrograms>,
  data: Batches,
  config: CGanConfig,
  seed: number,
  step: number,
): void {
  const fed = drawBatch(data, { batch: config.batch, ...given }, seed, step);
  const learningRate = learningRateAt(config, step);
  discriminatorStep.run({ ...fed, learningRate: learningRate * config.discriminatorRate }, { seed, step });
  restorerStep.run({ ...fed, learningRate }, { seed, step });
}
