/** CIN-GAN alone: its curves, and its defects to look at. */
import { ARCHITECTURES } from '../models/presets';
import type { Cell, CellRecord, Picture } from './cell';
import { ownPhi } from './phi_files';
import { paintedPictures } from './pictures';
import { keepSynthesis } from './shared_synthesis';
import { cinGanConfig, synthesisWatch, trainSynthesis } from './synthesis';
import { CLASSIFIER, paintedToldApart } from './told_apart';
import { type Bench, dataOf, type Outcome, progress, Timer } from './training_run';

export async function synthesis(cell: Cell, bench: Bench): Promise<Outcome> {
  const { engine } = bench;
  const { batches } = dataOf(cell, 0);
  const shape = ARCHITECTURES[cell.preset];
  const phi = await ownPhi();
  const config = cinGanConfig(cell);
  const timer = new Timer();
  const { curves, look, painted } = await synthesisWatch(engine, shape, cell.tasks, cell.split, cell.evaluated);
  const watch = { every: Math.max(1, Math.round(cell.cinUpdates / 12)), look };
  const run = { shape, phi, config, seed: cell.seed };
  const trained = await trainSynthesis(engine, batches, run, progress(cell, bench), watch);
  keepSynthesis(engine, batches, run, trained);
  const { generator, losses } = trained;
  const { seconds } = timer.stop();
  const made: Picture[] = [];
  const toldApartBy: NonNullable<CellRecord['toldApart']> = [];
  for (const [t, task] of cell.tasks.entries()) {
    const all = await painted(generator, t);
    toldApartBy.push(await paintedToldApart(engine, task, all, cell.seed));
    made.push(...paintedPictures(task, all));
  }
  return {
    rows: [],
    curves,
    toldApart: toldApartBy,
    pictures: made,
    configuration: { cinGan: config, phi: phi.name, classifier: CLASSIFIER },
    losses,
    trainingSeconds: seconds,
  };
}
