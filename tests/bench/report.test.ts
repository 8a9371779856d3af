import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addToHistory } from '../../scripts/bench_history.mjs';
import { growthOf } from '../../src/bench/growth';
import { growthFigure } from '../../src/bench/growth_figure';
import { type BenchReport, type BenchRow, casesFor } from '../../src/bench/suite';
import { benchTable, growthTable } from '../../src/bench/table';

const row = (given: Partial<BenchRow>): BenchRow => ({
  name: 'a case',
  kind: 'kernel',
  milliseconds: 12.5,
  gflops: 20,
  gbytes: 1.25,
  ofPeak: 0.4,
  ofCopy: 0.1,
  kernels: 3,
  pipelines: 2,
  compileMilliseconds: 41.2,
  firstRunMilliseconds: 7,
  encodeMilliseconds: 0.31,
  peakBytes: 2.4e6,
  boundBytes: 2e6,
  ...given,
});

const report = (rows: BenchRow[]): BenchReport => ({
  adapter: 'some adapter',
  software: true,
  date: '2020-01-02',
  rounds: 7,
  peakGflops: 50,
  copyGbytes: 5,
  rows,
});

test('kernels and whole programs have tables of their own', () => {
  const rows = [row({ error: 2e-6, kernelMilliseconds: 0.08 }), row({ name: 'a step', kind: 'step', pixels: 25_000 })];
  const text = benchTable(report(rows)).split('\n');
  expect(text[0]).toBe('some adapter (a software adapter), 2020-01-02, median of 7 rounds.');
  expect(text).toContain('| a case | 13 | 0.08 | 20.0 | 40 % | 1.25 | 10 % | 3 | 41 | 2e-6 |');
  expect(text).toContain('| a step | 13 |  | 20.0 | 40 % | 41 | 7 | 0.31 | 3 | 2 | 2.4 | 2.0 | 1.20 | 2.0 |');
});

test('a growth table takes out what the machine did meanwhile', () => {
  const rows = [
    row({ kind: 'restore', pixels: 100, milliseconds: 10, gflops: 10, ofPeak: 0.5 }),
    // Four times the pixels in eight times the time, while the device ran at half its rate.
    row({ kind: 'restore', pixels: 400, milliseconds: 80, gflops: 5, ofPeak: 0.5 }),
    row({ kind: 'step', pixels: 50, milliseconds: 9, gflops: 10, ofPeak: 0.5 }),
    row({ kind: 'step', pixels: 100, milliseconds: 9, gflops: 20, ofPeak: 0.5 }),
  ];
  const costs = growthTable(report(rows)).split('\n').slice(2, 6);
  expect(costs.map((text) => text.split(' | ').slice(-3))).toEqual([
    ['1.00', '1.00', '0 % |'],
    ['2.00', '1.00', '0 % |'],
    ['1.00', '1.00', '0 % |'],
    ['0.50', '1.00', '0 % |'],
  ]);
});

const series = (times: readonly (readonly [pixels: number, milliseconds: number])[]): BenchRow[] =>
  times.map(([pixels, milliseconds]) => row({ kind: 'restore', pixels, milliseconds, name: `restore x, ${pixels}` }));

test('a fixed cost and one a pixel are told apart, and what is off the line is', () => {
  const straight = growthOf(series([1, 4, 16, 64].map((megapixels) => [megapixels * 1e6, 50 + 200 * megapixels])));
  expect(straight.fixed).toBeCloseTo(50, 6);
  expect(straight.perMegapixel).toBeCloseTo(200, 6);
  expect(straight.worst).toBeLessThan(1e-9);
  const bent = growthOf(series([1, 4, 16, 64].map((megapixels) => [megapixels * 1e6, 100 * megapixels ** 1.3])));
  expect(bent.worst).toBeGreaterThan(0.15);
  expect(bent.fixed).toBe(0);
});

test('a growth figure has a point for each row, and says how far it is off', () => {
  const drawn = growthFigure({
    ...report(series([1, 4, 16].map((n) => [n * 1e6, n === 16 ? 2600 : 100 * n]))),
    date: '',
  });
  expect(drawn.match(/<circle/g)).toHaveLength(3);
  const { points } = growthOf(series([1, 4, 16].map((n) => [n * 1e6, n === 16 ? 2600 : 100 * n])));
  expect(drawn).toContain(`+${(100 * points[2].off).toFixed(0)} %`);
  expect(drawn).not.toContain('NaN');
});

test('the steps of a preset are those of both recipes and the two that all engines share', () => {
  const names = casesFor({ quick: false, steps: 'laptop' }).map(({ name }) => name);
  expect(names).toEqual([
    'train laptop: CIN-GAN critic, 4×128²',
    'train laptop: CIN-GAN generator, 4×128²',
    'train laptop: cGAN discriminator, 4×128²',
    'train laptop: cGAN restorer, 4×128²',
    'train laptop: mend, 4×128²',
    'train CARE U-Net, 4×128²',
    'train IN generator, 6 blocks, 4×128²',
  ]);
  expect(casesFor({ quick: true, only: 'restore' }).map(({ name }) => name)).toHaveLength(2);
});

test('a saved run is added behind those before it, to four digits', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mendscope-history-'));
  try {
    addToHistory('an-adapter', report([row({ gflops: 1.23456789 })]), folder);
    addToHistory('an-adapter', report([row({}), row({})]), folder);
    const runs = JSON.parse(readFileSync(join(folder, 'an-adapter.json'), 'utf8'));
    expect(runs).toHaveLength(2);
    expect(runs[0].run.adapter).toBe('some adapter');
    expect(runs[0].rows[0].gflops).toBe(1.235);
    expect(runs[1].rows).toHaveLength(2);
    expect(() => addToHistory('../elsewhere', report([]), folder)).toThrow('--save: got ../elsewhere');
    writeFileSync(join(folder, 'other.json'), '{}');
    expect(() => addToHistory('other', report([]), folder)).toThrow('is not a list of runs');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
