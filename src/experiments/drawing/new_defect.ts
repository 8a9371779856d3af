/** What a defect added to a trained CIN-GAN costs and gives, from its record. */

import { mean } from '../../imaging/mean_and_error';
import type { CellRecord } from '../cell';
import { linePlot } from './svg';

interface Cost {
  weights: { added: number; generator: number };
  seconds: Record<'cinGan' | 'added' | 'own' | 'mend' | 'fineTuning', number>;
}

const isOne = ({ cell }: CellRecord): boolean => cell.method === 'new-defect';
/** The longest. */
const chosen = (records: CellRecord[]): CellRecord | undefined =>
  records.filter(isOne).sort((a, b) => b.cell.cinUpdates - a.cell.cinUpdates)[0];

export function newDefectPlot(records: CellRecord[]): string | undefined {
  const curves = chosen(records)?.curves;
  if (!curves) return undefined;
  const lines = curves.map(({ name, at, value, real }) => ({ series: name, x: at, y: value, dashed: real }));
  return linePlot('A new defect: PSNR(clean, synthetic defect), dashed: the real one', 'dB', 'CIN-GAN updates', lines);
}

/** Of what was spent, of what is painted, and of every task before and after. */
export function newDefectTables(records: CellRecord[]): string[] | undefined {
  const record = chosen(records);
  if (!record) return undefined;
  const { cell, configuration, curves = [], toldApart = [], rows } = record;
  const { weights, seconds } = configuration.cost as Cost;
  const steps = (of: string) => (configuration[of] as { steps: number }).steps;
  const minutes = (of: keyof Cost['seconds']) => (seconds[of] / 60).toFixed(1);
  const cost = table('| | weights trained | updates | minutes |\n|---|---|---|---|', [
    ['CIN-GAN of the other tasks', weights.generator, steps('cinGan'), minutes('cinGan')],
    ['**the new task’s scales and shifts**', weights.added, steps('added'), minutes('added')],
    ['a CIN-GAN of its own', weights.generator + weights.added, steps('added'), minutes('own')],
    ['the restorer of the other tasks', '', steps('mend'), minutes('mend')],
    ['**its fine-tuning on all of them**', '', steps('fineTuning'), minutes('fineTuning')],
  ]);
  const painted = table(
    '| painted by | PSNR(clean, synthetic) | real defect |\n|---|---|---|',
    curves.map(({ name, value, real }) => [name, value.at(-1)?.toFixed(2) ?? '', real?.toFixed(2) ?? '']),
  );
  const told = toldApart.map(
    ({ synthetic, clean }) =>
      `A classifier tells real from painted in ${percent(synthetic)} of held-out patches, real from clean in ${percent(clean)}.`,
  );
  const care = (row: string, task: string) => {
    const found = rows.find((r) => r.row === row && r.task === task)?.scores.care;
    return found ? `${mean(found.psnr).toFixed(2)} / ${mean(found.ssim).toFixed(3)}` : '';
  };
  const restored = table(
    `| task, ${cell.evaluated} images | before | after |\n|---|---|---|`,
    cell.tasks.map((task) => [task, care('mend before the new defect', task), care('mend with the new defect', task)]),
  );
  return [
    `'${cell.tasks.at(-1)}' added to ${cell.tasks.length - 1} tasks, ${cell.images} + ${cell.images} unpaired images each.`,
    '## Cost',
    cost,
    '## What is painted',
    painted,
    ...told,
    '## What is restored, care PSNR / SSIM',
    restored,
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const table = (head: string, lines: (string | number)[][]): string =>
  `${head}\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
