/** Works through the cells that have no record yet. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../runtime';
import { type Cell, type CellRecord, CellStore, cellId } from './cell';
import { Lpips } from './lpips';
import { runMethod } from './methods';
import { isReal, missingData } from './real_sources';

export interface RunSettings {
  /** Folder of the records. */
  folder: string;
  /** No cell is begun after this many minutes; the one under way is finished. */
  minutes: number;
  /** A fresh engine: each cell has one of its own, and none where nothing is computed on it. */
  startEngine: () => Promise<Engine>;
  say: (line: string) => void;
}

export interface RunReport {
  finished: string[];
  /** Cells that had a record already. */
  known: number;
  /** Left for another call. */
  left: string[];
  /** Cells whose data are not at hand. */
  without: string[];
}

export async function runCells(cells: Cell[], { folder, minutes, startEngine, say }: RunSettings): Promise<RunReport> {
  const store = new CellStore(folder);
  const report: RunReport = { finished: [], known: 0, left: [], without: [] };
  const began = performance.now();
  for (const cell of cells) {
    const id = cellId(cell);
    if (store.has(cell)) {
      report.known++;
      continue;
    }
    const missing = cell.tasks.filter(isReal).map((task) => missingData(task, cell.split));
    const [reason] = missing.filter((found) => found !== undefined);
    if (reason !== undefined) {
      say(`${id}: ${reason}, passed over`);
      report.without.push(id);
      continue;
    }
    if (performance.now() - began > minutes * 60_000) {
      report.left.push(id);
      continue;
    }
    say(`${id} …`);
    const record = await runCell(cell, startEngine, say);
    store.write(record);
    report.finished.push(id);
    say(`${id}: ${record.seconds.total.toFixed(0)} s`);
  }
  return report;
}

export async function runCell(
  cell: Cell,
  startEngine: () => Promise<Engine>,
  say: (line: string) => void,
): Promise<CellRecord> {
  const began = performance.now();
  const engine = await startEngine();
  const files = lpipsFiles();
  const lpips = files && new Lpips(engine, files);
  if (!lpips) say('no $MENDSCOPE_DATA/phi here: LPIPS is left out');
  const { trainingSeconds, ...outcome } = await runMethod(cell, { engine, lpips, say });
  const { name, software } = engine.adapter;
  engine.destroy();
  return {
    id: cellId(cell),
    cell,
    adapter: name,
    software,
    finished: new Date().toISOString(),
    seconds: { total: (performance.now() - began) / 1000, training: trainingSeconds },
    ...outcome,
  };
}

function lpipsFiles(): { network: string; heads: string } | undefined {
  if (process.env.MENDSCOPE_DATA === undefined) return undefined;
  const folder = join(process.env.MENDSCOPE_DATA, 'phi');
  const files = {
    network: join(folder, 'squeezenet1_1.safetensors'),
    heads: join(folder, 'lpips_squeeze.safetensors'),
  };
  return existsSync(files.network) && existsSync(files.heads) ? files : undefined;
}
