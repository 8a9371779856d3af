/**
 * mend: this project's own recipe for few pairs. Fidelity first, detail afterwards:
 *
 *   L = |y − R(x)| + λ (y − R(x))²
 *
 * on real pairs (and on pairs that a CIN-GAN made, where one is given), turned and mirrored. Nothing restored is darker
 * than the task's darkest clean image, its floor: below it there is nothing to tell apart, and what a network gives there
 * is cut off (`aboveFloor`). The learning rate rises over the first steps and then falls to 0; what is kept is the
 * running mean of the weights, at the end or, with validation pairs, where it did best on these. `detail` then
 * fine-tunes it as a cGAN, and the dial is the straight line between the two sets of weights.
 */
import { careNetwork, careOnSigned } from '../models/care';
import { type Restorer, restorer } from '../models/restorer';
import {
  adam,
  add,
  type Engine,
  ema,
  Graph,
  l1,
  leakyRelu,
  mse,
  mul,
  ParameterSet,
  type Scope,
  sub,
  type Tensor,
  type Values,
} from '../runtime';
import { type Batches, drawRandom, type PairedBatch, type TaskPlanes } from './batches';
import type { TrainedNetwork } from './care';
import { cosineRateAt } from './schedule';

/** The network that restores: the cGAN's ResNet, or a U-Net. */
export type MendNetwork = { kind: 'resnet'; shape: Restorer } | UNet;

export interface UNet {
  kind: 'unet';
  first: number;
  kernel: number;
  /** It sees 0..1, as CARE's does: the zeros beyond its borders are dark then, and not a middle grey. */
  unit?: boolean;
}

export interface MendConfig {
  network: MendNetwork;
  steps: number;
  batch: number;
  /** Its highest, which it rises to over the first 20th of the steps. */
  learningRate: number;
  /** λ, the weight of the squared error. */
  squared: number;
  /** Decay per step of the running mean of the weights. */
  averageDecay: number;
  /** Each task's, in the order of the tasks ({@link darkest}); left out: what is restored may be as dark as it likes. */
  floors?: readonly number[];
  /** Steps between two looks at the validation pairs. */
  epoch: number;
  seed: number;
}

export const MEND_DEFAULTS: Omit<MendConfig, 'network'> = {
  steps: 3000,
  batch: 4,
  learningRate: 1e-3,
  squared: 1,
  averageDecay: 0.99,
  epoch: 50,
  seed: 0,
};

/** Validation patches looked at each time; always the same ones. */
const VALIDATION_PATCHES = 16;

/** @param x [N, H, W, 1] in −1..1 @returns the same extent and range, not yet above any floor */
export function mendNetwork(p: Scope, x: Tensor, network: MendNetwork): Tensor {
  if (network.kind === 'resnet') return restorer(p, x, network.shape);
  const unet = network.unit ? careOnSigned : careNetwork;
  return unet(p, x, network).image;
}

/** The darkest sample of each task's clean images. */
export function darkest(tasks: readonly TaskPlanes[]): number[] {
  return tasks.map(({ pairs }) =>
    pairs.reduce((least, { clean }) => clean.data.reduce((a, b) => Math.min(a, b), least), Number.POSITIVE_INFINITY),
  );
}

/** Slope below the floor while training: without one, what begins below it would stay there for ever. */
const TRAINING_SLOPE = 0.1;

/** What a network gives, cut off at a floor a sample; for training nearly so. @param floor [N, 1, 1, 1] */
export const aboveFloor = (y: Tensor, floor: Tensor): Tensor => add(leakyRelu(sub(y, floor), TRAINING_SLOPE), floor);

/** The floor of each sample of a batch. */
export function floorsOf({ task }: PairedBatch, floors: readonly number[]): Float32Array {
  const samples = task.length / floors.length;
  return Float32Array.from({ length: samples }, (_, n) => floors[task.indexOf(1, n * floors.length) % floors.length]);
}

/** @param validation undefined where there are too few pairs to keep any back: then the last mean is kept */
export async function trainMend(
  engine: Engine,
  data: Batches,
  validation: Batches | undefined,
  config: MendConfig,
  tell: (step: number, losses: Record<string, number>) => void = () => undefined,
): Promise<TrainedNetwork> {
  const { batch, seed, network, floors } = config;
  const params = new ParameterSet('mend');
  const average = new ParameterSet('mend average');
  const extent = (count: number) => [count, data.patch, data.patch, 1];

  const g = new Graph();
  mendNetwork(average.scope(g), g.input('image', extent(1)), network); // declares the average's weights
  const raw = mendNetwork(params.scope(g), g.input('defective', extent(batch)), network);
  const restored = floors ? aboveFloor(raw, g.input('floor', [batch, 1, 1, 1])) : raw;
  const clean = g.input('clean', extent(batch));
  const loss = add(l1(restored, clean), mul(mse(restored, clean), config.squared));
  const step = await engine.compile(g, {
    label: 'mend step',
    outputs: { loss },
    updates: [
      adam(params, loss, { learningRate: g.input('learningRate', []) }),
      ema(average, params, config.averageDecay),
    ],
  });
  const v = new Graph();
  const judged = l1(
    mendNetwork(average.scope(v), v.input('defective', extent(VALIDATION_PATCHES)), network),
    v.input('clean', extent(VALIDATION_PATCHES)),
  );
  const look = validation && (await engine.compile(v, { label: 'mend validation', outputs: { loss: judged } }));
  const kept = validation?.real(drawRandom(seed, 'validation', 0), VALIDATION_PATCHES);
  params.initialise(engine, seed);
  average.write(engine, await params.read());

  let best = { loss: Number.POSITIVE_INFINITY, weights: new Map<string, Values>() };
  let losses: Record<string, number> = {};
  for (let i = 0; i < config.steps; i++) {
    const drawn = data.real(drawRandom(seed, 'cgan', i), batch);
    const { defective, clean } = drawn;
    const fed = { defective, clean, ...(floors ? { floor: floorsOf(drawn, floors) } : {}) };
    step.run({ ...fed, learningRate: cosineRateAt(config, i) }, { seed, step: i });
    if ((i + 1) % config.epoch !== 0 && i + 1 < config.steps) continue;

    losses = { loss: (await step.read()).loss[0] }; // the CPU waits for the GPU here
    if (look && kept) {
      look.run({ defective: kept.defective, clean: kept.clean });
      losses.validation = (await look.read()).loss[0];
      if (losses.validation < best.loss) best = { loss: losses.validation, weights: await average.read() };
    }
    tell(i + 1, losses);
  }
  const weights = best.weights.size > 0 ? best.weights : await average.read();
  for (const set of [params, average]) engine.release(set);
  return { network: (p, image) => mendNetwork(p, image, network), weights, losses };
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
