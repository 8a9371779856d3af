/** The baselines: CARE, DeblurGAN and CycleGAN as published, at the cell's widths. */
import { ARCHITECTURES } from '../models/presets';
import { NO_MEASURES } from '../training/batches';
import { CARE_DEFAULTS, type CareConfig, trainCare } from '../training/care';
import { CYCLEGAN_DEFAULTS, trainCycleGan } from '../training/cyclegan';
import { DEBLURGAN_DEFAULTS, trainDeblurGan } from '../training/deblurgan';
import type { Cell } from './cell';
import { samplesOf, trainedOnce } from './kept_weights';
import { ownPhi } from './phi_files';
import { pretrainedUpdates, pretrainingData } from './pretraining';
import {
  BATCH,
  type Bench,
  dataOf,
  type Outcome,
  progress,
  restoredOutcome,
  Timer,
  VALIDATION_SHARE,
} from './training_run';

/** The best of those searched for on development images (docs/evidence/ablation.md). */
const LEARNING_RATE = { deblurgan: 3e-4, cyclegan: 5e-4 };
/** The better of 3e-4 and 1e-3 on development images: a network for one task, and one for all of them. */
const careRate = ({ tasks }: Cell): number => (tasks.length === 1 ? 1e-3 : 3e-4);

const careEpoch = (updates: number): number => Math.max(10, Math.round(updates / 40));

export async function care(cell: Cell, bench: Bench): Promise<Outcome> {
  const { batches, validation, measures } = dataOf(cell, VALIDATION_SHARE);
  const { restorer: width } = ARCHITECTURES[cell.preset];
  const config = {
    ...CARE_DEFAULTS,
    network: { first: width.first, kernel: 5 },
    steps: cell.updates,
    batch: BATCH,
    learningRate: cell.learningRate ?? careRate(cell),
    epoch: careEpoch(cell.updates),
    patience: 4, // as many of all looks as CSBDeep's 10 of 100
    seed: cell.seed,
  };
  const timer = new Timer();
  const tell = progress(cell, bench);
  const before = await carePretrained(cell, bench, config, tell);
  const trained = await trainCare(bench.engine, batches, validation, { ...config, start: before?.weights }, tell);
  const seconds = timer.stop().seconds + (before?.earlierSeconds ?? 0);
  return restoredOutcome(cell, bench, 'CARE', trained, { config: { ...config, measures }, seconds });
}

/** By the same settings on phantoms, where the cell asks for it. */
async function carePretrained(cell: Cell, { engine }: Bench, care: CareConfig, tell: ReturnType<typeof progress>) {
  const steps = pretrainedUpdates(cell);
  if (steps === 0) return undefined;
  const data = pretrainingData(cell.preset, { validationShare: 0.1, measures: NO_MEASURES });
  const config = { ...care, steps, epoch: careEpoch(steps) };
  return trainedOnce(engine, ['CARE', config, data.batches.patch], samplesOf(data.batches.tasks), () =>
    trainCare(engine, data.batches, data.validation, config, tell),
  );
}

export async function deblurgan(cell: Cell, bench: Bench): Promise<Outcome> {
  const { batches, measures } = dataOf(cell, 0);
  const { restorer: width, discriminator } = ARCHITECTURES[cell.preset];
  const config = {
    ...DEBLURGAN_DEFAULTS,
    generator: { first: width.first, blocks: width.blocks, dropout: 0 },
    critic: discriminator,
    steps: cell.updates,
    batch: BATCH,
    learningRate: cell.learningRate ?? LEARNING_RATE.deblurgan,
    seed: cell.seed,
    logEvery: 10,
  };
  const timer = new Timer();
  const trained = await trainDeblurGan(bench.engine, batches, await ownPhi(), config, progress(cell, bench));
  return restoredOutcome(cell, bench, 'DeblurGAN', trained, { config: { ...config, measures }, ...timer.stop() });
}

export async function cyclegan(cell: Cell, bench: Bench): Promise<Outcome> {
  const { batches, measures } = dataOf(cell, 0);
  const { restorer: width, discriminator } = ARCHITECTURES[cell.preset];
  const config = {
    ...CYCLEGAN_DEFAULTS,
    generator: { first: width.first, blocks: width.blocks, dropout: 0 },
    discriminator,
    steps: cell.updates,
    batch: BATCH,
    learningRate: cell.learningRate ?? LEARNING_RATE.cyclegan,
    seed: cell.seed,
    logEvery: 10,
  };
  const timer = new Timer();
  const trained = await trainCycleGan(bench.engine, batches, config, progress(cell, bench));
  return restoredOutcome(cell, bench, 'CycleGAN', trained, { config: { ...config, measures }, ...timer.stop() });
}
