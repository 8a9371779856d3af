/** What pull fetches again, from a store that is played by a function. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { partsText } from '../../src/wire/blob';
import { sha256 } from '../../src/wire/digest';
import type { FileRecord } from '../../src/wire/publication';
import { runLine } from './run_line';

const ID = 'A'.repeat(22);
const whole = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const pieces = [whole.slice(0, 400), whole.slice(400, 800), whole.slice(800)];

let folder: string;
/** Contents asked for, by SHA-256. */
let asked: string[];
const path = () => join(folder, 'large.tif');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mendscope-pull-'));
  asked = [];
  const parts = await Promise.all(pieces.map(async (piece) => ({ sha256: await sha256(piece), bytes: piece.length })));
  const file: FileRecord = {
    path: 'large.tif',
    role: 'clean',
    sha256: await sha256(partsText(parts.map((part) => part.sha256))),
    bytes: whole.length,
    facts: { format: 'tiff' },
    parts,
    url: '',
  };
  const record = {
    ...{ kind: 'dataset', id: ID, collection: ID, number: 1, title: 'Large', description: '' },
    ...{ created: '2026-01-01T00:00:00.000Z', sha256: file.sha256, bytes: whole.length, fileCount: 1, parent: null },
    ...{ tasks: [], model: null, metadata: {}, files: [file], nextFiles: null, link: `/d/${ID}` },
  };
  vi.stubGlobal('fetch', async (url: string) => {
    if (url.endsWith(`/api/datasets/${ID}`)) return Response.json(record);
    const address = url.split('/').pop() as string;
    asked.push(address);
    return new Response(pieces[parts.findIndex((part) => part.sha256 === address)]);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true });
});

const pull = () => runLine('pull', `http://edge.test/d/${ID}`, '--out', folder);

test('a file in parts that is there already is not fetched again', async () => {
  writeFileSync(path(), whole);
  expect((await pull()).code).toBe(0);
  expect(asked).toEqual([]);
});

test.each([0, 399, 400, 999])('one of the same length that differs at byte %i is', async (at) => {
  const stale = whole.slice();
  stale[at] ^= 1;
  writeFileSync(path(), stale);
  expect((await pull()).code).toBe(0);
  expect(asked).toHaveLength(3);
  expect(new Uint8Array(readFileSync(path()))).toEqual(whole);
});

test('so is one that is not there, or shorter', async () => {
  expect((await pull()).code).toBe(0);
  writeFileSync(path(), whole.slice(1));
  expect((await pull()).code).toBe(0);
  expect(asked).toHaveLength(6);
  expect(new Uint8Array(readFileSync(path()))).toEqual(whole);
});
