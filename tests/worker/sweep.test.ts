import { expect, test } from 'vitest';
import { sha256 } from '../../src/wire/digest';
import { newObjectKey } from '../../worker/identifiers';
import { sweep } from '../../worker/sweep';
import { ask, bindings, client, png, put, safetensors, tiff } from './edge';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const held = async (hash: string) => (await bindings.BLOBS.list({ prefix: `blobs/${hash}/` })).objects.length;
const rows = async (hash: string) =>
  bindings.DB.prepare('SELECT COUNT(*) AS n FROM blobs WHERE sha256 = ?1').bind(hash).first<number>('n');

test('what nobody published goes after a day; what somebody did stays, covers and parts too', async () => {
  const orphan = await put(tiff(8, 8, 1));
  const weights = safetensors(5000, 2);
  const parts = [await put(weights.slice(0, 9000), '?part=1'), await put(weights.slice(9000), '?part=1')];
  const joined = await ask('/api/blobs/joined', {
    method: 'POST',
    body: JSON.stringify({ parts: parts.map((part) => part.sha256) }),
    headers: { 'content-type': 'application/json' },
  });
  const { sha256: address, bytes } = await joined.json<{ sha256: string; bytes: number }>();
  const body = JSON.stringify({ title: 'Parts', file: { path: 'm', sha256: address, bytes } });
  const published = await ask('/api/models', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { id } = await published.json<{ id: string }>();
  const cover = png(9, 9, 3);
  await client().publishModel(safetensors(5, 4), { title: 'Covered', cover });

  await sweep(bindings, Date.now() + 23 * HOUR);
  expect(await held(orphan.sha256)).toBe(1);
  await sweep(bindings, Date.now() + 25 * HOUR);
  expect([await held(orphan.sha256), await rows(orphan.sha256)]).toEqual([0, 0]);
  expect(await held(await sha256(cover))).toBe(1);
  expect((await client().fetchModel(id)).bytes.length).toBe(weights.length);
});

test('after a deletion the bytes go, unless another version names them', async () => {
  const shared = tiff(16, 16, 5);
  const alone = tiff(16, 16, 6);
  const files = [
    { path: 'shared.tif', role: 'clean' as const, content: shared },
    { path: 'alone.tif', role: 'clean' as const, content: alone },
  ];
  const tasks = [{ name: 'noise', axial: false }];
  const first = await client().publishDataset({ title: 'A', tasks, files });
  const second = await client().publishDataset({ title: 'B', tasks, files: files.slice(0, 1) });
  await client().deleteCollection(first.collection, first.editToken as string);
  await sweep(bindings, Date.now() + 25 * HOUR);
  expect([await held(await sha256(shared)), await held(await sha256(alone))]).toEqual([1, 0]);
  const [file] = (await client().fetchVersion('dataset', second.id)).files;
  expect(await client().fetchFile(file)).toEqual(shared);
});

test('a file in parts goes with all its parts; what is in use is looked at once, and again when it is let go of', async () => {
  const weights = safetensors(5000, 21);
  const parts = [await put(weights.slice(0, 9000), '?part=1'), await put(weights.slice(9000), '?part=1')];
  const joined = await ask('/api/blobs/joined', {
    method: 'POST',
    body: JSON.stringify({ parts: parts.map((part) => part.sha256) }),
    headers: { 'content-type': 'application/json' },
  });
  const { sha256: address, bytes } = await joined.json<{ sha256: string; bytes: number }>();
  const body = JSON.stringify({ title: 'Parts', file: { path: 'm', sha256: address, bytes } });
  const published = await ask('/api/models', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { collection, editToken } = await published.json<{ collection: string; editToken: string }>();
  const old = () =>
    bindings.DB.prepare('SELECT COUNT(*) AS n FROM blobs WHERE touched < ?1')
      .bind(Date.now() + 24 * HOUR)
      .first<number>('n');
  await sweep(bindings, Date.now() + 25 * HOUR);
  expect(await old()).toBe(0);
  await client().deleteCollection(collection, editToken);
  expect(await old()).toBe(3);
  await sweep(bindings, Date.now() + 25 * HOUR);
  expect([await rows(address), await held(parts[0].sha256), await held(parts[1].sha256)]).toEqual([0, 0, 0]);
});

test('objects of an upload that broke off between the two stores', async () => {
  const hash = await sha256('half an upload');
  await bindings.BLOBS.put(newObjectKey(hash), 'half an upload');
  await bindings.BLOBS.put('manifests/AAAAAAAAAAAAAAAAAAAAAA', '{}');
  await sweep(bindings, Date.now() + HOUR);
  expect(await held(hash)).toBe(1);
  await sweep(bindings, Date.now() + 25 * HOUR);
  expect([await held(hash), await bindings.BLOBS.head('manifests/AAAAAAAAAAAAAAAAAAAAAA')]).toEqual([0, null]);
});

test('the bytes of what expired go a day after it, its link still says why', async () => {
  const bytes = tiff(10, 10, 8);
  const expires = new Date(Date.now() + HOUR).toISOString();
  const tasks = [{ name: 'noise', axial: false }];
  const files = [{ path: 'a.tif', role: 'clean' as const, content: bytes }];
  const { id, collection } = await client().publishDataset({ title: 'Expires', tasks, files, expires });
  await sweep(bindings, Date.now() + 3 * DAY);
  expect(await held(await sha256(bytes))).toBe(0);
  await bindings.DB.prepare('UPDATE collections SET expires = 1 WHERE id = ?1').bind(collection).run();
  expect((await ask(`/api/datasets/${id}`)).status).toBe(410);
});

test('yesterday’s counts and key are forgotten, today’s stay', async () => {
  await put(tiff(3, 3, 9));
  await bindings.DB.batch([
    bindings.DB.prepare("INSERT INTO day_keys VALUES ('2020-01-01', 'k')"),
    bindings.DB.prepare("INSERT INTO usage VALUES ('2020-01-01', 'w', 1, 1)"),
  ]);
  await sweep(bindings);
  const days = await bindings.DB.prepare('SELECT DISTINCT day FROM usage UNION SELECT day FROM day_keys').all<{
    day: string;
  }>();
  expect(days.results.map(({ day }) => day)).toEqual([new Date().toISOString().slice(0, 10)]);
});
