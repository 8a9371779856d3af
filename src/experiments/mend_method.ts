/** Our own recipe: two ends of the fidelity–detail dial. */
import type { Phi } from '../models/phi';
import { ARCHITECTURES } from '../models/presets';
import { isUNet, ownTasks, RESTORING_MARGIN, type RestoringNetwork, type UNet } from '../models/restoring_network';
import { forTasks } from '../models/task_weights';
import type { Values } from '../runtime';
import { ALL_MEASURES, Batches } from '../training/batches';
import { betweenWeights, detailConfig, MEND_DEFAULTS, mendNetwork, TRAINING_MARGIN } from '../training/mend';
import type { Cell } from './cell';
import { samplesOf, trainedOnce, valuesOf } from './kept_weights';
import { type FaithfulConfig, faithfulConfig, restoringEach, trainDetail, trainFaithful } from './mend_training';
import { imageNetPhi, ownPhi } from './phi_files';
import { pretrainedUpdates, pretrainingData } from './pretraining';
import { sharedSynthesis } from './shared_synthesis';
import { cinGanConfig, withSyntheticPairs } from './synthesis';
import { BATCH, type Bench, dataOf, type Outcome, progress, restoredOutcome, Timer } from './training_run';

/** Synthetic defects that mend gives each clean plane. */
export const SYNTHETIC_COPIES = 4;

/** Readings of the fidelity–detail dial that a record holds beside 0. */
const DIAL = [0.5, 0.75, 1];

/** What is restored at one of them. */
interface Reading {
  row: string;
  weights: ReadonlyMap<string, Values>;
  /** Restored as the mean over four mirror images. */
  flips: boolean;
  detail: number;
}

/** With the φ that ships, and with ImageNet's where its file is at hand. */
async function detailPhis(): Promise<{ by: string; phi: Phi }[]> {
  const imageNet = await imageNetPhi();
  return [{ by: '', phi: await ownPhi() }, ...(imageNet ? [{ by: ' by ImageNet’s φ', phi: imageNet }] : [])];
}

export async function mend(cell: Cell, bench: Bench): Promise<Outcome> {
  const { engine } = bench;
  const shape = ARCHITECTURES[cell.preset];
  const { measures, mirrors, validationShare, network, copies, hasFloor, flips, hasDetail, ...changed } = recipe(cell);
  const margin = mirrors * TRAINING_MARGIN;
  const tell = progress(cell, bench);
  const { training, batches, validation } = dataOf(cell, validationShare, measures, margin);
  const timer = new Timer();
  const run = { shape, phi: await ownPhi(), config: cinGanConfig(cell), seed: cell.seed };
  const made = cell.cinUpdates > 0 ? await sharedSynthesis(engine, batches, run, tell) : undefined;
  const data = made
    ? new Batches(await withSyntheticPairs(engine, made, shape, training, copies), batches.patch, margin)
    : batches;
  const lengths = { steps: cell.updates, batch: BATCH, seed: cell.seed };
  const defaults = { ...faithfulConfig(cell.preset, lengths, network, data.tasks), ...changed };
  const config = hasFloor ? defaults : { ...defaults, floors: undefined };
  const { floors } = config;
  const before = await mendPretrained(cell, bench, network, config);
  const samples = [...samplesOf(data.tasks), ...valuesOf(before?.weights)];
  const faithful = await trainedOnce(engine, ['mend', config, validationShare, margin, data.patch], samples, () =>
    trainFaithful(engine, data, validation, { ...config, start: before?.weights }, tell),
  );
  const used: Record<string, unknown> = {
    mend: config,
    measures,
    flips,
    margin: mirrors * RESTORING_MARGIN,
    floors,
    trainingMargin: margin,
    ...(made ? { cinGan: run.config, copies } : {}),
  };
  let earlier = [made, before, faithful].reduce((sum, part) => sum + (part?.earlierSeconds ?? 0), 0);
  const readings: Reading[] = [{ row: 'mend', weights: faithful.weights, flips, detail: 0 }];
  for (const { phi, by } of hasDetail ? await detailPhis() : []) {
    const detail = { ...detailConfig(cell.preset, config, phi.name), floors, seed: cell.seed };
    const start = { network, weights: faithful.weights };
    const settings = ['mend, detail', detail, network, phi.name, shape.discriminator, margin, data.patch];
    const sharp = await trainedOnce(
      engine,
      settings,
      [...samplesOf(data.tasks), ...valuesOf(start.weights, phi.weights)],
      async () => ({
        weights: await trainDetail(engine, data, phi, start, shape, detail, tell),
        losses: {},
      }),
    );
    used[`detail${by}`] = detail;
    earlier += sharp.earlierSeconds;
    for (const dial of DIAL) {
      const weights = betweenWeights(faithful.weights, sharp.weights, dial);
      // A mean of four mirror images is smoother than each of them.
      readings.push({ row: `mend, detail ${dial}${by}`, weights, flips: false, detail: dial });
    }
  }
  const at = { config: used, seconds: timer.stop().seconds + earlier };
  const outcomes: Outcome[] = [];
  for (const { row, weights, flips, detail } of readings) {
    const end = { forTask: restoringEach({ network, weights }), losses: faithful.losses };
    const restoring = { flips, margin: mirrors * RESTORING_MARGIN, floors, settings: { detail } };
    outcomes.push(await restoredOutcome(cell, bench, row, end, at, restoring));
  }
  return {
    ...outcomes[0],
    rows: outcomes.flatMap((o) => o.rows),
    pictures: outcomes.flatMap((o) => o.pictures ?? []),
  };
}

/** mend as it is, but for what an ablation changes. */
function recipe({ preset, setting, tasks, changes = {}, learningRate }: Cell) {
  const number = (name: string, fallback: number) => (changes[name] === undefined ? fallback : Number(changes[name]));
  const { restorer } = ARCHITECTURES[preset];
  const together = number('ownScales', 1) === 1 && changes.exit !== 'residual' ? tasks.length : 1;
  const own = mendNetwork(restorer.first, together);
  const unet: UNet = {
    ...own,
    kernel: number('kernel', own.kernel),
    unit: number('unit', 1) === 1,
    ...(changes.exit === 'residual' && { exit: undefined }),
  };
  const { squared, averageDecay, learningRate: rate } = MEND_DEFAULTS[preset];
  return {
    measures: {
      oneScale: number('oneScale', 1) === 1,
      noisyCopies: number('noisyCopies', ALL_MEASURES.noisyCopies),
      measuredPairs: number('measuredPairs', ALL_MEASURES.measuredPairs),
    },
    mirrors: number('mirrors', 1),
    // All pairs are for learning: what two of ten have to teach is worth more than their judgement of when to stop.
    validationShare: number('validation', 0),
    network: changes.network === 'resnet' ? restorer : unet,
    copies: number('copies', SYNTHETIC_COPIES),
    hasFloor: number('floor', 1) === 1,
    flips: number('flips', 1) === 1,
    // What detail costs and gives is asked of pairs.
    hasDetail: number('detail', setting === 'paired' ? 1 : 0) !== 0,
    learningRate: learningRate ?? rate,
    squared: number('squared', squared),
    averageDecay: number('average', averageDecay),
  };
}

/** By the same settings on phantoms, where the cell asks for it. */
async function mendPretrained(cell: Cell, bench: Bench, given: RestoringNetwork, { batch, seed }: FaithfulConfig) {
  const steps = pretrainedUpdates(cell);
  if (steps === 0) return undefined;
  const setting = { validationShare: 0, measures: ALL_MEASURES, margin: TRAINING_MARGIN };
  const { batches } = pretrainingData(cell.preset, setting);
  const network = withoutTasks(given);
  const config = faithfulConfig(cell.preset, { steps, batch, seed }, network, batches.tasks);
  const trained = await trainedOnce(bench.engine, ['mend', config, batches.patch], samplesOf(batches.tasks), () =>
    trainFaithful(bench.engine, batches, undefined, config, progress(cell, bench)),
  );
  const alike = batches.tasks.map(({ name }) => name);
  if (ownTasks(given) === 0) return trained;
  return { ...trained, weights: forTasks(network, trained.weights, alike, cell.tasks).weights };
}

function withoutTasks(network: RestoringNetwork): RestoringNetwork {
  if (!isUNet(network)) return network;
  const { tasks: _, ...alike } = network;
  return alike;
}
