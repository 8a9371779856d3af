import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/wire/digest';
import { ask, bindings, client, safetensors, tiff } from './edge';

/** What a store of the first schema holds: one model, as that version of the worker wrote it. */
async function writeFirstSchema(bytes: Uint8Array<ArrayBuffer>, editToken: string): Promise<void> {
  const hash = await sha256(bytes);
  await bindings.BLOBS.put(`blobs/${hash}/0011223344556677`, bytes);
  await bindings.BLOBS.put('manifests/VVVVVVVVVVVVVVVVVVVVVV', '{}');
  const facts = JSON.stringify({ format: 'safetensors', tensors: 1, parameters: 4 });
  await bindings.DB.batch([
    bindings.DB.prepare('INSERT INTO blobs VALUES (?1, ?2, ?3, ?4, 1)').bind(
      hash,
      `blobs/${hash}/0011223344556677`,
      bytes.length,
      facts,
    ),
    bindings.DB.prepare(
      `INSERT INTO collections (id, kind, token_hash, title, listed, cover, revision, created, updated, expires)
       VALUES ('CCCCCCCCCCCCCCCCCCCCCC', 'model', ?1, 'Old', 1, NULL, 1, 1000, 1000, NULL)`,
    ).bind(await sha256(editToken)),
    bindings.DB.prepare(
      `INSERT INTO versions VALUES ('VVVVVVVVVVVVVVVVVVVVVV', 'CCCCCCCCCCCCCCCCCCCCCC', 1, 'model', ?1, 'Old', '',
         '{"tasks":[],"model":null,"metadata":{"format":"mendscope"}}', NULL, ?2, 1, 1000)`,
    ).bind('a'.repeat(64), bytes.length),
    bindings.DB.prepare(
      "INSERT INTO files VALUES ('VVVVVVVVVVVVVVVVVVVVVV', 0, 'm.safetensors', 'weights', NULL, NULL, ?1)",
    ).bind(hash),
  ]);
}

/** One case for each schema a store may be left at. */
const earlier = env.MIGRATIONS.slice(0, -1).map((migration, i) => [migration.name, i + 1] as const);

test.each(earlier)('a store left at %s is read, changed and written to by this worker', async (_, applied) => {
  await reset();
  await applyD1Migrations(env.DB, env.MIGRATIONS.slice(0, applied));
  const bytes = safetensors(4, 0.5);
  const editToken = 'edit-token-of-the-first-schema-0123456789ab';
  await writeFirstSchema(bytes, editToken);
  await applyD1Migrations(env.DB, env.MIGRATIONS);

  const { record, bytes: back } = await client().fetchModel('VVVVVVVVVVVVVVVVVVVVVV');
  expect(back).toEqual(bytes);
  expect(record).toMatchObject({ title: 'Old', number: 1, metadata: { format: 'mendscope' } });
  expect((await client().fetchGallery()).items).toHaveLength(1);
  const collection = 'CCCCCCCCCCCCCCCCCCCCCC';
  const next = await client().publishModel(safetensors(4, 0.75), {
    title: 'New',
    collection,
    editToken,
    parent: record.id,
  });
  expect(next.number).toBe(2);
  await client().publishDataset({
    title: 'Set',
    tasks: [{ name: 'noise', axial: false }],
    files: [{ path: 'a.tif', role: 'clean', content: tiff(3, 3, 3) }],
  });
  await client().deleteCollection(collection, editToken);
  expect((await ask('/api/models/VVVVVVVVVVVVVVVVVVVVVV')).status).toBe(404);
});
