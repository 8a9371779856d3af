/**
 * A benchmark report in a link's fragment, which no browser sends to a server: lists in place of objects, four figures a
 * number, deflated, in base64url. About 60 characters a row.
 */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';
import type { BenchReport, BenchRow } from '../bench/messages';

const KINDS = ['kernel', 'norm', 'step', 'restore'] as const satisfies readonly BenchRow['kind'][];

/** Numbers of a row in the order of the link. Those that not every row has come last. */
const ALWAYS = [
  'milliseconds',
  'gflops',
  'gbytes',
  'ofPeak',
  'ofCopy',
  'kernels',
  'pipelines',
  'compileMilliseconds',
  'firstRunMilliseconds',
  'encodeMilliseconds',
  'peakBytes',
  'boundBytes',
] as const;
const SOMETIMES = ['error', 'pixels', 'tiles'] as const;

const VERSION = 1;
/** Longer links are none of ours. */
const LONGEST = 20_000;

export function reportToText(report: BenchReport): string {
  const { adapter, software, date, rounds, peakGflops, copyGbytes, rows } = report;
  const figures = (value: number | undefined) => (value === undefined ? null : Number(value.toPrecision(4)));
  const lists = rows.map((row) => [
    row.name,
    KINDS.indexOf(row.kind),
    ...[...ALWAYS, ...SOMETIMES].map((key) => figures(row[key])),
  ]);
  const text = JSON.stringify([
    VERSION,
    adapter,
    software ? 1 : 0,
    date,
    rounds,
    figures(peakGflops),
    figures(copyGbytes),
    lists,
  ]);
  const bytes = deflateSync(strToU8(text), { level: 9 });
  const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(characters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws Error where the text is no report: cut off in a mail, for instance */
export function reportOfText(text: string): BenchReport {
  if (text.length > LONGEST || !/^[\w-]+$/.test(text)) throw new Error(noReport);
  let parsed: unknown;
  try {
    const characters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    parsed = JSON.parse(strFromU8(inflateSync(Uint8Array.from(characters, (one) => one.charCodeAt(0)))));
  } catch (error) {
    throw new Error(noReport, { cause: error });
  }
  if (!Array.isArray(parsed) || parsed[0] !== VERSION || !Array.isArray(parsed[7])) throw new Error(noReport);
  const [, adapter, software, date, rounds, peakGflops, copyGbytes, rows] = parsed;
  return {
    adapter: line(adapter),
    software: software === 1,
    date: line(date),
    rounds: number(rounds),
    peakGflops: number(peakGflops),
    copyGbytes: number(copyGbytes),
    rows: rows.map(rowOf),
  };
}

const noReport = 'a link without a whole report; it may have been cut off on its way';

function rowOf(list: unknown): BenchRow {
  if (!Array.isArray(list)) throw new Error(noReport);
  const [name, kind, ...values] = list;
  const always = ALWAYS.map((key, i) => [key, number(values[i])]);
  const sometimes = SOMETIMES.flatMap((key, i) => {
    const value = values[ALWAYS.length + i];
    return value === null || value === undefined ? [] : [[key, number(value)]];
  });
  const known = KINDS[number(kind)];
  if (!known) throw new Error(noReport);
  return { name: line(name), kind: known, ...Object.fromEntries([...always, ...sometimes]) } as BenchRow;
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(noReport);
  return value;
}

function line(value: unknown): string {
  if (typeof value !== 'string' || value.length > 200) throw new Error(noReport);
  return value;
}
