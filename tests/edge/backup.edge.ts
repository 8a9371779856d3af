/** A store saved to a folder and loaded into an empty one passes every read of the first. */
import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { EdgeClient } from '../../src/wire/client';
import { sha256 } from '../../src/wire/digest';
import { migrate, newStore, startEdge } from './edge_server';
import { seededTiff } from './seeded_files';

const script = fileURLToPath(new URL('../../scripts/edge_backup.mjs', import.meta.url));

const backup = (store: string, ...words: string[]) =>
  promisify(execFile)(process.execPath, [script, ...words], { env: { ...process.env, MENDSCOPE_STORE: store } });

const PATHS = (id: string, collection: string) => [
  `/api/datasets/${id}`,
  `/api/datasets/${id}/files`,
  `/api/datasets/${id}/manifest`,
  `/api/collections/${collection}`,
  `/api/collections/${collection}/latest`,
  `/api/lineage/${id}`,
  '/api/gallery',
];

async function replies(url: string, id: string, collection: string): Promise<string[]> {
  return Promise.all(PATHS(id, collection).map(async (path) => (await fetch(url + path)).text()));
}

test('save, load into an empty store, every read is the same; a damaged object is noticed', {
  timeout: 180_000,
}, async () => {
  const [first, second] = [newStore(), newStore()];
  const folder = mkdtempSync(join(tmpdir(), 'mendscope-backup-'));
  const tasks = [{ name: 'noise', axial: false }];
  const large = seededTiff(60_000_000, 9);
  const files = [
    { path: 'a.tif', role: 'clean' as const, content: seededTiff(50_000, 1) },
    { path: 'b.tif', role: 'defective' as const, task: 'noise', content: large },
  ];
  // Both empty and migrated.
  await migrate(first);
  cpSync(first, second, { recursive: true });
  let server = await startEdge(first);
  const { id: parent } = await new EdgeClient(server.url).publishDataset({
    title: 'First',
    tasks,
    files: files.slice(0, 1),
  });
  const { id, collection, editToken } = await new EdgeClient(server.url).publishDataset({
    title: 'Kept',
    tasks,
    files,
    parent,
    listed: true,
  });
  const before = await replies(server.url, id, collection);
  await server.kill();

  expect((await backup(first, 'save', folder)).stdout).toMatch(/^saved \d+ rows, 7 objects \(\d+ bytes new\)\n$/);
  const objects = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const object = join(folder, objects.find((name) => /^objects\/blobs\/.*\/[0-9a-f]{16}$/.test(name)) as string);
  const { size } = statSync(object);
  appendFileSync(object, 'x');
  await expect(backup(second, 'load', folder)).rejects.toMatchObject({
    stderr: expect.stringMatching(/has the SHA-256/),
  });
  truncateSync(object, size);
  expect((await backup(second, 'load', folder)).stdout).toMatch(/^loaded \d+ rows, 7 objects\n$/);

  server = await startEdge(second);
  expect(await replies(server.url, id, collection)).toEqual(before);
  const edge = new EdgeClient(server.url);
  const record = await edge.fetchVersion('dataset', id);
  expect(await sha256(await edge.fetchFile(record.files[1]))).toBe(await sha256(large));
  const next = await edge.publishDataset({ title: 'After', tasks, files, collection, editToken: editToken as string });
  expect(next.number).toBe(2);
  await server.kill();

  for (const path of [first, second, folder]) rmSync(path, { recursive: true });
});
