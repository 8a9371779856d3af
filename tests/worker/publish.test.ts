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

test('a model whose weights are not what its layer table says', async () => {
  const record = {
    restorer: { first: 8, blocks: 2 },
    generator: { first: 8, blocks: 1 },
    tasks: [{ name: 'noise', axial: false }],
  };
  const bytes = safetensors(10, 0.5, { format: 'mendscope', mendscope: JSON.stringify(record) });
  await expect(client().publishModel(bytes, { title: 'Claims' })).rejects.toMatchObject({
    status: 422,
    error: 'wrong-shapes',
    what: 'model.safetensors is not what it claims: it has no weights of a restorer.',
  });
});

test('a number that is not finite never leaves, and is never accepted', async () => {
  await expect(client().publishModel(safetensors(5, Number.NaN), { title: 'NaN' })).rejects.toThrow(
    "tensor 'weight' holds a number that is not finite; train again from an earlier checkpoint",
  );
});
