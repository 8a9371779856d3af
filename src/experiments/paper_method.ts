/** The paper's method, with one CIN-GAN for all tasks, one for each, or none. */
import { ARCHITECTURES } from '../models/presets';
import { restorer } from '../models/restorer';
import { ParameterSet } from '../runtime';
import { CGAN_DEFAULTS, type CGanConfig, cGanStep, compileCGan, makeCGan } from '../training/cgan';
import { scalars } from '../training/deblurgan';
import { syntheticCount } from '../training/restorer_batch';
import type { Cell } from './cell';
import { phiOf } from './phi_files';
import { sharedSynthesis } from './shared_synthesis';
import { cinGanConfig } from './synthesis';
import { BATCH, type Bench, dataOf, type Outcome, progress, restoredOutcome, Timer } from './training_run';

const LEARNING_RATE = 1e-3;

/** The paper's: no pixel term, the last weights, one CIN-GAN (`paper`), one a task (`separate`) or none (`cgan`). */
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
  };
  const cinGan = cinGanConfig(cell);
  const timer = new Timer();
  const made = synthesise
    ? await sharedSynthesis(engine, batches, { shape, phi, config: cinGan, seed: cell.seed }, progress(cell, bench))
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
  const config = { cGan, ...(made ? { cinGan } : {}), phi: phi.name, measures };
  return restoredOutcome(
    cell,
    bench,
    row,
    { network: (p, image) => restorer(p, image, shape.restorer), weights, losses },
    { config, seconds: timer.stop().seconds + (made?.earlierSeconds ?? 0) },
  );
}
