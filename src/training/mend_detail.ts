/**
 * The detail end of mend's dial: the faithful weights fine-tuned as a conditional GAN.
 *
 *   discriminator   L_D = ½ [BCE(D(x, y), 1) + BCE(D(x, R(x)), 0)]
 *   restorer        L_R = λ_a BCE(D(x, R(x)), 1) + λ_c Σ ‖φ(y) − φ(R(x))‖²/U + λ_p |y − R(x)|
 */
import { type Discriminator, discriminator } from '../models/discriminator';
import type { Phi } from '../models/phi';
import {
  adam,
  add,
  bceWithLogits,
  contentLoss,
  type Engine,
  ema,
  Graph,
  l1,
  mul,
  ParameterSet,
  type Values,
} from '../runtime';
import { type Batches, drawRandom } from './batches';
import { scalars } from './deblurgan';
import { aboveFloor, floorsOf, type MendNetwork, mendNetwork } from './mend';

export interface DetailConfig {
  steps: number;
  batch: number;
  learningRate: number;
  averageDecay: number;
  lambdaAdversarial: number;
  lambdaContent: number;
  lambdaPixel: number;
  /** As in the faithful stage. */
  floors?: readonly number[];
  seed: number;
}

export const DETAIL_DEFAULTS: Omit<DetailConfig, 'steps' | 'batch' | 'seed'> = {
  learningRate: 5e-4,
  averageDecay: 0.95,
  lambdaAdversarial: 0.05,
  lambdaContent: 0.1,
  lambdaPixel: 1,
};

/** @param start the faithful network @returns its weights after `steps` updates, as a running mean */
export async function trainDetail(
  engine: Engine,
  data: Batches,
  phi: Phi,
  start: { network: MendNetwork; weights: ReadonlyMap<string, Values> },
  judge: Discriminator,
  config: DetailConfig,
  tell: (step: number, losses: Record<string, number>) => void = () => undefined,
): Promise<Map<string, Values>> {
  const { batch, seed, learningRate, floors } = config;
  const params = new ParameterSet('mend detail');
  const average = new ParameterSet('mend detail average');
  const critic = new ParameterSet('mend detail discriminator');
  const extent = [batch, data.patch, data.patch, 1];
  const traced = (graph: Graph) => {
    const [defective, clean] = [graph.input('defective', extent), graph.input('clean', extent)];
    const raw = mendNetwork(params.scope(graph), defective, start.network);
    return {
      defective,
      clean,
      restored: floors ? aboveFloor(raw, graph.input('floor', [batch, 1, 1, 1])) : raw,
    };
  };

  const d = new Graph();
  const shown = traced(d);
  const real = bceWithLogits(discriminator(critic.scope(d), shown.defective, shown.clean, judge), 1);
  const fake = bceWithLogits(discriminator(critic.scope(d), shown.defective, shown.restored, judge), 0);
  const judged = mul(add(real, fake), 0.5);
  const judgeStep = await engine.compile(d, {
    label: 'mend detail discriminator step',
    outputs: { discriminator: judged },
    updates: [adam(critic, judged, { learningRate })],
  });

  const r = new Graph();
  mendNetwork(average.scope(r), r.input('image', extent), start.network); // declares the average's weights
  const { defective, clean, restored } = traced(r);
  const adversarial = bceWithLogits(discriminator(critic.scope(r), defective, restored, judge), 1);
  const content = contentLoss(phi.features(restored, phi.content), phi.features(clean, phi.content));
  const pixel = l1(restored, clean);
  const loss = add(
    add(mul(adversarial, config.lambdaAdversarial), mul(content, config.lambdaContent)),
    mul(pixel, config.lambdaPixel),
  );
  const step = await engine.compile(r, {
    label: 'mend detail step',
    outputs: { adversarial, content, pixel },
    updates: [adam(params, loss, { learningRate }), ema(average, params, config.averageDecay)],
  });

  phi.params.write(engine, phi.weights);
  critic.initialise(engine, seed);
  for (const set of [params, average]) set.write(engine, start.weights);
  for (let i = 0; i < config.steps; i++) {
    const drawn = data.real(drawRandom(seed + 1, 'cgan', i), batch);
    const { defective, clean } = drawn;
    const fed = { defective, clean, ...(floors ? { floor: floorsOf(drawn, floors) } : {}) };
    for (const program of [judgeStep, step]) program.run(fed, { seed, step: i });
    if ((i + 1) % 10 !== 0 && i + 1 < config.steps) continue;
    tell(i + 1, scalars({ ...(await judgeStep.read()), ...(await step.read()) })); // the CPU waits for the GPU here
  }
  const weights = await average.read();
  for (const set of [params, average, critic]) engine.release(set);
  return weights;
}
