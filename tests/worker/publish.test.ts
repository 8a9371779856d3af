import { expect, test } from 'vitest';
import { parseShareLink } from '../../src/wire/client';
import { sha256 } from '../../src/wire/digest';
import { ask, client, safetensors, tiff } from './edge';

test('a model goes up and comes back bit for bit through its link', async () => {
  const edge = client();
  const bytes = safetensors(1000, 0.25, { format: 'mendscope', preset: 'tiny' });
  const published = await edge.publishModel(bytes, { title: 'Nuclei, 10 pairs' });
  expect(published.number).toBe(1);
  expect(published.editUrl).toMatch(/\/m\/[\w-]{22}#edit=[\w-]{43}$/);

  const link = parseShareLink(published.url);
  expect(link).toEqual({ kind: 'model', id: published.id });
  const { record, bytes: back } = await edge.fetchModel(published.id);
  expect(back).toEqual(bytes);
  expect(record.title).toBe('Nuclei, 10 pairs');
  expect(record.metadata).toEqual({ format: 'mendscope', preset: 'tiny' });
  expect(record.files[0].facts).toEqual({ format: 'safetensors', tensors: 1, parameters: 1000 });
});

test('a data set keeps roles, tasks and pairs, file by file', async () => {
  const edge = client();
  const files = [
    { path: 'clean/a.tif', role: 'clean' as const, task: 'noise', pair: 'a', content: tiff(4, 3, 1) },
    { path: 'noise/a.tif', role: 'defective' as const, task: 'noise', pair: 'a', content: tiff(4, 3, 2) },
    { path: 'clean/b.tif', role: 'clean' as const, content: () => tiff(5, 7, 3) },
  ];
  const published = await edge.publishDataset({ title: 'Embryo', tasks: [{ name: 'noise', axial: false }], files });
  const record = await edge.fetchVersion('dataset', published.id);
  expect(record.files.map(({ path, role, task, pair }) => ({ path, role, task, pair }))).toEqual(
    files.map(({ path, role, task, pair }) => ({ path, role, task, pair })),
  );
  expect(record.files[2].facts).toEqual({ format: 'tiff', width: 5, height: 7, bitsPerSample: 8 });
  expect(await edge.fetchFile(record.files[2])).toEqual(tiff(5, 7, 3));
});

test('the version is the SHA-256 of its manifest', async () => {
  const { id, sha256: hash } = await client().publishModel(safetensors(3), { title: 'Manifest' });
  const response = await ask(`/api/models/${id}/manifest`);
  expect(await sha256(await response.text())).toBe(hash);
});
