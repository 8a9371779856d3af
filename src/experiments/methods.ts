/** What each method of the grid does: trains, restores the evaluation images, and gives its rows. */
import { care, cyclegan, deblurgan } from './baselines';
import type { Cell, Method, Picture, RowScores } from './cell';
import { classicalRows, untouchedRows } from './classical_rows';
import { measured } from './measured_method';
import { mend } from './mend_method';
import { newDefect } from './new_defect';
import { paperMethod } from './paper_method';
import { synthesis } from './synthesis_method';
import type { Bench, Outcome } from './training_run';

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
  measured,
  'new-defect': newDefect,
};

async function withoutTraining(scored: Promise<{ rows: RowScores[]; pictures: Picture[] }>): Promise<Outcome> {
  return { ...(await scored), configuration: {}, losses: {}, trainingSeconds: 0 };
}
