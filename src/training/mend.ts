/**
 * mend: this project's own recipe for few pairs. Fidelity first, detail afterwards:
 *
 *   L = |y − R(x)|
 *
 * on real pairs (and on pairs that a CIN-GAN made, where one is given), flips, and a gain and an offset of the
 * intensities, the same for both images of a pair; the learning rate falls to 0 over the second half; what is kept is the
 * running mean of the weights where it did best on the validation pairs. `detail` then fine-tunes it as a cGAN, and the
 * dial is the straight line between the two sets of weights.
 */
import { careNetwork } from '../models/care';
import { type Restorer, restorer } from '../models/restorer';
import { adam, type Engine, ema, Graph, l1, ParameterSet, type Scope, type Tensor, type Values } from '../runtime';
import { type Batches, drawRandom } from './batches';
import type { TrainedNetwork } from './care';
import { learningRateAt } from './schedule';

/** The network that restores: the cGAN's ResNet, or a U-Net. */
export type MendNetwork = { kind: 'resnet'; shape: Restorer } | { kind: 'unet'; first: number; kernel: number };

export interface MendConfig {
  network: MendNetwork;
  steps: number;
  batch: number;
  learningRate: number;
  decayShare: number;
  /** Decay per step of the running mean of the weights. */
  averageDecay: number;
  /** Gains are drawn from 1 ± intensity, offsets from ± intensity; 0: neither. */
  intensity: number;
  /** Steps between two looks at the validation pairs. */
  epoch: number;
  seed: number;
}

export const MEND_DEFAULTS: Omit<MendConfig, 'network'> = {
  steps: 3000,
  batch: 4,
  learningRate: 1e-3,
  decayShare: 0.5,
  averageDecay: 0.99,
  intensity: 0.1,
  epoch: 50,
  seed: 0,
};

/** Validation patches looked at each time; always the same ones. */
const VALIDATION_PATCHES = 16;

/** @param x [N, H, W, 1] in −1..1 */
export function mendNetwork(p: Scope, x: Tensor, network: MendNetwork): Tensor {
  return network.kind === 'resnet' ? restorer(p, x, network.shape) : careNetwork(p, x, network).image;
}

/** @param validation undefined where there are too few pairs to keep any back: then the last mean is kept */
export async function trainMend(
  engine: Engine,
  data: Batches,
  validation: Batches | undefined,
  config: MendConfig,
  tell: (step: number, losses: Record<string, number>) => void = () => undefined,
): Promise<TrainedNetwork> {
  const { batch, seed, network } = config;
  const params = new ParameterSet('mend');
  const average = new ParameterSet('mend average');
  const extent = (count: number) => [count, data.patch, data.patch, 1];

  const g = new Graph();
  mendNetwork(average.scope(g), g.input('image', extent(1)), network); // declares the average's weights
  const loss = l1(
    mendNetwork(params.scope(g), g.input('defective', extent(batch)), network),
    g.input('clean', extent(batch)),
  );
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
    const random = drawRandom(seed, 'cgan', i);
    const { defective, clean } = data.real(random, batch);
    if (config.intensity > 0) changeIntensity(defective, clean, batch, config.intensity, () => random.uniform());
    step.run({ defective, clean, learningRate: learningRateAt(config, i) }, { seed, step: i });
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

/** v ← gain · v + offset, drawn for each sample, in place. */
function changeIntensity(
  defective: Float32Array,
  clean: Float32Array,
  batch: number,
  intensity: number,
  uniform: () => number,
): void {
  const pixels = clean.length / batch;
  for (let n = 0; n < batch; n++) {
    const gain = 1 + intensity * (2 * uniform() - 1);
    const offset = intensity * (2 * uniform() - 1);
    for (let i = n * pixels; i < (n + 1) * pixels; i++) {
      defective[i] = gain * defective[i] + offset;
      clean[i] = gain * clean[i] + offset;
    }
  }
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
