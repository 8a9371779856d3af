import { expect, test } from 'vitest';
import type { FileToPublish } from '../../src/wire/client';
import { ask, client, put, refusal, safetensors, tiff } from './edge';

const tasks = [{ name: 'noise', axial: false }];
const image = (path: string, rest: Partial<FileToPublish> = {}): FileToPublish => ({
  path,
  role: 'clean',
  content: tiff(4, 4, path.length),
  ...rest,
});
const publish = (files: FileToPublish[]) => client().publishDataset({ title: 'Set', tasks, files });

test('paths that leave their folder, or are none', async () => {
  for (const path of [
    '../a.tif',
    '/etc/passwd',
    'a/../../b',
    'a//b',
    'a/./b',
    'C:\\a.tif',
    'a\\b',
    'a/',
    'nul\0',
    'x\u202egnp.tif',
    ' ',
  ])
    await expect(publish([image(path)]), path).rejects.toMatchObject({ status: 422, error: 'invalid' });
  const { id } = await publish([image('Ünï/名前 (1).tif')]);
  expect((await client().fetchVersion('dataset', id)).files[0].path).toBe('Ünï/名前 (1).tif');
});

test('two files at one path, also in other capitals or another spelling of an accent', async () => {
  for (const [a, b] of [
    ['a.tif', 'a.tif'],
    ['a.tif', 'A.TIF'],
    ['\u00e9.tif', 'e\u0301.tif'],
  ])
    await expect(publish([image(a), image(b)])).rejects.toMatchObject({ status: 422, error: 'same-path' });
});

test('roles, tasks and pairs must make sense', async () => {
  const bad: FileToPublish[][] = [
    [image('a', { role: 'weights' })],
    [image('a', { role: 'defective' })],
    [image('a', { role: 'defective', task: 'blur' })],
    [image('a', { pair: '1' })],
    [image('a', { pair: '1', task: 'noise' })],
    [image('a', { pair: '1', task: 'noise' }), image('b', { pair: '1', task: 'noise' })],
  ];
  for (const files of bad) await expect(publish(files)).rejects.toMatchObject({ status: 422, error: 'wrong-roles' });
});

test('a model is no image, and an image is no model', async () => {
  const asImage = publish([image('m.tif', { content: safetensors(3, 9) })]);
  await expect(asImage).rejects.toMatchObject({ status: 415, error: 'unknown-format' });
  const { sha256 } = await put(tiff(4, 4, 3));
  const body = JSON.stringify({ title: 'T', file: { path: 'm', sha256, bytes: tiff(4, 4, 3).length } });
  const reply = await ask('/api/models', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  expect(await refusal(reply)).toMatchObject({ status: 415, error: 'unknown-format' });
});

test('a file that was not uploaded, or is said to be of another length', async () => {
  const { sha256 } = await put(tiff(7, 7, 7));
  const post = (file: object) =>
    ask('/api/datasets', {
      method: 'POST',
      body: JSON.stringify({ title: 'S', tasks, files: [{ path: 'a.tif', role: 'clean', ...file }] }),
      headers: { 'content-type': 'application/json' },
    });
  expect(await refusal(await post({ sha256, bytes: 5 }))).toMatchObject({ status: 422, error: 'wrong-length' });
  expect(await refusal(await post({ sha256: 'f'.repeat(64), bytes: 5 }))).toMatchObject({
    status: 409,
    error: 'not-uploaded',
  });
});

test('files come page by page, in order, none twice', async () => {
  const files = Array.from({ length: 130 }, (_, i) =>
    image(`clean/${String(i).padStart(3, '0')}.tif`, { content: tiff(2, 2, i % 3) }),
  );
  const { id } = await publish(files);
  const record = await client().fetchVersion('dataset', id);
  expect([record.files.length, record.nextFiles, record.fileCount]).toEqual([100, '100', 130]);
  const paths: string[] = [];
  for await (const file of client().files(record)) paths.push(file.path);
  expect(paths).toEqual(files.map((file) => file.path));
  const page = await ask(`/api/datasets/${id}/files?cursor=100&limit=20`);
  expect(await page.json()).toMatchObject({ next: '120' });
  expect((await refusal(await ask(`/api/datasets/${id}/files?cursor=-1`))).status).toBe(422);
});

test('as many files as a publication may name, and one more', async () => {
  const { sha256 } = await put(tiff(2, 2, 1));
  const post = (count: number) => {
    const files = Array.from({ length: count }, (_, i) => ({
      path: `${i}.tif`,
      role: 'clean',
      sha256,
      bytes: tiff(2, 2, 1).length,
    }));
    return ask('/api/datasets', {
      method: 'POST',
      body: JSON.stringify({ title: 'Many', tasks, files }),
      headers: { 'content-type': 'application/json' },
    });
  };
  expect((await post(5000)).status).toBe(201);
  expect(await refusal(await post(5001))).toMatchObject({ status: 422, error: 'invalid' });
});

test('a link of one kind does not open as another', async () => {
  const { id } = await publish([image('only.tif')]);
  expect((await ask(`/api/models/${id}`)).status).toBe(404);
});

test('a result names its model and how it was made', async () => {
  const edge = client();
  const { id: model } = await edge.publishModel(safetensors(3, 77), { title: 'For a result' });
  const { id } = await edge.publishResult({
    title: 'Restored',
    model,
    processing: { task: 'noise', low: 0.1, software: true },
    files: [
      { path: 'in.tif', role: 'input', content: tiff(4, 4, 20) },
      { path: 'out.tif', role: 'restored', content: tiff(4, 4, 21) },
    ],
  });
  const record = await edge.fetchVersion('result', id);
  expect(record).toMatchObject({ model, metadata: { task: 'noise', low: 0.1, software: true } });
  const without = edge.publishResult({
    title: 'R',
    files: [{ path: 'in.tif', role: 'input', content: tiff(4, 4, 20) }],
  });
  await expect(without).rejects.toMatchObject({ status: 422, error: 'wrong-roles' });
});
