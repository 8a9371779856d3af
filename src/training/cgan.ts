/**
 * cGAN: from pairs, real ones and ones that CIN-GAN made, learn to restore every defect with one network.
 *
 *   discriminator   L_D = ½ [BCE(D(x, y), 1) + BCE(D(x, R(x)), 0)]
 *   restorer        L_R = λ_a BCE(D(x, R(x)), 1) + λ_c Σ ‖φ(y) − φ(R(x))‖²/U + λ_p |y − R(x)|
 *
 * x defective, y clean. The first `synthetic` samples of a batch are clean patches whose defect the frozen CIN-GAN
 * generator paints inside the step, anew each time; the rest are real pairs.
 */
import { discriminator } from '../models/discriminator';
import { type Dropout, NO_DROPOUT, streamsFrom } from '../models/layers';
import { checkedLayers, type Phi } from '../models/phi';
import type { Architecture, PresetName } from '../models/presets';
import { restorer } from '../models/restorer';
import {
  adam,
  add,
  bceWithLogits,
  concat,
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
  randomNormal,
  slice,
  type Tensor,
} from '../runtime';
import { type Batches, drawRandom } from './batches';
import { generate } from './cin_gan';
import type { CGanSettings } from './messages';
import { learningRateAt } from './schedule';
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

const STREAM = { noise: 3, dropout: 64 };

export interface CGanBatch {
  /** [N, P, P, 1] in −1..1, showing the same place. */
  defective: Tensor;
  clean: Tensor;
}

export function discriminatorTerms(
  nets: CGan,
  { defective, clean }: CGanBatch,
  shape: Architecture,
): { discriminator: Tensor } {
  const restored = restorer(nets.restorer.scope(clean.graph), defective, shape.restorer, dropout(shape));
  const p = nets.discriminator.scope(clean.graph);
  const real = bceWithLogits(discriminator(p, defective, clean, shape.discriminator), 1);
  const fake = bceWithLogits(discriminator(p, defective, restored, shape.discriminator), 0);
  return { discriminator: mul(add(real, fake), 0.5) };
}

export function restorerTerms(
  nets: CGan,
  { defective, clean }: CGanBatch,
  shape: Architecture,
  phi: Phi,
  config: CGanConfig,
): { restored: Tensor; adversarial: Tensor; content: Tensor; pixel: Tensor; generator: Tensor } {
  const restored = restorer(nets.restorer.scope(clean.graph), defective, shape.restorer, dropout(shape));
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

const dropout = (shape: Architecture): Dropout =>
  shape.restorer.dropout > 0 ? { rate: shape.restorer.dropout, nextStream: streamsFrom(STREAM.dropout) } : NO_DROPOUT;

export interface CGanPrograms {
  discriminatorStep: Program;
  restorerStep: Program;
  /** Samples of a batch that CIN-GAN makes. */
  synthetic: number;
}

/** How many samples of each batch are synthetic: all of them where no task has a real pair. */
export function syntheticCount(config: CGanConfig, hasPairs: boolean, hasGenerator: boolean): number {
  if (!hasPairs) return config.batch;
  return hasGenerator ? Math.round(config.batch * config.syntheticShare) : 0;
}

export interface CGanSetting {
  shape: Architecture;
  phi: Phi;
  config: CGanConfig;
  patch: number;
  tasks: number;
  synthetic: number;
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
  };
}

/** The two steps as graphs, before any device. */
export function traceCGan(
  nets: CGan,
  generator: ParameterSet,
  setting: CGanSetting,
): Record<'discriminatorStep' | 'restorerStep', { graph: Graph; spec: ProgramSpec }> {
  const { shape, phi, config, patch } = setting;
  const { beta1, beta2 } = config;
  const optimiser = (graph: Graph) => ({ learningRate: graph.input('learningRate', []), beta1, beta2 });

  const d = new Graph();
  const judged = discriminatorTerms(nets, batchInputs(d, generator, setting), shape);
  const discriminatorStep = {
    label: 'cGAN discriminator step',
    outputs: { discriminator: judged.discriminator },
    updates: [adam(nets.discriminator, judged.discriminator, optimiser(d))],
  };

  const r = new Graph();
  restorer(nets.average.scope(r), r.input('image', [1, patch, patch, 1]), shape.restorer); // declares the average's weights
  const made = restorerTerms(nets, batchInputs(r, generator, setting), shape, phi, config);
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

/** A short run would otherwise average over weights from before it had learned anything: its last tenth at most. */
function averageDecayOf({ averageDecay, steps }: CGanConfig): number {
  return Math.max(0, Math.min(averageDecay, 1 - 10 / steps));
}

/** Whether the running mean has all but forgotten the first weights (e⁻³ of it is left) after `done` steps. */
export function averageIsRipe(config: CGanConfig, done: number): boolean {
  return done * (1 - averageDecayOf(config)) >= 3;
}

/** The batch as the graph sees it: `synthetic` painted samples, then the real pairs. */
function batchInputs(
  graph: Graph,
  generator: ParameterSet,
  { shape, config, patch, tasks, synthetic }: CGanSetting,
): CGanBatch {
  const clean = graph.input('clean', [config.batch, patch, patch, 1]);
  const real = config.batch - synthetic;
  const parts: Tensor[] = [];
  if (synthetic > 0) {
    const task = graph.input('task', [synthetic, tasks]);
    const noise = randomNormal(graph, [synthetic, patch, patch, 1], STREAM.noise);
    const sources = slice(clean, [0, 0, 0, 0], [synthetic, patch, patch, 1]);
    parts.push(generate({ generator }, { clean: sources, task, noise }, shape));
  }
  if (real > 0) parts.push(graph.input('defective', [real, patch, patch, 1]));
  return { clean, defective: parts.length > 1 ? concat(parts, 0) : parts[0] };
}

/** One discriminator step and one restorer step on the same batch. `step` counts from 0. */
export function cGanStep(
  { discriminatorStep, restorerStep, synthetic }: Runnable<CGanPrograms>,
  data: Batches,
  config: CGanConfig,
  seed: number,
  step: number,
): void {
  const fed = cGanBatch(data, config, synthetic, seed, step);
  const learningRate = learningRateAt(config, step);
  discriminatorStep.run({ ...fed, learningRate: learningRate * config.discriminatorRate }, { seed, step });
  restorerStep.run({ ...fed, learningRate }, { seed, step });
}

export function cGanBatch(
  data: Batches,
  config: CGanConfig,
  synthetic: number,
  seed: number,
  step: number,
): Record<string, Float32Array> {
  const random = drawRandom(seed, 'cgan', step);
  const pixels = data.patch * data.patch;
  const clean = new Float32Array(config.batch * pixels);
  const fed: Record<string, Float32Array> = { clean };
  if (synthetic > 0) {
    const sources = data.sources(random, synthetic);
    clean.set(sources.clean);
    fed.task = sources.task;
  }
  if (synthetic < config.batch) {
    const real = data.real(random, config.batch - synthetic);
    clean.set(real.clean, synthetic * pixels);
    fed.defective = real.defective;
  }
  return fed;
}
