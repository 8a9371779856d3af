/** What every trained method shares: its data, its timing, and the scores of what its network restores. */
import type { Plane } from '../imaging/image';
import { ARCHITECTURES } from '../models/presets';
import type { Engine } from '../runtime';
import { Batches, type Measures, NO_MEASURES, prepareData, type TaskPlanes } from '../training/batches';
import type { Cell, CellRecord, Curve, Picture, RowScores } from './cell';
import type { Lpips } from './lpips';
import { extremePictures, firstPicture } from './pictures';
import { restorePlanes, type Trained } from './restoration';
import { scoreAll } from './scores';
import { evaluationPairs, trainingTask } from './sources';

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

/** Samples a step, for every method. */
export const BATCH = 4;

/** Validation comes out of the N pairs; methods that look at none train on all of them. */
export const VALIDATION_SHARE = 0.2;

export interface Data {
  training: TaskPlanes[];
  batches: Batches;
  validation: Batches | undefined;
  /** For the record. */
  measures: Measures;
}

/** @param margin pixels by which pairs to train on are continued in mirror image */
export function dataOf(cell: Cell, validationShare: number, measures = NO_MEASURES, margin = 0): Data {
  const { tasks, setting, images, split, seed, preset } = cell;
  const { patch } = ARCHITECTURES[preset];
  const data = { tasks: tasks.map((task) => trainingTask(task, setting, images, split, seed)) };
  const { training, validation } = prepareData(data, setting === 'paired' ? validationShare : 0, seed, measures, patch);
  const kept = validation.every((task) => task.pairs.length > 0);
  return {
    training,
    batches: new Batches(training, patch, margin),
    validation: kept ? new Batches(validation, patch) : undefined,
    measures,
  };
}

export async function restoredOutcome(
  cell: Cell,
  { engine, lpips }: Bench,
  row: string,
  trained: (Trained | { forTask: (task: number) => Trained }) & { losses: Record<string, number> },
  { config, seconds }: { config: object; seconds: number },
  {
    flips = false,
    margin,
    floors,
    settings,
  }: { flips?: boolean; margin?: number; floors?: readonly number[]; settings?: Record<string, number> } = {},
): Promise<Outcome> {
  const rows: RowScores[] = [];
  const shown: Picture[] = [];
  for (const [t, task] of cell.tasks.entries()) {
    const pairs = evaluationPairs(task, cell.evaluated, cell.split);
    const truths: Plane[] = pairs.map((pair) => pair.clean);
    const defective = pairs.map((pair) => pair.defective);
    const one = 'forTask' in trained ? trained.forTask(t) : trained;
    const restored = await restorePlanes(engine, one, defective, { flips, margin, floor: floors?.[t] });
    const scores = await scoreAll(restored, truths, lpips);
    rows.push({ row, task, ...(settings ? { settings } : {}), scores });
    if (cell.split !== 'test') continue;
    shown.push(firstPicture(row, task, restored, truths));
    if (row === 'mend') shown.push(...extremePictures(task, { defective, restored, truths }, scores));
  }
  const { losses } = trained;
  return { rows, pictures: shown, configuration: { ...config }, losses, trainingSeconds: seconds };
}

export function progress(cell: Cell, { say }: Bench): (step: number, losses: Record<string, number>) => void {
  let spoken = performance.now();
  return (step, losses) => {
    if (performance.now() - spoken < 20_000) return;
    spoken = performance.now();
    const terms = Object.entries(losses).map(([name, value]) => `${name} ${value.toPrecision(3)}`);
    say(`  ${cell.method} ${step}: ${terms.join('  ')}`);
  };
}

export class Timer {
  private readonly began = performance.now();
  stop(): { seconds: number } {
    return { seconds: (performance.now() - this.began) / 1000 };
  }
}
