import { deflateSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { BenchReport, BenchRow } from '../../src/bench/messages';
import { casesFor } from '../../src/bench/suite';
import { reportOfText, reportToText } from '../../src/ui/bench_link';

const row = (name: string, change: Partial<BenchRow> = {}): BenchRow => ({
  name,
  kind: 'kernel',
  milliseconds: 1.234,
  gflops: 251.1,
  gbytes: 12.5,
  ofPeak: 0.41,
  ofCopy: 0.083,
  kernels: 1,
  pipelines: 1,
  compileMilliseconds: 81,
  firstRunMilliseconds: 4.5,
  encodeMilliseconds: 0.02,
  peakBytes: 1.5e7,
  boundBytes: 1.5e7,
  ...change,
});

const report: BenchReport = {
  adapter: 'A card “X” 3000',
  software: false,
  date: '2026-11-22',
  rounds: 5,
  peakGflops: 612.4,
  copyGbytes: 150.2,
  rows: [
    row('conv 3×3 64→64, 4×128², forward', { error: 3e-7 }),
    row('train CARE U-Net, 4×128²', { kind: 'step', kernels: 57 }),
    row('restore laptop, 1024²', { kind: 'restore', pixels: 1_049_000, tiles: 4 }),
  ],
};

const packed = (value: unknown) => Buffer.from(deflateSync(strToU8(JSON.stringify(value)))).toString('base64url');

describe('a report in a link', () => {
  it('is read as it was written, to four figures', () => {
    expect(reportOfText(reportToText(report))).toEqual(report);
    const fine = { ...report, rows: [row('fine', { milliseconds: 0.123456 })] };
    expect(reportOfText(reportToText(fine)).rows[0].milliseconds).toBe(0.1235);
  });

  it('of the whole suite is short enough for a mail', () => {
    const uneven = (i: number) => 1 + Math.abs(Math.sin(i + 1)) * 987;
    const rows = casesFor({ quick: false }).map(({ name, kind }, i) =>
      row(name, {
        kind,
        milliseconds: uneven(i),
        gflops: uneven(2 * i),
        ofPeak: uneven(3 * i) / 1e3,
        peakBytes: uneven(i),
      }),
    );
    expect(rows.length).toBeGreaterThan(30);
    expect(reportToText({ ...report, rows }).length).toBeLessThan(4000);
  });

  it.each([
    ['cut off', reportToText(report).slice(0, -30)],
    ['empty', ''],
    ['of other characters', 'a b'],
    ['of another version', packed([2, 'a', 0, 'b', 1, 1, 1, []])],
    ['of a row that is none', packed([1, 'a', 0, 'b', 1, 1, 1, [['x', 0, 'fast']]])],
    ['of a kind unknown', packed([1, 'a', 0, 'b', 1, 1, 1, [['x', 9, ...Array(12).fill(1)]]])],
    ['endless', 'A'.repeat(30_000)],
  ])('%s is refused', (_, text) => {
    expect(() => reportOfText(text)).toThrow('a link without a whole report');
  });
});
