/**
 * CARE (Weigert et al. 2018): a U-Net on real pairs alone.
 *
 *   L = mean |y − ŷ|, or with `likelihood` the Laplace one: |y − μ|/s + log s
 *
 * The learning rate is halved when the validation loss has not fallen for `patience` looks, and the weights with the
 * lowest validation loss are the ones kept.
 */
import { CARE_PAPER, type Care, careOnSigned } from '../models/care';
import {
  adam,
  type Engine,
  Graph,
  l1,
  laplace,
  log,
  ParameterSet,
  type Program,
  type Scope,
  type Tensor,
  type Values,
} from '../runtime';
import { type Batches, drawRandom } from './batches';

export interface CareConfig {
  network: Care;
  steps: number;
  batch: number;
  learningRate: number;
  /** Steps between two looks at the validation pairs; CSBDeep's epoch. */
  epoch: number;
  /** Looks without a lower validation loss after which the learning rate is halved. */
  patience: number;
  seed: number;
  /** Weights to begin with. */
  start?: ReadonlyMap<string, Values>;
}

export const CARE_DEFAULTS: CareConfig = {
  network: CARE_PAPER,
  steps: 40_000, // 100 epochs of 400 steps
  batch: 16,
  learningRate: 4e-4,
  epoch: 400,
  patience: 10,
  seed: 0,
};

/** Validation patches looked at each time; always the same ones. */
const VALIDATION_PATCHES = 16;

export interface TrainedNetwork {
  /** The network as a function, for restoring; its weights in `weights`. */
  network: (p: Scope, image: Tensor) => Tensor;
  weights: Map<string, Values>;
  /** What to show of the run: the steps taken, and the last losses. */
  losses: Record<string, number>;
}

/** @param validation undefined where there are too few pairs to keep any back: then the last weights are kept */
export async function trainCare(
  engine: Engine,
  data: Batches,
  validation: Batches | undefined,
  config: CareConfig,
  tell: (step: number, losses: Record<string, number>) => void = () => undefined,
): Promise<TrainedNetwork> {
  const { batch, epoch, seed } = config;
  const params = new ParameterSet('care');
  const step = await compileStep(engine, params, data.patch, config);
  const look = validation && (await compileLook(engine, params, validation, config));
  if (config.start) params.write(engine, config.start);
  else params.initialise(engine, seed);

  let learningRate = config.learningRate;
  let best = { loss: Number.POSITIVE_INFINITY, weights: new Map<string, Values>() };
  let waited = 0;
  let losses: Record<string, number> = {};
  for (let i = 0; i < config.steps; i++) {
    const { defective, clean } = data.real(drawRandom(seed, 'cgan', i), batch);
    step.run({ defective, clean, learningRate }, { seed, step: i });
    if ((i + 1) % epoch !== 0 && i + 1 < config.steps) continue;

    losses = { loss: (await step.read()).loss[0] }; // the CPU waits for the GPU here
    if (look) {
      losses.validation = await look();
      if (losses.validation < best.loss) {
        best = { loss: losses.validation, weights: await params.read() };
        waited = 0;
      } else if (++waited >= config.patience) {
        learningRate /= 2;
        waited = 0;
      }
    }
    tell(i + 1, losses);
  }
  const weights = best.weights.size > 0 ? best.weights : await params.read();
  engine.release(params);
  return { network: (p, image) => careOnSigned(p, image, config.network).image, weights, losses };
}

function careLoss(p: Scope, defective: Tensor, clean: Tensor, network: Care): Tensor {
  const { image, scale } = careOnSigned(p, defective, network);
  return scale ? laplace(image, log(scale), clean) : l1(image, clean);
}

function compileStep(
  engine: Engine,
  params: ParameterSet,
  patch: number,
  { network, batch }: CareConfig,
): Promise<Program> {
  const graph = new Graph();
  const extent = [batch, patch, patch, 1];
  const loss = careLoss(params.scope(graph), graph.input('defective', extent), graph.input('clean', extent), network);
  const learningRate = graph.input('learningRate', []);
  return engine.compile(graph, {
    label: 'CARE step',
    outputs: { loss },
    updates: [adam(params, loss, { learningRate })],
  });
}

/** The loss on fixed validation patches, as a question that can be asked again and again. */
async function compileLook(
  engine: Engine,
  params: ParameterSet,
  validation: Batches,
  { network, seed }: CareConfig,
): Promise<() => Promise<number>> {
  const graph = new Graph();
  const extent = [VALIDATION_PATCHES, validation.patch, validation.patch, 1];
  const loss = careLoss(params.scope(graph), graph.input('defective', extent), graph.input('clean', extent), network);
  const program = await engine.compile(graph, { label: 'CARE validation', outputs: { loss } });
  const { defective, clean } = validation.real(drawRandom(seed, 'validation', 0), VALIDATION_PATCHES);
  return async () => {
    program.run({ defective, clean });
    return (await program.read()).loss[0];
  };
}
