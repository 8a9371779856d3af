/** Tables as Markdown. */
import type { Interval } from './bootstrap';
import type { SummaryRow, TaskTable } from './summary';

export const NOTE =
  'Means over the first images of the set, as many as every row was scored on. The last column is the difference in PSNR ' +
  'and SSIM (care metric) with the 95 % interval of a paired bootstrap over images. `updates` are those of the network ' +
  'that restores, `CIN` those of CIN-GAN; LPIPS is lower for images that look more alike.';

export const document = (title: string, parts: string[]): string =>
  `# ${title}\n\nDrawn by \`mendscope experiment draw\` from the records in \`cells/\`.\n\n${parts.map((part) => part.trimEnd()).join('\n\n')}\n`;

/** Undefined where there is none yet. */
export const tablesText = (title: string, tables: TaskTable[]): string | undefined =>
  tables.length > 0 ? document(title, [NOTE, ...tables.map(tableText)]) : undefined;

export function tableText({ task, setting, images, lpipsImages, reference, rows }: TaskTable): string {
  const measured = reference === undefined ? '' : ` ${reference} minus this row |`;
  const head =
    `| row | trained on | data | updates | CIN | seeds | PSNR / SSIM (paper) | PSNR / SSIM (care) | LPIPS${lpipsImages > 0 ? ` of ${lpipsImages}` : ''} |${measured}\n` +
    `|---|---|---|---|---|---|---|---|---|${reference === undefined ? '' : '---|'}`;
  const order = [...rows].sort((a, b) => a.care.psnr - b.care.psnr);
  const lines = order.map((row) => rowText(row, reference !== undefined));
  const data = setting === 'unpaired' ? ', without pairs' : '';
  return `### ${task}${data}, ${images} images\n\n${head}\n${lines.join('\n')}\n`;
}

function rowText(row: SummaryRow, measured: boolean): string {
  const name = row.changes === '' ? row.row : `${row.row} (${row.changes})`;
  const data = `${row.images} ${row.setting === 'paired' ? 'pairs' : `+ ${row.images}`}`;
  const pair = ({ psnr, ssim }: { psnr: number; ssim: number }) => `${psnr.toFixed(2)} / ${ssim.toFixed(3)}`;
  const cells = [
    name,
    row.trainedOn,
    row.trainedOn === '' && row.row === 'input' ? '' : data,
    row.updates || '',
    row.cinUpdates || '',
    row.seeds,
    pair(row.paper),
    pair(row.care),
    row.lpips === null ? '' : row.lpips.toFixed(3),
  ];
  if (measured) cells.push(row.behind ? `${span(row.behind.care.psnr, 2)}; ${span(row.behind.care.ssim, 3)}` : '');
  return `| ${cells.join(' | ')} |`;
}

const span = ({ mean: middle, low, high }: Interval, digits: number): string =>
  `${middle >= 0 ? '+' : ''}${middle.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
