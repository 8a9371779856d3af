import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cell, CellRecord, ImageScores } from '../../src/experiments/cell';
import { pairedBootstrap } from '../../src/experiments/drawing/bootstrap';
import { drawEvidence } from '../../src/experiments/drawing/draw';
import { extremes, figure5, figure6, restorations } from '../../src/experiments/drawing/figures';
import { furthest } from '../../src/experiments/drawing/furthest';
import { rowsOf, taskTable } from '../../src/experiments/drawing/summary';
import { boxPlot, pictureSheet } from '../../src/experiments/drawing/svg';
import { cellsOf, GRID_DEFAULTS, TABLE1_PATCHES } from '../../src/experiments/grid';
import type { Task } from '../../src/experiments/sources';
import { Random } from '../../src/imaging/random';

describe('the paired bootstrap', () => {
  it('of one value everywhere has no width', () => {
    expect(pairedBootstrap([[2, 2, 2]])).toEqual({ mean: 2, low: 2, high: 2 });
  });

  it('is as wide as the normal theory of a mean says', () => {
    const random = new Random(1);
    const list = Array.from({ length: 400 }, () => 1 + random.normal());
    const { mean, low, high } = pairedBootstrap([list]);
    // ± 1.96 sd / √400 = ± 0.098; the sample's own sd and 2000 resamples move it by a few per cent.
    expect(mean - low).toBeGreaterThan(0.085);
    expect(high - mean).toBeGreaterThan(0.085);
    expect(high - low).toBeLessThan(0.225);
  });

  it('is wider where seeds disagree', () => {
    const flat = (value: number) => Array.from({ length: 50 }, () => value);
    expect(pairedBootstrap([flat(0), flat(2)])).toMatchObject({ mean: 1, low: 0, high: 2 });
  });

  it('refuses seeds with different images', () => {
    expect(() => pairedBootstrap([[1, 2], [1]])).toThrow('got differences of 2, 1 images');
  });
});

const scores = (psnr: number[]): ImageScores => {
  const one = { psnr, ssim: psnr.map((value) => value / 100) };
  return { raw: one, paper: one, care: one, lpips: psnr.map(() => 0.25) };
};

function record(cell: Cell, row: string, psnr: number[]): CellRecord {
  return {
    id: `${row}-${cell.seed}-${cell.evaluated}`,
    cell,
    adapter: 'a test',
    software: true,
    finished: '2026-01-01T00:00:00.000Z',
    seconds: { total: 2, training: 1 },
    configuration: {},
    losses: {},
    rows: [{ row, task: 'retina', scores: scores(psnr) }],
  };
}

const base = cellsOf('table2', { ...GRID_DEFAULTS, updates: 30, evaluated: 4 });
const mend = base.find(({ method, tasks }) => method === 'mend' && tasks.length > 1) as Cell;
const care = base.find(({ method, tasks }) => method === 'care' && tasks.length > 1) as Cell;
const untouched = base.find(({ method }) => method === 'untouched') as Cell;

describe('a table', () => {
  it('compares rows on the images that all were scored on', () => {
    const rows = rowsOf(
      [record(mend, 'mend', [20, 22, 24, 26]), record({ ...care, evaluated: 2 }, 'CARE', [19, 20])],
      'test',
    );
    const table = taskTable('retina', rows, ({ row }) => row === 'mend');
    expect(table).toMatchObject({ images: 2, reference: 'mend' });
    expect(table.rows[0]).toMatchObject({ row: 'mend', trainedOn: 'all tasks', updates: 30, care: { psnr: 21 } });
    expect(table.rows[0].behind).toBeUndefined();
    expect(table.rows[1].behind?.care.psnr.mean).toBe(1.5);
  });

  it('puts seeds of one cell into one row, and splits never together', () => {
    const rows = rowsOf(
      [
        record(mend, 'mend', [20, 20]),
        record({ ...mend, seed: 1 }, 'mend', [22, 22]),
        record({ ...mend, split: 'development' }, 'mend', [99, 99]),
      ],
      'test',
    );
    expect(taskTable('retina', rows).rows).toMatchObject([{ seeds: 2, care: { psnr: 21 } }]);
  });

  it('compares equal seeds, and none where there is none in common', () => {
    const of = (seed: number) =>
      rowsOf(
        [
          record(mend, 'mend', [20, 22]),
          record({ ...mend, seed: 1 }, 'mend', [30, 33]),
          record({ ...care, seed }, 'CARE', [19, 20]),
        ],
        'test',
      );
    const table = (seed: number) => taskTable('retina', of(seed), ({ row }) => row === 'mend');
    expect(table(1).rows[1].behind?.care.psnr.mean).toBe(12);
    expect(table(2).rows[1].behind).toBeUndefined();
  });
});

describe('drawing', () => {
  it('makes tables and a summary from the records alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    const files = drawEvidence(
      [
        record(untouched, 'input', [12, 13, 12, 13]),
        record(care, 'CARE', [19, 20, 19, 20]),
        record(mend, 'mend', [20, 22, 20, 22]),
      ],
      folder,
    );
    expect(files).toContain(join(folder, 'table2.md'));
    const text = readFileSync(join(folder, 'table2.md'), 'utf8');
    expect(text).toMatch(/\| CARE \| all tasks \| 10 pairs \| 30 \| {2}\| 1 \| 19\.50 \/ 0\.195 \| .* \+1\.50 \[/);
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect(summary.paired[0].rows.map(({ row }: { row: string }) => row)).toEqual(['input', 'CARE', 'mend']);
  });

  it('shows neither development images nor other widths among the test images of a table', () => {
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    const patches = { ...untouched, evaluated: TABLE1_PATCHES };
    drawEvidence(
      [
        record(patches, 'input', [12, 13]),
        record({ ...patches, split: 'development' }, 'input', [42, 43]),
        record({ ...patches, seed: 1 }, 'input', [14, 13]),
        record(care, 'CARE', [19, 20]),
        record({ ...care, preset: 'laptop' }, 'CARE', [29, 30]),
        {
          ...record({ ...mend, split: 'development' }, 'mend', [39, 40]),
          pictures: [{ row: 'mend', task: 'retina', index: 0, why: 'first', png: '' }],
        },
      ],
      folder,
    );
    expect(existsSync(join(folder, 'fig3.svg'))).toBe(false);
    const { table1, paired } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect(table1).toMatchObject([{ task: 'retina', images: 2, psnr: 13 }]);
    expect(paired[0].rows).toMatchObject([{ row: 'CARE', care: { psnr: 19.5 } }]);
  });

  it('rounds what the page shows as it rounds tables', () => {
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    // To five digits it would be 22.835, and that 22.84.
    drawEvidence([record(care, 'CARE', [22.8349, 22.8349])], folder);
    const { paired } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect(paired[0].rows[0].care.psnr.toFixed(2)).toBe('22.83');
    expect(readFileSync(join(folder, 'table2.md'), 'utf8')).toContain('| 22.83 / ');
  });

  it('names tables without pairs, and of no LPIPS counts no images', () => {
    const unpaired = base.find(({ method, setting }) => method === 'mend' && setting === 'unpaired') as Cell;
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    const records = [record(mend, 'mend', [20, 22]), record(unpaired, 'mend', [19, 21])];
    for (const { rows } of records) for (const row of rows) row.scores.lpips = null;
    drawEvidence(records, folder);
    const text = readFileSync(join(folder, 'table2.md'), 'utf8');
    expect(text).toContain('### retina, 2 images');
    expect(text).toContain('### retina, without pairs, 2 images');
    expect(text).toContain('| LPIPS |');
    expect(text).not.toContain('\n\n\n');
    const { paired, unpaired: without } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect([paired[0].setting, without[0].setting]).toEqual(['paired', 'unpaired']);
  });

  it('measures an ablation from the recipe trained on as many tasks', () => {
    const all: Cell = { ...mend, split: 'development', changes: { detail: 0 } };
    const alone: Cell = { ...all, tasks: ['retina'] };
    const cells = [
      all,
      { ...all, changes: { detail: 0, flips: 0 } },
      alone,
      { ...alone, changes: { detail: 0, flips: 0 } },
    ];
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    drawEvidence(
      cells.map((cell, i) => record(cell, 'mend', [20 + i ** 2, 20 + i ** 2])),
      folder,
    );
    const { ablation } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    const differences = ablation.map(({ rows }: { rows: { behind?: { care: { psnr: { mean: number } } } }[] }) =>
      rows.flatMap(({ behind }) => behind?.care.psnr.mean ?? []),
    );
    expect(differences).toEqual([[4 - 9], [0 - 1]]);
  });

  it('writes plots that are well formed, with their words escaped', () => {
    const svg = boxPlot('a < b & c', 'dB', [{ group: '10', series: 'x', values: [1, 2, 3, 9] }]);
    expect(svg).toContain('a &lt; b &amp; c');
    expect(svg.match(/<rect/g)?.length).toBe(3);
    expect(svg).not.toContain('NaN');
  });
});

describe('of several generations of a row', () => {
  const trained = (cell: Cell, updates: number) => record({ ...cell, updates }, 'mend', [20, 22]);

  it('the one with the most updates is shown, with all its seeds and evaluations', () => {
    const old = trained(mend, 300);
    const kept = [
      trained(mend, 3000),
      trained({ ...mend, seed: 1 }, 3000),
      trained({ ...mend, evaluated: 2 }, 3000),
      record(untouched, 'input', [1, 2]),
    ];
    expect(furthest([old, ...kept])).toEqual(kept);
    expect(furthest([...kept, old])).toEqual(kept);
  });

  it('cells that differ otherwise are not generations', () => {
    const cells: CellRecord[] = [
      trained(mend, 300),
      trained({ ...mend, tasks: ['retina'] }, 3000),
      trained({ ...mend, images: 50 }, 3000),
      trained({ ...mend, cinUpdates: 20 }, 3000),
      trained({ ...mend, split: 'development' }, 3000),
      trained({ ...mend, changes: { flips: 0 } }, 3000),
      trained({ ...mend, learningRate: 1 }, 3000),
      record({ ...care, updates: 3000 }, 'CARE', [1, 2]),
    ];
    expect(furthest(cells)).toEqual(cells);
    const synthesis = { ...mend, method: 'synthesis', updates: 0 } as const;
    const [early, late] = [100, 200].map((cinUpdates) => record({ ...synthesis, cinUpdates }, 'x', [1]));
    expect(furthest([late, early])).toEqual([late]);
  });
});

describe('figures', () => {
  const withPicture = (cell: Cell, row: string, task: Task): CellRecord => ({
    ...record({ ...cell, tasks: cell.tasks.length > 1 ? cell.tasks : [task] }, row, [1, 2]),
    pictures: [
      { row, task, index: 0, why: 'first', png: `${row}-${cell.tasks.length}` },
      { row: 'restored', task, index: 1, why: 'worst', png: `worst-${task}` },
    ],
  });
  const records = [
    withPicture({ ...untouched, evaluated: 4 }, 'input', 'retina'),
    withPicture(care, 'CARE', 'retina'),
    withPicture({ ...care, tasks: ['retina'] }, 'CARE', 'retina'),
    withPicture({ ...care, images: 250 }, 'CARE', 'retina'),
    withPicture(mend, 'mend', 'retina'),
    withPicture({ ...mend, tasks: ['w2s'] }, 'mend', 'w2s'),
  ];

  it('keep a network for all tasks and one a task apart, and other numbers of pairs out', () => {
    const svg = restorations('Figure 3', records, 'paired') as string;
    for (const words of ['>CARE<', '>CARE, this task<', '>mend<']) expect(svg.split(words)).toHaveLength(2);
    expect(svg.match(/base64,CARE-4"/g)).toHaveLength(1);
    expect(svg).not.toContain('w2s');
    expect(restorations('Figure 4', records, 'unpaired')).toBeUndefined();
  });

  it('keep phantoms and real micrographs apart', () => {
    expect(restorations('Real', records, 'paired', 'real')).toContain('w2s');
    expect(restorations('Real', records, 'paired', 'real')).not.toContain('retina');
    expect(extremes(records, 'phantoms', 'together')).toContain('worst-retina');
    expect(extremes(records, 'phantoms', 'together')).not.toContain('worst-w2s');
    expect(extremes(records, 'real', 'alone')).toContain('worst-w2s');
    expect(extremes(records.slice(0, 3), 'real', 'alone')).toBeUndefined();
  });

  it('show what a network a task and one for all restored worst in pictures of their own', () => {
    expect(extremes(records, 'phantoms', 'alone')).toBeUndefined();
    const own = withPicture({ ...mend, tasks: ['microtubules'] }, 'mend', 'microtubules');
    const svg = extremes([...records, own], 'phantoms', 'alone');
    expect(svg).toContain('worst-microtubules');
    expect(svg).not.toContain('worst-retina');
  });

  it('show the ends of the dial, and nothing between them', () => {
    const dial = [0.5, 0.75, 1].map((detail) => withPicture(mend, `mend, detail ${detail}`, 'retina'));
    const svg = restorations('Figure 3', [...records, ...dial], 'paired');
    expect(svg).toContain('>mend, detail 1<');
    expect(svg).not.toContain('detail 0.');
  });

  it('show the arms of Figure 5 by the number of pairs, beside real pairs alone', () => {
    const cell = { ...mend, tasks: ['retina', 'microtubules'] } as const;
    const arms = [10, 50].flatMap((images) => [
      record({ ...cell, tasks: [...cell.tasks], method: 'cgan', images }, 'cGAN, real pairs only', [images, images]),
      record({ ...cell, tasks: [...cell.tasks], method: 'paper', images }, "the paper's", [images - 2, images - 2]),
      record({ ...cell, tasks: [...cell.tasks], method: 'separate', images }, 'separate GANs', [
        images + 1,
        images + 1,
      ]),
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'mendscope-figure5-'));
    drawEvidence(arms, folder);
    const rows = readFileSync(join(folder, 'fig5.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const cells = rows.map((line) => line.split(' | ')).filter(([name]) => name !== '| row');
    expect(cells.map(([name, on, data, , , , , , , behind]) => [name, on, data, behind.split(';')[0]])).toEqual([
      ["| the paper's", 'all tasks', '10 pairs', '+2.00 [2.00, 2.00]'],
      ['| cGAN, real pairs only', 'all tasks', '10 pairs', ' |'],
      ['| separate GANs', 'this task', '10 pairs', '-1.00 [-1.00, -1.00]'],
      ["| the paper's", 'all tasks', '50 pairs', '+2.00 [2.00, 2.00]'],
      ['| cGAN, real pairs only', 'all tasks', '50 pairs', ' |'],
      ['| separate GANs', 'this task', '50 pairs', '-1.00 [-1.00, -1.00]'],
    ]);
  });

  it('say how long was trained', () => {
    const cell = { ...mend, method: 'paper' } as const;
    const arms = [record(cell, "the paper's", [1, 2]), record({ ...cell, updates: 40 }, 'separate GANs', [1, 2])];
    expect(figure5(rowsOf(arms, 'test'), 'retina')).toContain('after 30 or 40 updates');
    const made = withPicture({ ...mend, method: 'synthesis', cinUpdates: 70, images: 50 }, 'synthetic', 'retina');
    expect(figure6([made])).toContain('after 70 updates of CIN-GAN');
    expect(figure6([made])).toContain('>50 images<');
  });

  it('show measured defects beside painted ones, and how often either is told from real ones', () => {
    const painted: CellRecord = {
      ...withPicture({ ...mend, method: 'synthesis', cinUpdates: 70, images: 50 }, 'synthetic', 'retina'),
      curves: [{ task: 'retina', name: '', at: [0, 70], value: [10, 12], real: 13 }],
      toldApart: [{ task: 'retina', synthetic: 0.9, clean: 1 }],
    };
    const measured: CellRecord = {
      ...withPicture({ ...mend, method: 'measured', cinUpdates: 0, images: 50 }, 'synthetic', 'retina'),
      curves: [{ task: 'retina', name: '', at: [0], value: [13.25], real: 13 }],
      toldApart: [{ task: 'retina', synthetic: 0.6, clean: 1 }],
    };
    for (const name of ['50 images', '50 images, measured'])
      expect(figure6([measured, painted])?.split(`>${name}<`)).toHaveLength(2);
    const folder = mkdtempSync(join(tmpdir(), 'figure-7-'));
    drawEvidence([painted, measured], folder);
    const text = readFileSync(join(folder, 'fig7.md'), 'utf8');
    expect(text).toContain('| retina | CIN-GAN, 70 updates | 50 | 12.00 | 13.00 | 90 % | 100 % |');
    expect(text).toContain('| retina | the defect measured | 50 | 13.25 | 13.00 | 60 % | 100 % |');
    expect(readFileSync(join(folder, 'fig7.svg'), 'utf8')).not.toContain('NaN');
  });
});

describe('a new defect', () => {
  const cell = cellsOf('new-defect', { ...GRID_DEFAULTS, evaluated: 2 }).find((c) => c.method === 'new-defect') as Cell;
  const scored = (row: string, task: Task, psnr: number) => ({ row, task, scores: scores([psnr, psnr]) });
  const added: CellRecord = {
    ...record(cell, '', []),
    configuration: {
      ...Object.fromEntries(['cinGan', 'added', 'mend', 'fineTuning'].map((part, i) => [part, { steps: 100 + i }])),
      cost: {
        weights: { added: 1346, generator: 343_344 },
        seconds: { cinGan: 600, added: 90, own: 96, mend: 300, fineTuning: 60 },
      },
    },
    rows: [
      scored('mend before the new defect', 'illumination', 20),
      scored('mend with the new defect', 'illumination', 23),
      scored('mend before the new defect', 'retina', 18.25),
      scored('mend with the new defect', 'retina', 18),
    ],
    curves: [
      { task: 'illumination', name: 'added to the rest', at: [0, 10], value: [14, 18.5], real: 19 },
      { task: 'illumination', name: 'a CIN-GAN of its own', at: [0, 10], value: [14, 16.5], real: 19 },
    ],
    toldApart: [{ task: 'illumination', synthetic: 0.75, clean: 1 }],
  };

  it('is told by its cost, its curves, and every task before and after', () => {
    const folder = mkdtempSync(join(tmpdir(), 'new-defect-'));
    const files = drawEvidence([added], folder).map((file) => file.slice(folder.length + 1));
    expect(files).toEqual(expect.arrayContaining(['new_defect.md', 'new_defect.svg', 'summary.json']));
    expect(files).not.toContain('fig7.svg'); // whose curves are the paper's tasks'
    const text = readFileSync(join(folder, 'new_defect.md'), 'utf8');
    expect(text).toContain('| **the new task’s scales and shifts** | 1346 | 101 | 1.5 |');
    expect(text).toContain('| added to the rest | 18.50 | 19.00 |');
    expect(text).toContain('| retina | 18.25 / 0.182 | 18.00 / 0.180 |');
    expect(text).toContain('75 % of held-out patches, real from clean in 100 %');
    expect(text).toContain('+3.00 [3.00, 3.00]');
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect(summary.newDefect).toHaveLength(1);
  });
});

it('breaks a long heading, so that it keeps to its column', () => {
  const columns = ['input', 'mend, detail 1 by ImageNet’s φ, this task'];
  const svg = pictureSheet('Figure', { columns, rows: [{ name: 'retina', cells: [undefined, undefined] }] });
  const lines = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  expect(lines).toEqual(expect.arrayContaining(['input', 'mend, detail 1 by', 'ImageNet’s φ, this', 'task']));
});
