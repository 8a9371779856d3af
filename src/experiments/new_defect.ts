/**
 * A further defect for the price of its scales and shifts: the last task of the cell is added to a CIN-GAN that knows the
 * others, which trains that task's row of every conditional norm and nothing else; the restorer is fine-tuned on all of
 * them. Beside it a CIN-GAN of the new task's own, all its weights trained, after the same number of updates.
 */
import { ARCHITECTURES } from '../models/presets';
import { RESTORING_MARGIN } from '../models/restoring_network';
import { forTasks } from '../models/task_weights';
import { Batches, PAIR_MEASURES, type TaskPlanes } from '../training/batches';
import { isNormed } from '../training/cin_gan';
import { mendNetwork, TRAINING_MARGIN } from '../training/mend';
import { keptTasks } from '../training/warm_start';
import type { Cell, CellRecord, Curve, Picture } from './cell';
import { SYNTHETIC_COPIES } from './mend_method';
import { type Faithful, type FaithfulConfig, faithfulConfig, restoringEach, trainFaithful } from './mend_training';
import { ownPhi } from './phi_files';
import { pictureOf } from './pictures';
import { sharedSynthesis } from './shared_synthesis';
import {
  cinGanConfig,
  type Synthesis,
  type SynthesisRun,
  synthesisWatch,
  trainSynthesis,
  withSyntheticPairs,
} from './synthesis';
import { CLASSIFIER, paintedToldApart } from './told_apart';
import { BATCH, type Bench, dataOf, type Outcome, progress, restoredOutcome, Timer } from './training_run';

/** The new task takes a quarter of the updates that the others took, and so does the restorer's fine-tuning. */
const SHARE = 1 / 4;
/** Looks at what is painted, over one training. */
const LOOKS = 10;

export async function newDefect(cell: Cell, bench: Bench): Promise<Outcome> {
  const { engine } = bench;
  const shape = ARCHITECTURES[cell.preset];
  const [known, added] = [cell.tasks.slice(0, -1), cell.tasks.slice(-1)];
  const tell = progress(cell, bench);
  const run: SynthesisRun = { shape, phi: await ownPhi(), config: cinGanConfig(cell), seed: cell.seed };
  const shorter = { ...run, config: { ...run.config, steps: Math.round(cell.cinUpdates * SHARE) } };

  const before = dataOf({ ...cell, tasks: known }, 0, PAIR_MEASURES, TRAINING_MARGIN);
  const base = await sharedSynthesis(engine, before.batches, run, tell);
  const restorer = async (
    tasks: TaskPlanes[],
    painter: Synthesis,
    steps: number,
    before?: { trained: Faithful; config: FaithfulConfig },
  ) => {
    const timer = new Timer();
    const painted = await withSyntheticPairs(engine, painter, shape, tasks, SYNTHETIC_COPIES);
    const network = mendNetwork(shape.restorer.first, tasks.length);
    const own = faithfulConfig(cell.preset, { steps, batch: BATCH, seed: cell.seed }, network, tasks);
    // Tasks that are kept have the new one's clean images, and floors of their own.
    const floors = own.floors?.map((floor, t) => before?.config.floors?.[t] ?? floor);
    const config = { ...own, floors };
    const data = new Batches(painted, shape.patch, TRAINING_MARGIN);
    const names = tasks.map(({ name }) => name);
    const start = before && forTasks(before.trained.network, before.trained.weights, known, names).weights;
    const trained = await trainFaithful(engine, data, undefined, { ...config, start }, tell);
    return { trained, config, ...timer.stop() };
  };
  const first = await restorer(before.training, base, cell.updates);

  const given = dataOf({ ...cell, tasks: added }, 0, PAIR_MEASURES, TRAINING_MARGIN);
  const from = { generator: base.weights, tasks: before.training };
  const all = [...keptTasks(from, given.training), ...given.training];
  const place = { engine, cell, bench };
  const grown = await watched(
    place,
    new Batches(all, shape.patch),
    { ...shorter, from },
    cell.tasks,
    'added to the rest',
  );
  const own = await watched(place, given.batches, shorter, added, 'a CIN-GAN of its own');
  const second = await restorer(all, grown.made, Math.round(cell.updates * SHARE), first);

  const outcomes: Outcome[] = [];
  for (const [row, { trained, config, seconds }] of [
    ['mend before the new defect', first],
    ['mend with the new defect', second],
  ] as const) {
    // Of a task that it does not know, a restorer takes the mean over those that it does.
    const knows = trained === first.trained ? known : cell.tasks;
    const each = restoringEach(forTasks(trained.network, trained.weights, knows, cell.tasks));
    const end = { forTask: each, losses: trained.losses };
    const restoring = { flips: true, margin: RESTORING_MARGIN, floors: config.floors };
    outcomes.push(await restoredOutcome(cell, bench, row, end, { config, seconds }, restoring));
  }
  const sizes = [...grown.made.weights].map(([name, { data }]) => ({ perTask: isNormed(name), size: data.length }));
  const total = (sum: number, { size }: { size: number }) => sum + size;
  return {
    rows: outcomes.flatMap(({ rows }) => rows),
    pictures: [...outcomes.flatMap(({ pictures = [] }) => pictures), ...grown.pictures, ...own.pictures],
    curves: [grown.curve, own.curve],
    toldApart: grown.toldApart,
    configuration: {
      measures: before.measures,
      cinGan: run.config,
      classifier: CLASSIFIER,
      added: shorter.config,
      mend: first.config,
      fineTuning: second.config,
      cost: {
        weights: {
          added: sizes.filter(({ perTask }) => perTask).reduce(total, 0) / cell.tasks.length,
          generator: sizes.filter(({ perTask }) => !perTask).reduce(total, 0),
        },
        seconds: {
          cinGan: base.seconds,
          added: grown.made.seconds,
          own: own.made.seconds,
          mend: first.seconds,
          fineTuning: second.seconds,
        },
      },
    },
    losses: second.trained.losses,
    trainingSeconds: base.seconds + grown.made.seconds + own.made.seconds + first.seconds + second.seconds,
  };
}

interface Watched {
  made: Synthesis;
  curve: Curve;
  toldApart: NonNullable<CellRecord['toldApart']>;
  pictures: Picture[];
}

/** Trains, and follows the last of `tasks`. */
async function watched(
  { engine, cell, bench }: { engine: Bench['engine']; cell: Cell; bench: Bench },
  data: Batches,
  run: SynthesisRun,
  tasks: Cell['tasks'],
  name: string,
): Promise<Watched> {
  const [task] = tasks.slice(-1);
  const { curves, look, painted } = await synthesisWatch(engine, run.shape, tasks, cell.split, cell.evaluated, [task]);
  const watch = { every: Math.max(1, Math.round(run.config.steps / LOOKS)), look };
  const made = await trainSynthesis(engine, data, run, progress(cell, bench), watch);
  const planes = await painted(made.generator, 0);
  return {
    made,
    curve: { ...curves[0], name },
    toldApart: [await paintedToldApart(engine, task, planes, cell.seed)],
    pictures: [
      { row: `painted: ${name}`, task, index: 0, why: 'first', png: pictureOf(planes[0].synthetic, planes[0].clean) },
    ],
  };
}
