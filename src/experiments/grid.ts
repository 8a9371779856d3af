/** Which cells each table and figure of the paper needs, the most telling first. */
import { PHANTOM_TASKS } from '../imaging/phantoms/phantom';
import type { PresetName } from '../models/presets';
import type { Cell, Method } from './cell';
import type { Split } from './evidence_images';
import { REAL_TASKS } from './real_sources';
import type { Task } from './sources';

export const EXPERIMENTS = [
  'table1',
  'table2',
  'fig1',
  'fig3',
  'fig4',
  'fig5',
  'fig6',
  'fig7',
  'new-defect',
  'phi',
  'real',
  'pretraining',
  'ablation',
] as const;
export type Experiment = (typeof EXPERIMENTS)[number];

export interface GridSettings {
  preset: PresetName;
  /** Updates of the restoring network; two thirds as many of CIN-GAN. */
  updates: number;
  seed: number;
  split: Split;
  /** Images scored a task. */
  evaluated: number;
  /** Pairs a task of the paired setting. */
  pairs: number;
  /** Defective and clean images a task of the unpaired setting. */
  unpaired: number;
}

export const GRID_DEFAULTS: GridSettings = {
  preset: 'grid',
  updates: 3000,
  seed: 0,
  split: 'test',
  evaluated: 100,
  pairs: 10,
  unpaired: 50,
};

/** Pairs of Figure 5, and defective images of Figure 6. */
const COUNTS = [10, 50, 250, 1000];

export function cellsOf(experiment: Experiment, settings: GridSettings): Cell[] {
  return CELLS[experiment](settings);
}

/** As many as the targets of Table 1 are measured on. */
export const TABLE1_PATCHES = 150;

const phantoms: Task[] = [...PHANTOM_TASKS];

const CELLS: Record<Experiment, (settings: GridSettings) => Cell[]> = {
  table1: (s) => phantoms.map((task) => untrained('untouched', [task], { ...s, evaluated: TABLE1_PATCHES })),
  table2,
  // Examples of the data are drawn from the sources themselves, the restorations of table 2 from its cells.
  fig1: (s) => table2(s).filter(({ method }) => method === 'untouched'),
  fig3: (s) => table2(s).filter(({ setting }) => setting === 'paired'),
  fig4: (s) => table2(s).filter(({ setting, method }) => setting === 'unpaired' || method === 'untouched'),
  fig5: (s) =>
    COUNTS.flatMap((images) => (['paper', 'cgan', 'separate'] as const).map((m) => paired(m, phantoms, s, images))),
  fig6: (s) =>
    COUNTS.map((images) => ({ ...unpaired('synthesis', s), images, updates: 0, evaluated: Math.min(40, s.evaluated) })),
  // mend's way without pairs first, since nothing is trained for it: images enough for a classifier to learn from half.
  fig7: (s) => [
    { ...unpaired('measured', s), updates: 0, evaluated: 2 * s.evaluated },
    { ...unpaired('synthesis', s), updates: 0, evaluated: Math.min(40, s.evaluated) },
  ],
  'new-defect': (s) => [
    untrained('untouched', ['illumination'], s),
    untrained('classical', ['illumination'], s),
    { ...unpaired('new-defect', s), tasks: [...phantoms, 'illumination'], evaluated: Math.min(40, s.evaluated) },
  ],
  phi: (s) => [paired('paper', phantoms, s), { ...paired('paper', phantoms, s), changes: { phi: 'squeezenet' } }],
  real,
  // Beside the rows of `real`, which saw nothing but their pairs.
  pretraining: (s) =>
    REAL_TASKS.flatMap((task) =>
      (['care', 'mend'] as const).map((method) => ({
        ...paired(method, [task], realSettings(s)),
        changes: { pretrained: s.updates },
      })),
    ),
  ablation,
};

function table2(s: GridSettings): Cell[] {
  return [
    ...phantoms.map((task) => untrained('untouched', [task], s)),
    ...phantoms.map((task) => untrained('classical', [task], s)),
    paired('care', phantoms, s),
    paired('mend', phantoms, s),
    ...phantoms.map((task) => paired('care', [task], s)),
    paired('paper', phantoms, s),
    unpaired('paper', s),
    unpaired('cyclegan', s),
    unpaired('mend', s),
    paired('deblurgan', phantoms, s),
    ...phantoms.map((task) => paired('deblurgan', [task], s)),
    ...phantoms.map((task) => paired('mend', [task], s)),
    ...phantoms.map((task) => unpaired('mend', s, [task])),
  ];
}

const TABLE2: readonly Method[] = ['untouched', 'classical', 'care', 'deblurgan', 'cyclegan', 'paper', 'mend'];

/** Whether a row of these phantoms belongs to Table 2: every setting as it is by default, but for seed and updates. */
export function inTable2({ method, setting, images, preset, learningRate, changes, evaluated }: Cell): boolean {
  const { pairs, unpaired } = GRID_DEFAULTS;
  const isTable1 = method === 'untouched' && evaluated === TABLE1_PATCHES;
  return (
    TABLE2.includes(method) &&
    images === (setting === 'paired' ? pairs : unpaired) &&
    preset === GRID_DEFAULTS.preset &&
    learningRate === undefined &&
    changes === undefined &&
    !isTable1
  );
}

/** Each at ten pairs, and W2S from fields that show different cells. */
function real(s: GridSettings): Cell[] {
  const settings = realSettings(s);
  return REAL_TASKS.flatMap((task) => [
    untrained('untouched', [task], settings),
    untrained('classical', [task], settings),
    paired('care', [task], settings),
    paired('mend', [task], settings),
    ...(task === 'w2s' ? [paired('paper', [task], settings)] : []),
    ...(task === 'w2s' ? (['paper', 'mend', 'cyclegan'] as const) : []).map((method) =>
      unpaired(method, settings, [task]),
    ),
  ]);
}

const realSettings = (s: GridSettings): GridSettings => ({
  ...s,
  evaluated: Math.min(30, s.evaluated),
  pairs: Math.min(10, s.pairs),
  unpaired: Math.min(6, s.unpaired),
});

/** Development seeds only: the recipe without each of its ingredients, and the learning rates searched for each method. */
function ablation(given: GridSettings): Cell[] {
  const s: GridSettings = { ...given, split: 'development', evaluated: 20 };
  const base = { ...paired('mend', phantoms, s), changes: { detail: 0 } };
  const without = [
    { mirrors: 0 },
    { floor: 0 },
    { kernel: 3 },
    { unit: 0 },
    { exit: 'residual' },
    { squared: 0 },
    { validation: 0.2 },
    { network: 'resnet' },
    { flips: 0 },
    { average: 0 },
    { oneScale: 0 },
    { noisyCopies: 0 },
  ] as const;
  const rates: [Method, number[]][] = [
    ['mend', [5e-4, 2e-3]],
    ['care', [3e-4, 1e-3, 3e-3]],
    ['deblurgan', [1e-4, 3e-4, 1e-3]],
    ['cyclegan', [2e-4, 5e-4]],
    ['cgan', [3e-4, 1e-3, 3e-3]],
  ];
  return [
    // Each ingredient where a network serves one task, as the floor does, before one network for all of them.
    ...phantoms.flatMap((task) => [{}, ...without].map((changed) => alone(base, task, changed))),
    base,
    { ...base, changes: { ...base.changes, ownScales: 0 } },
    ...rates.flatMap(([method, searched]) =>
      searched.map((learningRate) => ({
        ...(method === 'cyclegan' ? unpaired(method, s) : paired(method, phantoms, s)),
        ...(method === 'mend' ? { changes: base.changes } : {}),
        learningRate,
      })),
    ),
    // The paper's restorer under the loss weights that it names.
    ...[3e-4, 1e-3].map((learningRate) => ({
      ...paired('cgan', phantoms, s),
      changes: { weights: 'published' },
      learningRate,
    })),
    { ...base, cinUpdates: cinUpdates(s) },
    // Without pairs: the defect measured, painted by CIN-GAN, and both.
    ...[{ detail: 0 }, { detail: 0, measuredPairs: 0 }, { detail: 0 }].map((changes, i) => ({
      ...unpaired('mend', s),
      changes,
      cinUpdates: i > 0 ? cinUpdates(s) : 0,
    })),
  ];
}

const alone = (cell: Cell, task: Task, changes: Cell['changes']): Cell => ({
  ...cell,
  tasks: [task],
  changes: { ...cell.changes, ...changes },
});

const cinUpdates = ({ updates }: GridSettings): number => Math.round((2 * updates) / 3);

function untrained(method: Method, tasks: Task[], { preset, seed, split, evaluated, pairs }: GridSettings): Cell {
  return { method, tasks, setting: 'paired', images: pairs, updates: 0, cinUpdates: 0, preset, seed, split, evaluated };
}

function paired(method: Method, tasks: Task[], s: GridSettings, images = s.pairs): Cell {
  const synthesises = method === 'paper' || method === 'separate';
  const cell = untrained(method, tasks, s);
  return { ...cell, images, updates: s.updates, cinUpdates: synthesises ? cinUpdates(s) : 0 };
}

/** mend measures its defects, CycleGAN paints its own. */
const WITHOUT_CIN_GAN: readonly Method[] = ['cyclegan', 'mend', 'measured'];

function unpaired(method: Method, s: GridSettings, tasks = phantoms): Cell {
  const cell = untrained(method, tasks, s);
  const synthetic = WITHOUT_CIN_GAN.includes(method) ? 0 : cinUpdates(s);
  return { ...cell, setting: 'unpaired', images: s.unpaired, updates: s.updates, cinUpdates: synthetic };
}
