/**
 * Defects as mend makes them without pairs: measured from both sets of images, and painted, but always as strong as in the
 * images. Nothing is trained.
 */
import type { Plane } from '../imaging/image';
import { measureDefect } from '../imaging/measured_defect/measured_defect';
import { drawRandom, NORMALISATION } from '../training/batches';
import { paintedImage } from '../training/measured_pairs';
import type { Cell, CellRecord, Curve, Picture } from './cell';
import { defectLevel, planesToPaint } from './painted_planes';
import { paintedPictures } from './pictures';
import { CLASSIFIER, paintedToldApart } from './told_apart';
import { type Bench, dataOf, type Outcome, Timer } from './training_run';

/** Every plane as an image of its own. */
const each = (planes: Plane[]): Plane[][] => planes.map((plane) => [plane]);

export async function measured(cell: Cell, { engine }: Bench): Promise<Outcome> {
  const { training } = dataOf(cell, 0);
  const timer = new Timer();
  const defects = training.map(({ defective, clean }) => measureDefect(each(defective), each(clean)));
  const { seconds } = timer.stop();
  const curves: Curve[] = [];
  const toldApart: NonNullable<CellRecord['toldApart']> = [];
  const pictures: Picture[] = [];
  for (const [t, task] of cell.tasks.entries()) {
    const painted = planesToPaint(task, cell.evaluated, cell.split).map((planes, i) => ({
      ...planes,
      synthetic: paintedImage(planes.clean, defects[t], drawRandom(cell.seed, 'noise', i), NORMALISATION),
    }));
    const [value, real] = (['synthetic', 'real'] as const).map((kind) => defectLevel(painted, kind));
    curves.push({ task, name: 'PSNR of the synthetic defect', at: [0], value: [value], real });
    toldApart.push(await paintedToldApart(engine, task, painted, cell.seed));
    pictures.push(...paintedPictures(task, painted));
  }
  return {
    rows: [],
    curves,
    toldApart,
    pictures,
    configuration: { classifier: CLASSIFIER },
    losses: {},
    trainingSeconds: seconds,
  };
}
