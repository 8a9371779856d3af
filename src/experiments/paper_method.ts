/** The paper's method, with one CIN-GAN for all tasks, one for each, or none. */
import type { Phi } from '../models/phi';
import { ARCHITECTURES, type Architecture } from '../models/presets';
import { restorer } from '../models/restorer';
import { type Engine, ParameterSet, type Values } from '../runtime';
import type { Batches } from '../training/batches';
import { CGAN_DEFAULTS, type CGanConfig, cGanStep, compileCGan, makeCGan } from '../training/cgan';
import { scalars } from '../training/deblurgan';
import { syntheticCount } from '../training/restorer_batch';
import type { Cell } from './cell';
import { samplesOf, trainedOnce, valuesOf } from './kept_weights';
import { phiOf } from './phi_files';
import { sharedSynthesis } from './shared_synthesis';
import { cinGanConfig } from './synthesis';
import { BATCH, type Bench, dataOf, type Outcome, progress, restoredOutcome, Timer } from './training_run';

/** The best of those searched for on development images, and so are the weights of the preset beside the published ones. */
const LEARNING_RATE = 1e-3;

function published(): Partial<CGanConfig> {
  const { lambdaAdversarial, lambdaContent, discriminatorRate } = CGAN_DEFAULTS.paper;
  return { lambdaAdversarial, lambdaContent, discriminatorRate };
}

/**
 * The paper's: no pixel term, the last weights, one CIN-GAN (`paper`), one a task (`separate`) or none (`cgan`). What was
 * trained is kept, so that separate GANs, cut off, go on with the task they were at.
 */
export async function paperMethod(cell: Cell, bench: Bench): Promise<Outcome> {
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
  const { batches, measures } = dataOf(cell, 0);
  const shape = ARCHITECTURES[cell.preset];
  const phi = await phiOf(cell);
  const cGan: CGanConfig = {
    ...CGAN_DEFAULTS[cell.preset],
    steps: cell.updates,
    batch: BATCH,
    lambdaPixel: 0,
    learningRate: cell.learningRate ?? LEARNING_RATE,
    ...(cell.changes?.weights === 'published' ? published() : {}),
  };
  const cinGan = cinGanConfig(cell);
  const timer = new Timer();
  const tell = progress(cell, bench);
  const made = synthesise
    ? await sharedSynthesis(engine, batches, { shape, phi, config: cinGan, seed: cell.seed }, tell)
    : undefined;
  const { restorer: network, discriminator } = shape;
  const settings = ["the paper's restorer", network, discriminator, cGan, cell.seed, batches.patch, phi.name];
  const samples = [...valuesOf(phi.weights, made?.weights), ...samplesOf(batches.tasks)];
  const run: RestorerRun = { shape, phi, config: cGan, seed: cell.seed, generator: made?.generator };
  const trained = await trainedOnce(engine, settings, samples, () => trainRestorer(engine, batches, run, tell));
  const config = { cGan, ...(made ? { cinGan } : {}), phi: phi.name, measures };
  return restoredOutcome(
    cell,
    bench,
    row,
    { network: (p, image) => restorer(p, image, network), ...trained },
    { config, seconds: timer.stop().seconds + (made?.earlierSeconds ?? 0) + trained.earlierSeconds },
  );
}

interface RestorerRun {
  shape: Architecture;
  phi: Phi;
  config: CGanConfig;
  seed: number;
  /** What paints synthetic pairs, if anything does. */
  generator?: ParameterSet;
}

async function trainRestorer(
  engine: Engine,
  batches: Batches,
  { shape, phi, config, seed, generator }: RestorerRun,
  tell: (step: number, losses: Record<string, number>) => void,
): Promise<{ weights: Map<string, Values>; losses: Record<string, number> }> {
  const nets = makeCGan();
  const synthetic = syntheticCount(config, batches.paired.length > 0, generator !== undefined);
  const programs = await compileCGan(engine, nets, generator ?? new ParameterSet('generator'), {
    shape,
    phi,
    config,
    patch: batches.patch,
    tasks: batches.tasks.length,
    synthetic,
  });
  phi.params.write(engine, phi.weights);
  for (const set of [nets.restorer, nets.discriminator]) set.initialise(engine, seed);
  nets.average.write(engine, await nets.restorer.read());
  let losses: Record<string, number> = {};
  for (let step = 0; step < config.steps; step++) {
    cGanStep(programs, batches, config, seed, step);
    if ((step + 1) % 10 !== 0 && step + 1 < config.steps) continue;
    losses = scalars({ ...(await programs.discriminatorStep.read()), ...(await programs.restorerStep.read()) });
    tell(step + 1, losses);
  }
  const weights = await nets.restorer.read();
  for (const set of Object.values(nets)) engine.release(set);
  return { weights, losses };
}
