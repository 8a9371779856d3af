/** `mendscope experiment NAME`: the tables and figures, cell by cell. */
import { CellStore, METHODS, shardOf } from '../experiments/cell';
import { drawEvidence } from '../experiments/drawing/draw';
import { cellsOf, EXPERIMENTS, type Experiment, GRID_DEFAULTS, type GridSettings } from '../experiments/grid';
import { runCells } from '../experiments/run_cells';
import { Engine } from '../runtime';
import { type Command, type CommandLine, choice, count, text, UsageError } from './command';
import { nodeGpu } from './gpu';

const USAGE = `Usage: mendscope experiment NAME [options]      mendscope experiment draw [--out FOLDER]

NAME: ${EXPERIMENTS.join(', ')}, or draw.

Works through the cells of a table or figure that have no record yet. A cell is one training run with its seed; its
record, FOLDER/cells/CELL.json, is written when it is finished, so a run may be killed at any time and started again.
\`draw\` makes the tables, plots and summary.json from the records alone.

  --minutes M       begin no cell after M minutes (60 if left out)
  --shard I/N       only every N-th cell, beginning with the I-th: for several machines
  --updates N       of the network that restores (${GRID_DEFAULTS.updates}); CIN-GAN makes two thirds as many
  --preset P        grid (default) or laptop: widths and patch size of every method
  --pairs N         pairs a task (${GRID_DEFAULTS.pairs})
  --unpaired N      defective and clean images a task where there are no pairs (${GRID_DEFAULTS.unpaired})
  --images N        images scored a task (${GRID_DEFAULTS.evaluated})
  --seed S          0 if left out
  --split S         test (default) or development
  --methods A,B     only these of ${METHODS.join(', ')}
  --tasks N         only cells trained on N tasks together
  --setting S       only the paired or the unpaired cells; both if left out
  --out FOLDER      docs/evidence if left out

W2S cells and LPIPS need $MENDSCOPE_DATA.
JSON: {finished, known, left, without} or, for draw, {files}
`;

export const experiment: Command = {
  summary: 'run the experiments behind docs/evidence, and draw them',
  usage: USAGE,
  options: {
    minutes: { type: 'string' },
    shard: { type: 'string' },
    updates: { type: 'string' },
    preset: { type: 'string' },
    pairs: { type: 'string' },
    unpaired: { type: 'string' },
    images: { type: 'string' },
    seed: { type: 'string' },
    split: { type: 'string' },
    methods: { type: 'string' },
    tasks: { type: 'string' },
    setting: { type: 'string' },
    out: { type: 'string' },
  },
  async run(line, { say }) {
    const [name, ...more] = line.positionals;
    const out = text(line, 'out', 'docs/evidence');
    if (more.length > 0) throw new UsageError(`got '${more[0]}' too, wanted one experiment`);
    if (name === 'draw') {
      const files = drawEvidence(new CellStore(`${out}/cells`).all(), out);
      return { json: { files }, text: files.map((file) => `drew ${file}`).join('\n') };
    }
    if (!EXPERIMENTS.includes(name as Experiment))
      throw new UsageError(`got ${name ?? 'no experiment'}, wanted ${EXPERIMENTS.join(', ')} or draw`);
    const tasks = count(line, 'tasks', 1);
    const methods = line.values.methods === undefined ? undefined : text(line, 'methods').split(',');
    const stray = methods?.find((method) => !METHODS.some((known) => known === method));
    if (stray !== undefined) throw new UsageError(`--methods: got ${stray}, wanted some of ${METHODS.join(', ')}`);
    const setting = choice(line, 'setting', ['paired', 'unpaired', 'both'] as const, 'both');
    const cells = shardOf(cellsOf(name as Experiment, gridSettings(line)), shard(line)).filter(
      (cell) =>
        (methods?.includes(cell.method) ?? true) &&
        (tasks === undefined || cell.tasks.length === tasks) &&
        (setting === 'both' || cell.setting === setting),
    );
    const report = await runCells(cells, {
      folder: `${out}/cells`,
      minutes: count(line, 'minutes', 0) ?? 60,
      startEngine: () => Engine.create({ gpu: nodeGpu() }),
      say,
    });
    const { finished, known, left, without } = report;
    return {
      json: { ...report },
      text: `${finished.length} cells finished, ${known} known before, ${left.length} left, ${without.length} without data`,
    };
  },
};

function gridSettings(line: CommandLine): GridSettings {
  const d = GRID_DEFAULTS;
  return {
    preset: choice(line, 'preset', ['grid', 'laptop'] as const, 'grid'),
    updates: count(line, 'updates', 1) ?? d.updates,
    seed: count(line, 'seed', 0) ?? d.seed,
    split: choice(line, 'split', ['development', 'test'] as const, 'test'),
    evaluated: count(line, 'images', 1) ?? d.evaluated,
    pairs: count(line, 'pairs', 2) ?? d.pairs,
    unpaired: count(line, 'unpaired', 1) ?? d.unpaired,
  };
}

function shard(line: CommandLine): { index: number; of: number } {
  const word = text(line, 'shard', '1/1');
  const [index, of] = word.split('/').map(Number);
  if (!/^\d+\/\d+$/.test(word) || index < 1 || index > of)
    throw new UsageError(`--shard: got ${word}, wanted I/N with I from 1 to N`);
  return { index, of };
}
