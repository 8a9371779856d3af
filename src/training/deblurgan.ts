/**
 * DeblurGAN (Kupyn et al. 2018) on real pairs: Wasserstein with gradient penalty, five critic steps a generator step,
 * and a feature term.
 *
 *   critic      L_D = E[D(R(x))] − E[D(y)] + 10 E[(‖∇D‖ − 1)²]
 *   generator   L_R = −E[D(R(x))] + 100 Σ ‖φ(y) − φ(R(x))‖²/U
 */
import { DEBLURGAN_PAPER, deblurGenerator } from '../models/deblurgan';
import { type Discriminator, patchGan } from '../models/discriminator';
import { streamsFrom } from '../models/layers';
import type { Phi } from '../models/phi';
import type { ResnetGenerator } from '../models/resnet_generator';
import {
  adam,
  add,
  contentLoss,
  type Engine,
  Graph,
  gradientPenalty,
  mean,
  mul,
  ParameterSet,
  randomUniform,
  type Tensor,
  wassersteinCritic,
  wassersteinGenerator,
} from '../runtime';
import { type Batches, drawRandom } from './batches';
import type { TrainedNetwork } from './care';
import { learningRateAt } from './schedule';

export interface DeblurGanConfig {
  generator: ResnetGenerator;
  critic: Discriminator;
  steps: number;
  batch: number;
  learningRate: number;
  beta1: number;
  beta2: number;
  decayShare: number;
  criticSteps: number;
  gradientPenalty: number;
  lambdaContent: number;
  contentLayers?: string[];
  seed: number;
  logEvery: number;
}

export const DEBLURGAN_DEFAULTS: DeblurGanConfig = {
  ...DEBLURGAN_PAPER,
  steps: 20_000,
  batch: 1,
  learningRate: 1e-4,
  beta1: 0.5,
  beta2: 0.999,
  decayShare: 0.5, // theirs: 150 epochs constant, 150 falling
  criticSteps: 5,
  gradientPenalty: 10,
  lambdaContent: 100,
  seed: 0,
  logEvery: 50,
};

const STREAM = { mix: 2, dropout: 16 };

export async function trainDeblurGan(
  engine: Engine,
  data: Batches,
  phi: Phi,
  config: DeblurGanConfig,
  tell: (step: number, losses: Record<string, number>) => void = () => undefined,
): Promise<TrainedNetwork> {
  const { seed, batch } = config;
  const generator = new ParameterSet('deblurgan');
  const critic = new ParameterSet('deblurgan critic');
  const extent = [batch, data.patch, data.patch, 1];
  const traced = (graph: Graph) => {
    const [defective, clean] = [graph.input('defective', extent), graph.input('clean', extent)];
    const drop = { rate: config.generator.dropout, nextStream: streamsFrom(STREAM.dropout) };
    const restored = deblurGenerator(generator.scope(graph), defective, config.generator, drop);
    const judge = (image: Tensor) => patchGan(critic.scope(graph), image, config.critic);
    const optimiser = { learningRate: graph.input('learningRate', []), beta1: config.beta1, beta2: config.beta2 };
    return { clean, restored, judge, optimiser };
  };

  const c = new Graph();
  const judged = traced(c);
  const wasserstein = wassersteinCritic(judged.judge(judged.clean), judged.judge(judged.restored));
  const mix = randomUniform(c, [batch, 1, 1, 1], STREAM.mix);
  const penalty = gradientPenalty(meanScore(judged.judge), judged.clean, judged.restored, mix);
  const criticStep = await engine.compile(c, {
    label: 'DeblurGAN critic step',
    outputs: { wasserstein, gradientPenalty: penalty },
    updates: [adam(critic, add(wasserstein, mul(penalty, config.gradientPenalty)), judged.optimiser)],
  });

  const g = new Graph();
  const made = traced(g);
  const layers = config.contentLayers ?? phi.content;
  const adversarial = wassersteinGenerator(made.judge(made.restored));
  const content = contentLoss(phi.features(made.restored, layers), phi.features(made.clean, layers));
  const generatorStep = await engine.compile(g, {
    label: 'DeblurGAN generator step',
    outputs: { adversarial, content },
    updates: [adam(generator, add(adversarial, mul(content, config.lambdaContent)), made.optimiser)],
  });

  phi.params.write(engine, phi.weights);
  for (const set of [generator, critic]) set.initialise(engine, seed);
  let losses: Record<string, number> = {};
  for (let step = 0; step < config.steps; step++) {
    const learningRate = learningRateAt(config, step);
    for (let k = 0; k < config.criticSteps; k++) {
      const turn = step * config.criticSteps + k;
      const { defective, clean } = data.real(drawRandom(seed, 'critic', turn), batch);
      criticStep.run({ defective, clean, learningRate }, { seed, step: turn });
    }
    const { defective, clean } = data.real(drawRandom(seed, 'generator', step), batch);
    generatorStep.run({ defective, clean, learningRate }, { seed, step });
    if ((step + 1) % config.logEvery === 0 || step + 1 === config.steps) {
      losses = scalars({ ...(await criticStep.read()), ...(await generatorStep.read()) }); // the CPU waits here
      tell(step + 1, losses);
    }
  }
  const weights = await generator.read();
  for (const set of [generator, critic]) engine.release(set);
  return { network: (p, image) => deblurGenerator(p, image, config.generator), weights, losses };
}

/** The penalty is about one score a sample: the mean of its patch scores. */
function meanScore(judge: (image: Tensor) => Tensor): (image: Tensor) => Tensor {
  return (image) => mean(judge(image), [1, 2, 3]);
}

export function scalars(outputs: Record<string, Float32Array>): Record<string, number> {
  return Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name, value]));
}
