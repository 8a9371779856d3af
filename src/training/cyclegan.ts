/**
 * CycleGAN (Zhu et al. 2017) on unpaired images, x defective and y clean; R restores, S spoils.
 *
 *   generators       L = (D_y(R x) − 1)² + (D_x(S y) − 1)² + 10 [|S R x − x| + |R S y − y|] + 5 [|R y − y| + |S x − x|]
 *   discriminators   L = ½ [(D(real) − 1)² + D(fake)²], fakes from a pool of the last 50
 */

import type { Random } from '../imaging/random';
import { CYCLEGAN_PAPER, cycleGenerator } from '../models/cyclegan';
import { type Discriminator, patchGan } from '../models/discriminator';
import type { ResnetGenerator } from '../models/resnet_generator';
import {
  adam,
  add,
  type Engine,
  Graph,
  l1,
  leastSquares,
  mul,
  ParameterSet,
  type Program,
  type Tensor,
} from '../runtime';
import { type Batches, drawRandom } from './batches';
import type { TrainedNetwork } from './care';
import { scalars } from './deblurgan';
import { learningRateAt } from './schedule';

export interface CycleGanConfig {
  generator: ResnetGenerator;
  discriminator: Discriminator;
  steps: number;
  batch: number;
  learningRate: number;
  beta1: number;
  beta2: number;
  decayShare: number;
  lambdaCycle: number;
  lambdaIdentity: number;
  /** Fakes kept for the discriminators (Shrivastava et al. 2017). */
  pool: number;
  seed: number;
  logEvery: number;
}

export const CYCLEGAN_DEFAULTS: CycleGanConfig = {
  ...CYCLEGAN_PAPER,
  steps: 20_000,
  batch: 1,
  learningRate: 2e-4,
  beta1: 0.5,
  beta2: 0.999,
  decayShare: 0.5, // theirs: 100 epochs constant, 100 falling
  lambdaCycle: 10,
  lambdaIdentity: 5,
  pool: 50,
  seed: 0,
  logEvery: 50,
};

interface CycleNets {
  restorer: ParameterSet;
  spoiler: ParameterSet;
  judgeClean: ParameterSet;
  judgeDefective: ParameterSet;
}

export async function trainCycleGan(
  engine: Engine,
  data: Batches,
  config: CycleGanConfig,
  tell: (step: number, losses: Record<string, number>) => void = () => undefined,
): Promise<TrainedNetwork> {
  const { seed, batch } = config;
  const nets: CycleNets = {
    restorer: new ParameterSet('cyclegan restorer'),
    spoiler: new ParameterSet('cyclegan spoiler'),
    judgeClean: new ParameterSet('cyclegan clean'),
    judgeDefective: new ParameterSet('cyclegan defective'),
  };
  const generatorStep = await compileGenerators(engine, nets, data.patch, config);
  const judgeStep = await compileDiscriminators(engine, nets, data.patch, config);
  for (const set of Object.values(nets)) set.initialise(engine, seed);

  const cleanPool: Float32Array[] = [];
  const defectivePool: Float32Array[] = [];
  let losses: Record<string, number> = {};
  for (let step = 0; step < config.steps; step++) {
    const learningRate = learningRateAt(config, step);
    const random = drawRandom(seed, 'generator', step);
    const { defective, clean } = data.unpaired(random, batch);
    generatorStep.run({ defective, clean, learningRate }, { seed, step });
    const { fakeClean, fakeDefective, ...terms } = await generatorStep.read(); // the pool needs the fakes: a GPU sync
    judgeStep.run(
      {
        defective,
        clean,
        fakeClean: fromPool(cleanPool, fakeClean, batch, config.pool, random),
        fakeDefective: fromPool(defectivePool, fakeDefective, batch, config.pool, random),
        learningRate,
      },
      { seed, step },
    );
    if ((step + 1) % config.logEvery === 0 || step + 1 === config.steps) {
      losses = scalars({ ...terms, ...(await judgeStep.read()) });
      tell(step + 1, losses);
    }
  }
  const weights = await nets.restorer.read();
  for (const set of Object.values(nets)) engine.release(set);
  return { network: (p, image) => cycleGenerator(p, image, config.generator), weights, losses };
}

function compileGenerators(engine: Engine, nets: CycleNets, patch: number, config: CycleGanConfig): Promise<Program> {
  const g = new Graph();
  const extent = [config.batch, patch, patch, 1];
  const [defective, clean] = [g.input('defective', extent), g.input('clean', extent)];
  const restore = (x: Tensor) => cycleGenerator(nets.restorer.scope(g), x, config.generator);
  const spoil = (x: Tensor) => cycleGenerator(nets.spoiler.scope(g), x, config.generator);
  const [fakeClean, fakeDefective] = [restore(defective), spoil(clean)];
  const adversarial = add(
    leastSquares(patchGan(nets.judgeClean.scope(g), fakeClean, config.discriminator), 1),
    leastSquares(patchGan(nets.judgeDefective.scope(g), fakeDefective, config.discriminator), 1),
  );
  const cycle = add(l1(spoil(fakeClean), defective), l1(restore(fakeDefective), clean));
  const identity = add(l1(restore(clean), clean), l1(spoil(defective), defective));
  const loss = add(adversarial, add(mul(cycle, config.lambdaCycle), mul(identity, config.lambdaIdentity)));
  const optimiser = { learningRate: g.input('learningRate', []), beta1: config.beta1, beta2: config.beta2 };
  return engine.compile(g, {
    label: 'CycleGAN generator step',
    outputs: { adversarial, cycle, identity, fakeClean, fakeDefective },
    updates: [adam(nets.restorer, loss, optimiser), adam(nets.spoiler, loss, optimiser)],
  });
}

function compileDiscriminators(
  engine: Engine,
  nets: CycleNets,
  patch: number,
  config: CycleGanConfig,
): Promise<Program> {
  const g = new Graph();
  const extent = [config.batch, patch, patch, 1];
  const judged = (set: ParameterSet, real: string, fake: string) => {
    const judge = (name: string) => patchGan(set.scope(g), g.input(name, extent), config.discriminator);
    return mul(add(leastSquares(judge(real), 1), leastSquares(judge(fake), 0)), 0.5);
  };
  const judgeClean = judged(nets.judgeClean, 'clean', 'fakeClean');
  const judgeDefective = judged(nets.judgeDefective, 'defective', 'fakeDefective');
  const optimiser = { learningRate: g.input('learningRate', []), beta1: config.beta1, beta2: config.beta2 };
  return engine.compile(g, {
    label: 'CycleGAN discriminator step',
    outputs: { judgeClean, judgeDefective },
    updates: [adam(nets.judgeClean, judgeClean, optimiser), adam(nets.judgeDefective, judgeDefective, optimiser)],
  });
}

/** Each fresh fake, or with probability ½ an older one whose place it takes. */
function fromPool(
  pool: Float32Array[],
  fresh: Float32Array,
  batch: number,
  size: number,
  random: Random,
): Float32Array {
  const pixels = fresh.length / batch;
  const out = new Float32Array(fresh.length);
  for (let n = 0; n < batch; n++) {
    const fake = fresh.slice(n * pixels, (n + 1) * pixels);
    if (pool.length < size) {
      pool.push(fake);
      out.set(fake, n * pixels);
    } else if (random.uniform() < 0.5) {
      const i = random.integer(size);
      out.set(pool[i], n * pixels);
      pool[i] = fake;
    } else out.set(fake, n * pixels);
  }
  return out;
}
