/** push, pull and share of the terminal program against a real server. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli/program';
import { writeSafetensors } from '../../src/models/safetensors';
import { type EdgeServer, newStore, startEdge } from './edge_server';
import { seededTiff } from './seeded_files';

const store = newStore();
const folder = mkdtempSync(join(tmpdir(), 'mendscope-push-'));
let server: EdgeServer;

beforeAll(async () => {
  server = await startEdge(store);
}, 120_000);

afterAll(async () => {
  await server.kill();
  for (const path of [store, folder]) rmSync(path, { recursive: true });
}, 20_000);

async function mendscope(...words: string[]) {
  const printed = { out: '', err: '' };
  const code = await main(
    [...words, '--json'],
    (text) => {
      printed.out += text;
    },
    (text) => {
      printed.err += text;
    },
  );
  return { code, err: printed.err, json: printed.out ? JSON.parse(printed.out) : undefined };
}

function model(name: string, value: number): string {
  const path = join(folder, name);
  const tensors = new Map([['weight', { shape: [100], data: new Float32Array(100).fill(value) }]]);
  writeFileSync(path, writeSafetensors(tensors, { format: 'test' }));
  return path;
}

test('a model: pushed, pulled, a version added, forked, listed, rotated, deleted', { timeout: 60_000 }, async () => {
  const first = await mendscope('push', model('a.safetensors', 1), '--title', 'First', '--to', server.url);
  expect([first.err, first.code]).toEqual([expect.stringContaining('1 of 1 files there'), 0]);
  const { url, editUrl } = first.json;
  const back = join(folder, 'back.safetensors');
  expect((await mendscope('pull', url, '--out', back)).json).toMatchObject({ kind: 'model', title: 'First' });
  expect(readFileSync(back)).toEqual(readFileSync(join(folder, 'a.safetensors')));

  const second = await mendscope('push', model('b.safetensors', 2), '--title', 'Second', '--edit-link', editUrl);
  expect(second.json).toMatchObject({ number: 2 });
  await mendscope('pull', url, '--out', back);
  expect(readFileSync(back)).toEqual(readFileSync(join(folder, 'a.safetensors')));
  expect((await mendscope('share', url)).json).toMatchObject({ title: 'Second', listed: false, versions: [{}, {}] });
  const fork = await mendscope(
    'push',
    model('c.safetensors', 3),
    '--title',
    'Fork',
    '--parent',
    url,
    '--to',
    server.url,
  );
  expect(fork.json.number).toBe(1);

  expect((await mendscope('share', editUrl, '--listed', 'yes')).json).toMatchObject({ listed: true });
  const rotated = await mendscope('share', editUrl, '--rotate');
  expect((await mendscope('share', editUrl, '--delete')).code).toBe(1);
  expect((await mendscope('share', rotated.json.editUrl, '--delete')).json).toMatchObject({ deleted: true });
  const gone = await mendscope('pull', url, '--out', back);
  expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('There is nothing at this address.')]);
});

test('a data set: folders up, folders down, and only what is missing again', { timeout: 60_000 }, async () => {
  for (const [side, seed] of [
    ['noisy', 1],
    ['clean', 2],
  ] as const) {
    mkdirSync(join(folder, side));
    for (const name of ['1.tif', '2.tif'])
      writeFileSync(join(folder, side, name), seededTiff(2000, seed * 10 + Number(name[0])));
  }
  const pairs = `noise=${join(folder, 'noisy')}:${join(folder, 'clean')}`;
  const pushed = await mendscope('push', '--pairs', pairs, '--title', 'Pairs', '--to', server.url);
  const out = join(folder, 'set');
  expect((await mendscope('pull', pushed.json.url, '--out', out)).json).toMatchObject({
    files: 4,
    tasks: [{ name: 'noise' }],
  });
  for (const [side, role] of [
    ['noisy', 'defective'],
    ['clean', 'clean'],
  ])
    for (const name of readdirSync(join(folder, side)))
      expect(readFileSync(join(out, 'noise', role, name))).toEqual(readFileSync(join(folder, side, name)));
  writeFileSync(join(out, 'noise', 'clean', '1.tif'), 'damaged');
  await mendscope('pull', pushed.json.url, '--out', out);
  expect(readFileSync(join(out, 'noise', 'clean', '1.tif'))).toEqual(readFileSync(join(folder, 'clean', '1.tif')));
});

test.each([
  [['push', 'a', '--title', 't', '--to', 'nowhere'], '--to: got nowhere'],
  [['push', '--title', 't'], 'wanted one model file, or --pairs and --unpaired'],
  [['push', 'a'], '--title is missing'],
  [['pull', 'http://x/y', '--out', 'z'], "got 'http://x/y', wanted a share link"],
  [['share', 'http://127.0.0.1:1/m/AAAAAAAAAAAAAAAAAAAAAA', '--delete'], 'wanted the edit link that push printed'],
])('%j is wrong use', async (words, message) => {
  const { code, err } = await mendscope(...words);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});
