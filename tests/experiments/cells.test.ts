import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cell, type CellRecord, CellStore, cellId, shardOf } from '../../src/experiments/cell';
import { cellsOf, EXPERIMENTS, GRID_DEFAULTS } from '../../src/experiments/grid';
import { runCells } from '../../src/experiments/run_cells';
import { Engine } from '../../src/runtime';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cells-'));
});

const cell: Cell = { ...cellsOf('table1', GRID_DEFAULTS)[0], evaluated: 2, images: 2 };
const record = (of: Cell): CellRecord => ({
  id: cellId(of),
  cell: of,
  adapter: 'none',
  software: false,
  finished: '2026-01-01T00:00:00.000Z',
  seconds: { total: 1, training: 0 },
  configuration: {},
  losses: {},
  rows: [],
});

describe('a grid of cells', () => {
  it.each(EXPERIMENTS)('%s: every cell has a file name of its own', (name) => {
    const ids = cellsOf(name, GRID_DEFAULTS).map(cellId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[\w.-]+$/);
  });

  it('tells cells apart by whatever changes their result', () => {
    const changed: Partial<Cell>[] = [
      { seed: 1 },
      { images: 50 },
      { updates: 7 },
      { cinUpdates: 7 },
      { split: 'development' },
      { setting: 'unpaired' },
      { learningRate: 1e-3 },
      { changes: { flips: 0 } },
      { evaluated: 3 },
      { tasks: ['retina', 'microtubules'] },
    ];
    const ids = [cell, ...changed.map((change) => ({ ...cell, ...change }))].map(cellId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells widths apart wherever a network is trained, CIN-GAN alone too', () => {
    for (const name of ['table2', 'fig7'] as const)
      for (const trained of cellsOf(name, GRID_DEFAULTS).filter((c) => c.updates + c.cinUpdates > 0))
        expect(cellId({ ...trained, preset: 'laptop' })).not.toBe(cellId(trained));
  });

  it('gives every cell to exactly one shard', () => {
    const cells = cellsOf('table2', GRID_DEFAULTS);
    const shards = [1, 2, 3].map((index) => shardOf(cells, { index, of: 3 }));
    expect(shards.flat().map(cellId).sort()).toEqual(cells.map(cellId).sort());
  });

  it('looks at development images only where it tunes or takes the recipe apart', () => {
    for (const name of EXPERIMENTS)
      for (const { split } of cellsOf(name, GRID_DEFAULTS))
        expect(split).toBe(name === 'ablation' ? 'development' : 'test');
  });
});

describe('records', () => {
  it('are read back as written, but for digits nobody sees', () => {
    const store = new CellStore(folder);
    store.write({ ...record(cell), losses: { loss: 0.123456789 } });
    expect(store.has(cell)).toBe(true);
    expect(store.all()).toEqual([{ ...record(cell), losses: { loss: 0.123457 } }]);
  });

  it('do not count while half written, so that a killed run goes on with the cell it was at', () => {
    const store = new CellStore(folder);
    writeFileSync(join(folder, `${cellId(cell)}.json.part`), '{"id":');
    expect(store.has(cell)).toBe(false);
    expect(store.all()).toEqual([]);
  });
});

describe('runCells', () => {
  const startEngine = async () => {
    const engine = Object.create(Engine.prototype) as Engine;
    return Object.assign(engine, { adapter: { name: 'none', software: false }, destroy: () => undefined });
  };

  it('runs what has no record, and the second time nothing', async () => {
    vi.stubEnv('MENDSCOPE_DATA', undefined);
    const settings = { folder, minutes: 1, startEngine, say: () => undefined };
    const first = await runCells([cell], settings);
    expect(first.finished).toEqual([cellId(cell)]);
    const [written] = new CellStore(folder).all();
    expect(written.rows.map(({ row }) => row)).toEqual(['input', 'constant']);
    expect(written.rows[0].scores.paper.psnr).toHaveLength(2);
    expect(written.rows[0].scores.lpips).toBeNull();
    expect(await runCells([cell], settings)).toEqual({ finished: [], known: 1, left: [], without: [] });
    expect(readdirSync(folder)).toEqual([`${cellId(cell)}.json`]);
    vi.unstubAllEnvs();
  });

  it('begins nothing once its minutes are over, and passes over real data that are not there', async () => {
    vi.stubEnv('MENDSCOPE_DATA', undefined);
    const said: string[] = [];
    const real: Cell = { ...cell, tasks: ['w2s'] };
    const report = await runCells([real, cell], { folder, minutes: -1, startEngine, say: (line) => said.push(line) });
    expect(report).toEqual({ finished: [], known: 0, left: [cellId(cell)], without: [cellId(real)] });
    expect(said[0]).toContain('$MENDSCOPE_DATA');
    vi.unstubAllEnvs();
  });
});
