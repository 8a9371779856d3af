/** What each method of the grid does: trains, restores the evaluation images, and gives its rows. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plane } from '../imaging/image';
import { classifierPhi } from '../models/classifier';
import type { Phi } from '../models/phi';
import { ARCHITECTURES } from '../models/presets';
import { restorer } from '../models/restorer';
import { readSafetensors } from '../models/safetensors';
import { squeezenetPhi } from '../models/squeezenet';
import { type Engine, ParameterSet } from '../runtime';
import { Batches, prepareData, type TaskPlanes } from '../training/batches';
import { CARE_DEFAULTS, trainCare } from '../training/care';
import { CGAN_DEFAULTS, type CGanConfig, cGanStep, compileCGan, makeCGan, syntheticCount } from '../training/cgan';
import { CIN_GAN_DEFAULTS, type CinGanConfig } from '../training/cin_gan';
import { CYCLEGAN_DEFAULTS, trainCycleGan } from '../training/cyclegan';
import { DEBLURGAN_DEFAULTS, scalars, trainDeblurGan } from '../training/deblurgan';
import { betweenWeights, MEND_DEFAULTS, type MendNetwork, trainMend } from '../training/mend';
import { DETAIL_DEFAULTS, trainDetail } from '../training/mend_detail';
import { OWN_PHI } from '../training/own_phi';
import type { Cell, CellRecord, Curve, Method, Picture, RowScores } from './cell';
import { classicalRows, untouchedRows } from './classical_rows';
import type { Lpips } from './lpips';
import { extremePictures, firstPicture, pictureOf } from './pictures';
import { restorePlanes, type Trained } from './restoration';
import { scoreAll } from './scores';
import { evaluationPairs, trainingTask } from './sources';
import { type Synthesis, synthesisWatch, trainSynthesis, withSyntheticPairs } from './synthesis';
import { toldApart } from './told_apart';

export interface Bench {
  engine: Engine;
  lpips: Lpips | undefined;
  say: (line: string) => void;
}

/** What a method hands back; run_cells.ts adds the rest of the record. */
export interface Outcome {
  rows: RowScores[];
  pictures?: Picture[];
  curves?: Curve[];
  toldApart?: CellRecord['toldApart'];
  configuration: Record<string, unknown>;
  losses: Record<string, number>;
  trainingSeconds: number;
}

export function runMethod(cell: Cell, bench: Bench): Promise<Outcome> {
  return RUN[cell.method](cell, bench);
}

const RUN: Record<Method, (cell: Cell, bench: Bench) => Promise<Outcome>> = {
  untouched: (cell, bench) => withoutTraining(untouchedRows(cell, bench.lpips)),
  classical: (cell, bench) => withoutTraining(classicalRows(cell, bench)),
  care,
  deblurgan,
  cyclegan,
  cgan: paperMethod,
  separate: paperMethod,
  paper: paperMethod,
  mend,
  synthesis,
};

async function withoutTraining(scored: Promise<{ rows: RowScores[]; pictures: Picture[] }>): Promise<Outcome> {
  return { ...(await scored), configuration: {}, losses: {}, trainingSeconds: 0 };
}

/** Validation comes out of the N pairs; methods that look at none train on all of them. */
const VALIDATION_SHARE = 0.2;

interface Data {
  training: TaskPlanes[];
  batches: Batches;
  validation: Batches | undefined;
}

function dataOf({ tasks, setting, images, split, seed, preset }: Cell, validationShare: number): Data {
  const { patch } = ARCHITECTURES[preset];
  const data = { tasks: tasks.map((task) => trainingTask(task, setting, images, split, seed)) };
  const { training, validation } = prepareData(data, setting === 'paired' ? validationShare : 0, seed);
  const kept = validation.every((task) => task.pairs.length > 0);
  return {
    training,
    batches: new Batches(training, patch),
    validation: kept ? new Batches(validation, patch) : undefined,
  };
}

async function care(cell: Cell, bench: Bench): Promise<Outcome> {
  const { batches, validation } = dataOf(cell, VALIDATION_SHARE);
  const { restorer: width } = ARCHITECTURES[cell.preset];
  const config = {
    ...CARE_DEFAULTS,
    network: { first: width.first, kernel: 5 },
    steps: cell.updates,
    batch: BATCH,
    learningRate: cell.learningRate ?? LEARNING_RATE.care,
    epoch: Math.max(10, Math.round(cell.updates / 40)),
    patience: 4, // as many of all looks as CSBDeep's 10 of 100
    seed: cell.seed,
  };
  const timer = new Timer();
  const trained = await trainCare(bench.engine, batches, validation, config, progress(cell, bench));
  return restoredOutcome(cell, bench, 'CARE', trained, { config, ...timer.stop() });
}

async function deblurgan(cell: Cell, bench: Bench): Promise<Outcome> {
  const { batches } = dataOf(cell, 0);
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
  return restoredOutcome(cell, bench, 'DeblurGAN', trained, { config, ...timer.stop() });
}

async function cyclegan(cell: Cell, bench: Bench): Promise<Outcome> {
  const { batches } = dataOf(cell, 0);
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
  return restoredOutcome(cell, bench, 'CycleGAN', trained, { config, ...timer.stop() });
}

/** The paper's: no pixel term, the last weights, one CIN-GAN (`paper`), one a task (`separate`) or none (`cgan`). */
async function paperMethod(cell: Cell, bench: Bench): Promise<Outcome> {
  const rows: Record<string, string> = {
    cgan: 'cGAN, real pairs only',
    separate: 'separate GANs',
    paper: "the paper's",
  };
  const groups = cell.method === 'separate' ? cell.tasks.map((task) => [task]) : [cell.tasks];
  const outcomes: Outcome[] = [];
  for (const tasks of groups)
    outcomes.push(await paperGroup({ ...cell, tasks }, bench, rows[cell.method], cell.method !== 'cgan'));
  return {
    rows: outcomes.flatMap((o) => o.rows),
    pictures: outcomes.flatMap((o) => o.pictures ?? []),
    configuration: outcomes[0].configuration,
    losses: outcomes[0].losses,
    trainingSeconds: outcomes.reduce((sum, o) => sum + o.trainingSeconds, 0),
  };
}

async function paperGroup(cell: Cell, bench: Bench, row: string, synthesise: boolean): Promise<Outcome> {
  const { engine } = bench;
  const { batches } = dataOf(cell, 0);
  const shape = ARCHITECTURES[cell.preset];
  const phi = await phiOf(cell);
  const cGan: CGanConfig = {
    ...CGAN_DEFAULTS[cell.preset],
    steps: cell.updates,
    batch: BATCH,
    lambdaPixel: 0,
    learningRate: cell.learningRate ?? LEARNING_RATE.paper,
  };
  const cinGan = cinGanConfig(cell);
  const timer = new Timer();
  const made = synthesise
    ? await trainSynthesis(engine, batches, { shape, phi, config: cinGan, seed: cell.seed }, progress(cell, bench))
    : undefined;
  const nets = makeCGan();
  const generator = made?.generator ?? new ParameterSet('generator');
  const synthetic = syntheticCount(cGan, batches.paired.length > 0, made !== undefined);
  const programs = await compileCGan(engine, nets, generator, {
    shape,
    phi,
    config: cGan,
    patch: batches.patch,
    tasks: cell.tasks.length,
    synthetic,
  });
  phi.params.write(engine, phi.weights);
  for (const set of [nets.restorer, nets.discriminator]) set.initialise(engine, cell.seed);
  nets.average.write(engine, await nets.restorer.read());
  const tell = progress(cell, bench);
  let losses: Record<string, number> = {};
  for (let step = 0; step < cell.updates; step++) {
    cGanStep(programs, batches, cGan, cell.seed, step);
    if ((step + 1) % 10 !== 0 && step + 1 < cell.updates) continue;
    losses = scalars({ ...(await programs.discriminatorStep.read()), ...(await programs.restorerStep.read()) });
    tell(step + 1, losses);
  }
  const weights = await nets.restorer.read();
  const config = { cGan, ...(made ? { cinGan } : {}), phi: phi.name };
  return restoredOutcome(
    cell,
    bench,
    row,
    { network: (p, image) => restorer(p, image, shape.restorer), weights, losses },
    { config, ...timer.stop() },
  );
}

/** Readings of the fidelity–detail dial that a record holds. */
const DIAL = [0, 1];

async function mend(cell: Cell, bench: Bench): Promise<Outcome> {
  const { engine } = bench;
  const { training, batches, validation } = dataOf(cell, VALIDATION_SHARE);
  const shape = ARCHITECTURES[cell.preset];
  const phi = await ownPhi();
  const changes = cell.changes ?? {};
  const number = (name: string, fallback: number) => (changes[name] === undefined ? fallback : Number(changes[name]));
  const network: MendNetwork =
    (changes.network ?? MEND_NETWORK) === 'unet'
      ? { kind: 'unet', first: shape.restorer.first, kernel: number('kernel', 3) }
      : { kind: 'resnet', shape: shape.restorer };
  const config = {
    ...MEND_DEFAULTS,
    network,
    steps: cell.updates,
    batch: BATCH,
    learningRate: cell.learningRate ?? LEARNING_RATE.mend,
    intensity: number('intensity', MEND_DEFAULTS.intensity),
    averageDecay: number('average', averageDecay(cell.updates)),
    epoch: Math.max(10, Math.round(cell.updates / 20)),
    seed: cell.seed,
  };
  const flips = number('flips', 1) === 1;
  const timer = new Timer();
  const run = { shape, phi, config: cinGanConfig(cell), seed: cell.seed };
  const made: Synthesis | undefined =
    cell.cinUpdates > 0 ? await trainSynthesis(engine, batches, run, progress(cell, bench)) : undefined;
  const copies = number('copies', SYNTHETIC_COPIES);
  const data = made
    ? new Batches(await withSyntheticPairs(engine, made, shape, training, copies), batches.patch)
    : batches;
  const faithful = await trainMend(engine, data, validation, config, progress(cell, bench));
  const used: Record<string, unknown> = { mend: config, flips, ...(made ? { cinGan: run.config, copies } : {}) };
  const detailSteps = number('detail', Math.round(cell.updates / 4));
  if (detailSteps === 0) {
    const at = { config: used, ...timer.stop() };
    return restoredOutcome(cell, bench, 'mend', faithful, at, { flips });
  }
  const detail = { ...DETAIL_DEFAULTS, steps: detailSteps, batch: BATCH, seed: cell.seed };
  const judge = shape.discriminator;
  const start = { network, weights: faithful.weights };
  const sharp = await trainDetail(engine, data, phi, start, judge, detail, progress(cell, bench));
  used.detail = detail;
  const at = { config: used, ...timer.stop() };
  const outcomes: Outcome[] = [];
  for (const dial of DIAL) {
    const weights = betweenWeights(faithful.weights, sharp, dial);
    const mixed = { network: faithful.network, weights, losses: faithful.losses };
    const row = dial === 0 ? 'mend' : `mend, detail ${dial}`;
    outcomes.push(await restoredOutcome(cell, bench, row, mixed, at, { flips, settings: { detail: dial } }));
  }
  return {
    ...outcomes[0],
    rows: outcomes.flatMap((o) => o.rows),
    pictures: outcomes.flatMap((o) => o.pictures ?? []),
  };
}

/** CIN-GAN alone: its curves, and its defects to look at. */
async function synthesis(cell: Cell, bench: Bench): Promise<Outcome> {
  const { engine } = bench;
  const { batches } = dataOf(cell, 0);
  const shape = ARCHITECTURES[cell.preset];
  const phi = await ownPhi();
  const config = cinGanConfig(cell);
  const timer = new Timer();
  const { curves, look, painted } = await synthesisWatch(engine, shape, cell.tasks, cell.split, cell.evaluated);
  const watch = { every: Math.max(1, Math.round(cell.cinUpdates / 12)), look };
  const run = { shape, phi, config, seed: cell.seed };
  const { generator, losses } = await trainSynthesis(engine, batches, run, progress(cell, bench), watch);
  const { seconds } = timer.stop();
  const made: Picture[] = [];
  const toldApartBy: NonNullable<CellRecord['toldApart']> = [];
  for (const [t, task] of cell.tasks.entries()) {
    const all = await painted(generator, t);
    const real = all.map((plane) => plane.real);
    toldApartBy.push({
      task,
      synthetic: await toldApart(
        engine,
        real,
        all.map((plane) => plane.synthetic),
        cell.seed,
      ),
      clean: await toldApart(
        engine,
        real,
        all.map((plane) => plane.clean),
        cell.seed,
      ),
    });
    const [first] = all;
    const rows = { clean: first.clean, real: first.real, synthetic: first.synthetic };
    for (const [row, plane] of Object.entries(rows))
      made.push({ row, task, index: 0, why: 'first', png: pictureOf(plane) });
  }
  return {
    rows: [],
    curves,
    toldApart: toldApartBy,
    pictures: made,
    configuration: { cinGan: config, phi: phi.name },
    losses,
    trainingSeconds: seconds,
  };
}

/** Samples a step, for every method. */
const BATCH = 4;
/** Synthetic defects that mend gives each clean plane. */
const SYNTHETIC_COPIES = 4;
/** docs/evidence/README.md says which of these were searched for, on development seeds, and which were not yet. */
const LEARNING_RATE = { care: 1e-3, deblurgan: 3e-4, cyclegan: 5e-4, paper: 1e-3, mend: 1e-3 };
const MEND_NETWORK: MendNetwork['kind'] = 'unet';

/** A running mean over about the last tenth of the updates, which the weights of a short run must not lag behind. */
const averageDecay = (updates: number): number => Math.min(0.999, Math.max(0, 1 - 10 / updates));

function cinGanConfig(cell: Cell): CinGanConfig {
  return { ...CIN_GAN_DEFAULTS[cell.preset], steps: cell.cinUpdates, batch: BATCH };
}

async function restoredOutcome(
  cell: Cell,
  { engine, lpips }: Bench,
  row: string,
  trained: Trained & { losses: Record<string, number> },
  { config, seconds }: { config: object; seconds: number },
  { flips = false, settings }: { flips?: boolean; settings?: Record<string, number> } = {},
): Promise<Outcome> {
  const rows: RowScores[] = [];
  const shown: Picture[] = [];
  for (const task of cell.tasks) {
    const pairs = evaluationPairs(task, cell.evaluated, cell.split);
    const truths: Plane[] = pairs.map((pair) => pair.clean);
    const defective = pairs.map((pair) => pair.defective);
    const restored = await restorePlanes(engine, trained, defective, { flips });
    const scores = await scoreAll(restored, truths, lpips);
    rows.push({ row, task, ...(settings ? { settings } : {}), scores });
    if (cell.split !== 'test') continue;
    shown.push(firstPicture(row, task, restored, truths));
    if (row === 'mend') shown.push(...extremePictures(task, { defective, restored, truths }, scores));
  }
  const { losses } = trained;
  return { rows, pictures: shown, configuration: { ...config }, losses, trainingSeconds: seconds };
}

async function ownPhi(): Promise<Phi> {
  return classifierPhi(readSafetensors(new Uint8Array(await readFile(OWN_PHI))));
}

/** Our own φ, or ImageNet's where the cell says so. */
async function phiOf({ changes }: Cell): Promise<Phi> {
  if (changes?.phi !== 'squeezenet') return ownPhi();
  const file = join(process.env.MENDSCOPE_DATA ?? '', 'phi', 'squeezenet1_1.safetensors');
  return squeezenetPhi(readSafetensors(new Uint8Array(await readFile(file))));
}

function progress(cell: Cell, { say }: Bench): (step: number, losses: Record<string, number>) => void {
  let spoken = performance.now();
  return (step, losses) => {
    if (performance.now() - spoken < 20_000) return;
    spoken = performance.now();
    const terms = Object.entries(losses).map(([name, value]) => `${name} ${value.toPrecision(3)}`);
    say(`  ${cell.method} ${step}: ${terms.join('  ')}`);
  };
}

class Timer {
  private readonly began = performance.now();
  stop(): { seconds: number } {
    return { seconds: (performance.now() - this.began) / 1000 };
  }
}
