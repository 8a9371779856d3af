/** Rows without learning: the input as it is, a constant, and classical methods tuned on the training pairs alone. */
import type { TrainingPair, TunedMethod } from '../imaging/classical/method';
import { tunedMethods } from '../imaging/classical/rows';
import { cropped, mapPlane } from '../imaging/filters';
import type { Plane } from '../imaging/image';
import type { Cell, Picture, RowScores } from './cell';
import type { Lpips } from './lpips';
import { firstPicture, pictureOf } from './pictures';
import { scoreAll } from './scores';
import { evaluationPairs, knownDefect, trainingPairs } from './sources';

interface Scored {
  rows: RowScores[];
  pictures: Picture[];
}

export async function untouchedRows(cell: Cell, lpips: Lpips | undefined): Promise<Scored> {
  const rows: RowScores[] = [];
  const pictures: Picture[] = [];
  for (const task of cell.tasks) {
    const pairs = evaluationPairs(task, cell.evaluated, cell.split);
    const truths = pairs.map((pair) => pair.clean);
    const defective = pairs.map((pair) => pair.defective);
    const level = meanOf(trainingPairs(task, cell.images, cell.split, cell.seed).map((pair) => pair.clean));
    const constant = truths.map((truth) => mapPlane(truth, () => level));
    rows.push({ row: 'input', task, scores: await scoreAll(defective, truths, lpips) });
    rows.push({ row: 'constant', task, settings: { level }, scores: await scoreAll(constant, truths, lpips) });
    pictures.push(firstPicture('input', task, defective, truths));
    pictures.push({ row: 'truth', task, index: 0, why: 'first', png: pictureOf(truths[0], truths[0]) });
  }
  return { rows, pictures };
}

/**
 * Each method is tuned twice on the training pairs, for PSNR under the paper and under the care metric; its scores under
 * the paper metric are those of the first, all others those of the second.
 */
export async function classicalRows(
  cell: Cell,
  { lpips, say }: { lpips: Lpips | undefined; say: (line: string) => void },
): Promise<Scored> {
  const rows: RowScores[] = [];
  for (const task of cell.tasks) {
    const pairs = trainingPairs(task, cell.images, cell.split, cell.seed).map(tuningPart);
    const evaluated = evaluationPairs(task, cell.evaluated, cell.split);
    const truths = evaluated.map((pair) => pair.clean);
    const forPaper = tunedMethods(pairs, { metric: 'paper' }, knownDefect(task));
    for (const care of tunedMethods(pairs, { metric: 'care' }, knownDefect(task))) {
      const paper = forPaper.next().value as TunedMethod;
      say(`  ${task}: ${care.name} ${JSON.stringify(care.settings)}`);
      const restored = (method: TunedMethod): Plane[] => evaluated.map((pair) => method.restore(pair.defective));
      const same = JSON.stringify(care.settings) === JSON.stringify(paper.settings);
      const scores = await scoreAll(restored(care), truths, lpips);
      if (!same) scores.paper = (await scoreAll(restored(paper), truths, undefined)).paper;
      const named = Object.entries(paper.settings).map(([name, value]) => [`${name} (paper)`, value] as const);
      rows.push({ row: care.name, task, settings: { ...care.settings, ...Object.fromEntries(named) }, scores });
    }
  }
  return { rows, pictures: [] };
}

/** Side of the middle part of each pair that settings are tried on: non-local means would take minutes on the whole. */
const TUNING_SIDE = 96;

function tuningPart({ defective, clean }: TrainingPair): TrainingPair {
  const { width, height } = clean;
  const [w, h] = [Math.min(TUNING_SIDE, width), Math.min(TUNING_SIDE, height)];
  const middle = (plane: Plane) => cropped(plane, (width - w) >> 1, (height - h) >> 1, w, h);
  return { defective: middle(defective), clean: middle(clean) };
}

function meanOf(planes: Plane[]): number {
  const sums = planes.map(({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length);
  return sums.reduce((sum, value) => sum + value, 0) / sums.length;
}
