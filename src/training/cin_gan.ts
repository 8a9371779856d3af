/**
 * CIN-GAN: from unpaired clean and defective images, learn to give a clean image any of the defects.
 *
 *   critic      L_D = E[D(G(x))] − E[D(y)] + λ_gp E[(‖∇D(x̂)‖ − 1)²]                (five steps)
 *   generator   L_G = −λ_a E[D(G(x))] + λ_c Σ ‖φ(x) − φ(G(x))‖²/U + λ_s Σ ‖Gram φ(y) − Gram φ(G(x))‖²/U
 *
 * x clean, y a real defective image of the same task, drawn apart; D is told the task, G has it in every norm.
 */

import { cinGenerator } from '../models/cin_generator';
import { critic } from '../models/critic';
import { type Dropout, NO_DROPOUT, streamsFrom } from '../models/layers';
import { checkedLayers, type Phi } from '../models/phi';
import type { Architecture, PresetName } from '../models/presets';
import {
  adam,
  add,
  contentLoss,
  type Engine,
  Graph,
  gradientPenalty,
  type KernelChoices,
  mul,
  ParameterSet,
  type Program,
  type ProgramSpec,
  randomNormal,
  randomUniform,
  styleLoss,
  type Tensor,
  wassersteinCritic,
  wassersteinGenerator,
} from '../runtime';
import { type Batches, drawRandom } from './batches';
import type { CinGanSettings } from './messages';
import { learningRateAt } from './schedule';
import type { Runnable } from './timed_step';

export interface CinGanConfig extends CinGanSettings {
  /** Adam's β₁ and β₂. */
  beta1: number;
  beta2: number;
  /** Share of the steps, at the end, over which the learning rate falls linearly to 0. */
  decayShare: number;
  /** Layers of φ for the two terms; undefined: φ's own choice. */
  contentLayers?: string[];
  styleLayers?: string[];
}

const PAPER: CinGanConfig = {
  steps: 20_000, // the authors give none; Figure 7 runs about as long
  batch: 8, // theirs is 100, impossible at ten pairs
  learningRate: 1e-5,
  criticSteps: 5,
  gradientPenalty: 10,
  lambdaAdversarial: 0.1,
  lambdaContent: 1,
  lambdaStyle: 1,
  beta1: 0.5,
  beta2: 0.9,
  decayShare: 0,
};

const SMALL: CinGanConfig = {
  ...PAPER,
  steps: 5000,
  batch: 4,
  learningRate: 2e-4, // 20 × the paper's: a tenth of its steps must do
  // The gradient penalty holds the trained critic's slope at 1 a sample, 0.5 for the mean of four: as much as content
  // (0.3 to 0.5) and style (0.1 to 0.5) pull on phantoms before weighting.
  lambdaAdversarial: 1,
  lambdaContent: 0.3, // less than the rest: a defect has to change the features it is compared by
  decayShare: 0.5, // the last weights are the ones used, so they should not wander
};

export const CIN_GAN_DEFAULTS: Record<PresetName, CinGanConfig> = {
  paper: PAPER,
  laptop: SMALL,
  grid: { ...SMALL, steps: 2000 },
  tiny: { ...SMALL, steps: 100, learningRate: 3e-4 },
};

/** The networks of this phase; each owns its weights, their gradients and Adam's moments. */
export interface CinGan {
  generator: ParameterSet;
  critic: ParameterSet;
}

export const makeCinGan = (): CinGan => ({
  generator: new ParameterSet('generator'),
  critic: new ParameterSet('critic'),
});

/** Streams of the counter-based generator: each random tensor of a program has its own. */
const STREAM = { noise: 1, mix: 2, dropout: 16 };

export interface CinGanBatch {
  /** [N, P, P, 1] in −1..1; `defective` unrelated to `clean` but for the task. */
  clean: Tensor;
  defective: Tensor;
  /** [N, T], one-hot. */
  task: Tensor;
  /** [N, P, P, 1], standard normal. */
  noise: Tensor;
}

export function criticTerms(
  nets: CinGan,
  { clean, defective, task, noise }: CinGanBatch,
  mix: Tensor,
  shape: Pick<Architecture, 'generator' | 'critic'>,
  lambdaPenalty: number,
): { wasserstein: Tensor; gradientPenalty: Tensor; critic: Tensor } {
  const nextStream = streamsFrom(STREAM.dropout);
  const fake = generate(nets, { clean, task, noise }, shape, { rate: shape.generator.dropout, nextStream });
  const p = nets.critic.scope(clean.graph);
  const judge = (x: Tensor) => critic(p, x, task, shape.critic, { rate: shape.critic.dropout, nextStream });
  const wasserstein = wassersteinCritic(judge(defective), judge(fake));
  const penalty = gradientPenalty(judge, defective, fake, mix);
  return { wasserstein, gradientPenalty: penalty, critic: add(wasserstein, mul(penalty, lambdaPenalty)) };
}

export function generatorTerms(
  nets: CinGan,
  { clean, defective, task, noise }: CinGanBatch,
  shape: Pick<Architecture, 'generator' | 'critic'>,
  phi: Phi,
  config: CinGanConfig,
): { fake: Tensor; adversarial: Tensor; content: Tensor; style: Tensor; generator: Tensor } {
  const nextStream = streamsFrom(STREAM.dropout);
  const fake = generate(nets, { clean, task, noise }, shape, { rate: shape.generator.dropout, nextStream });
  const judged = critic(nets.critic.scope(clean.graph), fake, task, shape.critic, NO_DROPOUT);
  const high = checkedLayers(phi, config.contentLayers ?? phi.content);
  const low = checkedLayers(phi, config.styleLayers ?? phi.style);
  const adversarial = wassersteinGenerator(judged);
  const content = contentLoss(phi.features(fake, high), phi.features(clean, high));
  const style = styleLoss(phi.features(fake, low), phi.features(defective, low));
  const weighted = [
    mul(adversarial, config.lambdaAdversarial),
    mul(content, config.lambdaContent),
    mul(style, config.lambdaStyle),
  ];
  return { fake, adversarial, content, style, generator: weighted.reduce((a, b) => add(a, b)) };
}

/** Synthetic defects: what the restorer is trained on where real pairs are few. */
export function generate(
  { generator }: Pick<CinGan, 'generator'>,
  { clean, task, noise }: Pick<CinGanBatch, 'clean' | 'task' | 'noise'>,
  shape: Pick<Architecture, 'generator'>,
  dropout: Dropout = NO_DROPOUT,
): Tensor {
  return cinGenerator(generator.scope(clean.graph), clean, noise, task, shape.generator, dropout);
}

export interface CinGanPrograms {
  criticStep: Program;
  generatorStep: Program;
}

export interface CinGanSetting {
  shape: Pick<Architecture, 'generator' | 'critic'>;
  phi: Phi;
  config: CinGanConfig;
  patch: number;
  tasks: number;
  /** Of the generator, the scales and shifts of its norms alone are trained: a task not drawn keeps its own. */
  normsOnly?: boolean;
}

export async function compileCinGan(
  engine: Engine,
  nets: CinGan,
  setting: CinGanSetting,
  kernels?: KernelChoices,
): Promise<CinGanPrograms> {
  const { criticStep, generatorStep } = traceCinGan(nets, setting);
  return {
    criticStep: await engine.compile(criticStep.graph, criticStep.spec, kernels),
    generatorStep: await engine.compile(generatorStep.graph, generatorStep.spec, kernels),
  };
}

/** The two steps as graphs, before any device. */
export function traceCinGan(
  nets: CinGan,
  { shape, phi, config, patch, tasks, normsOnly = false }: CinGanSetting,
): Record<keyof CinGanPrograms, { graph: Graph; spec: ProgramSpec }> {
  const { batch, beta1, beta2 } = config;
  const optimiser = (graph: Graph) => ({ learningRate: graph.input('learningRate', []), beta1, beta2 });

  const c = new Graph();
  const mix = randomUniform(c, [batch, 1, 1, 1], STREAM.mix);
  const judged = criticTerms(nets, batchInputs(c, batch, patch, tasks), mix, shape, config.gradientPenalty);
  const criticStep = {
    label: 'CIN-GAN critic step',
    outputs: { wasserstein: judged.wasserstein, gradientPenalty: judged.gradientPenalty },
    updates: [adam(nets.critic, judged.critic, optimiser(c))],
  };

  const g = new Graph();
  const made = generatorTerms(nets, batchInputs(g, batch, patch, tasks), shape, phi, config);
  const generatorStep = {
    label: 'CIN-GAN generator step',
    outputs: { adversarial: made.adversarial, content: made.content, style: made.style, generator: made.generator },
    updates: [adam(nets.generator, made.generator, { ...optimiser(g), ...(normsOnly && { only: isNormed }) })],
  };
  return { criticStep: { graph: c, spec: criticStep }, generatorStep: { graph: g, spec: generatorStep } };
}

/** A scale or shift of conditional instance norm: a row for each task. */
export const isNormed = (name: string): boolean => /\.(?:gamma|beta)$/.test(name);

function batchInputs(graph: Graph, batch: number, patch: number, tasks: number): CinGanBatch {
  return {
    clean: graph.input('clean', [batch, patch, patch, 1]),
    defective: graph.input('defective', [batch, patch, patch, 1]),
    task: graph.input('task', [batch, tasks]),
    noise: randomNormal(graph, [batch, patch, patch, 1], STREAM.noise),
  };
}

/** One generator step with the critic steps before it. `step` counts from 0. Returns at once; the GPU follows. */
export function cinGanStep(
  { criticStep, generatorStep }: Runnable<CinGanPrograms>,
  data: Batches,
  config: CinGanConfig,
  seed: number,
  step: number,
): void {
  const learningRate = learningRateAt(config, step);
  for (let k = 0; k < config.criticSteps; k++) {
    const turn = step * config.criticSteps + k;
    criticStep.run(
      { ...data.unpaired(drawRandom(seed, 'critic', turn), config.batch), learningRate },
      { seed, step: turn },
    );
  }
  generatorStep.run(
    { ...data.unpaired(drawRandom(seed, 'generator', step), config.batch), learningRate },
    { seed, step },
  );
}
