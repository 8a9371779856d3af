import { expect, test } from 'vitest';
import { sha256 } from '../../src/wire/digest';
import { ask, bindings, client, png, put, refusal, safetensors, tiff } from './edge';

let seed = 0;
/** A collection of its own for each test. */
async function newModel(settings = {}) {
  seed += 1;
  const published = await client().publishModel(safetensors(8, seed), { title: `Model ${seed}`, ...settings });
  return { ...published, editToken: published.editToken as string };
}

const edit = (token: string, method: string, body?: object, headers: Record<string, string> = {}) => ({
  method,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  ...(body ? { body: JSON.stringify(body) } : {}),
});

test('a new version is a new link, and the old link shows what it always showed', async () => {
  const edge = client();
  const first = await newModel();
  const before = await (await ask(`/api/models/${first.id}`)).text();
  const second = await edge.publishModel(safetensors(8, 100), {
    title: 'Trained longer',
    collection: first.collection,
    editToken: first.editToken,
    parent: first.id,
  });
  expect(second).toMatchObject({ number: 2, collection: first.collection });
  expect(second.editToken).toBeUndefined();
  expect(await (await ask(`/api/models/${first.id}`)).text()).toBe(before);

  const collection = await edge.fetchCollection(first.collection);
  expect(collection).toMatchObject({ title: 'Trained longer', latest: second.id, next: null, listed: false });
  expect(collection.versions.map(({ id, number }) => [id, number])).toEqual([
    [second.id, 2],
    [first.id, 1],
  ]);
  const latest = await ask(`/api/collections/${first.collection}/latest`);
  expect(latest.headers.get('content-location')).toBe(`/api/models/${second.id}`);
  expect(await latest.json()).toMatchObject({ id: second.id, alias: 'latest' });
});

test('only a hash of the edit token is stored', async () => {
  const { collection, editToken } = await newModel();
  const row = await bindings.DB.prepare('SELECT * FROM collections WHERE id = ?1').bind(collection).first();
  expect(JSON.stringify(row)).not.toContain(editToken);
  expect(row?.token_hash).toBe(await sha256(editToken));
});

test('no token, a wrong one, another collection’s and a missing collection', async () => {
  const mine = await newModel();
  const other = await newModel();
  const path = `/api/collections/${mine.collection}`;
  expect(await refusal(await ask(path, { method: 'DELETE' }))).toMatchObject({ status: 401, error: 'no-token' });
  const replies = [
    await ask(path, edit('x'.repeat(43), 'DELETE')),
    await ask(path, edit(other.editToken, 'DELETE')),
    await ask('/api/collections/AAAAAAAAAAAAAAAAAAAAAA', edit(mine.editToken, 'DELETE')),
    await ask(`${path}/token`, edit(other.editToken, 'POST')),
    await ask(path, edit(other.editToken, 'PATCH', { listed: true }, { 'if-match': '*' })),
  ];
  const bodies = await Promise.all(replies.map((reply) => refusal(reply)));
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  expect(bodies[0]).toMatchObject({ status: 404, error: 'not-found' });
  const push = client().publishModel(safetensors(8, 500), {
    title: 'Mine now',
    collection: mine.collection,
    editToken: other.editToken,
  });
  await expect(push).rejects.toMatchObject({ status: 404, error: 'not-found' });
});

test('If-Match: missing, old, right; of two editors at once one wins', async () => {
  const { collection, editToken } = await newModel();
  const path = `/api/collections/${collection}`;
  const missing = await ask(path, edit(editToken, 'PATCH', { listed: true }));
  expect(await refusal(missing)).toMatchObject({ status: 428, error: 'if-match-missing' });
  const etag = (await ask(path)).headers.get('etag') ?? '';
  const replies = await Promise.all(
    [true, false, true].map((listed) => ask(path, edit(editToken, 'PATCH', { listed }, { 'if-match': etag }))),
  );
  expect(replies.map((reply) => reply.status).toSorted()).toEqual([200, 412, 412]);
  const old = await ask(path, edit(editToken, 'PATCH', { listed: false }, { 'if-match': etag }));
  expect(await refusal(old)).toMatchObject({ status: 412, error: 'changed' });
  expect((await ask(path, { headers: { 'if-none-match': etag } })).status).toBe(200);
  const now = (await ask(path)).headers.get('etag') ?? '';
  expect((await ask(path, { headers: { 'if-none-match': now } })).status).toBe(304);
});

test('versions pushed at the same time: each is whole, numbered once, or refused', async () => {
  const { collection, editToken } = await newModel();
  const pushes = await Promise.allSettled(
    [1, 2, 3, 4, 5].map((i) =>
      client().publishModel(safetensors(8, 200 + i), { title: `Push ${i}`, collection, editToken }),
    ),
  );
  const numbers = pushes.flatMap((push) => (push.status === 'fulfilled' ? [push.value.number] : []));
  const refused = pushes.flatMap((push) => (push.status === 'rejected' ? [push.reason.error] : []));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.length).toBeGreaterThan(0);
  expect(refused.every((error) => error === 'changed')).toBe(true);
  expect((await client().fetchCollection(collection)).versions).toHaveLength(1 + numbers.length);
  const manifests = await bindings.BLOBS.list({ prefix: 'manifests/' });
  const versions = await bindings.DB.prepare('SELECT COUNT(*) AS n FROM versions').first<{ n: number }>();
  expect(manifests.objects).toHaveLength(versions?.n ?? -1);
});

test('rotate, then revoke', async () => {
  const { collection, editToken } = await newModel();
  const edge = client();
  const next = await edge.rotateEditToken(collection, editToken);
  expect(next).toMatch(/^[\w-]{43}$/);
  await expect(edge.rotateEditToken(collection, editToken)).rejects.toMatchObject({ status: 404 });
  await edge.changeCollection(collection, next, { listed: true });
  await edge.revokeEditToken(collection, next);
  await expect(edge.deleteCollection(collection, next)).rejects.toMatchObject({ status: 404 });
  expect((await edge.fetchCollection(collection)).listed).toBe(true);
});

test('delete: links, record and bytes are gone at once', async () => {
  const { id, collection, editToken } = await newModel();
  const edge = client();
  const { record } = await edge.fetchModel(id);
  await edge.deleteCollection(collection, editToken);
  for (const path of [
    `/api/models/${id}`,
    `/api/models/${id}/manifest`,
    `/api/collections/${collection}`,
    record.files[0].url,
  ])
    expect([path, (await ask(path)).status]).toEqual([path, 404]);
  expect(await bindings.BLOBS.head(`manifests/${id}`)).toBeNull();
});

test('expired: 410 everywhere, and the bytes cannot be read', async () => {
  const expires = new Date(Date.now() + 60_000).toISOString();
  const { id, collection, editToken } = await newModel({ expires });
  expect((await client().fetchCollection(collection)).expires).toBe(expires);
  const { record } = await client().fetchModel(id);
  await bindings.DB.prepare('UPDATE collections SET expires = ?1 WHERE id = ?2')
    .bind(Date.now() - 1, collection)
    .run();
  for (const path of [
    `/api/models/${id}`,
    `/api/models/${id}/files`,
    `/api/collections/${collection}`,
    `/api/collections/${collection}/latest`,
    `/api/lineage/${id}`,
  ])
    expect([path, (await refusal(await ask(path))).error]).toEqual([path, 'expired']);
  expect((await ask(record.files[0].url)).status).toBe(404);
  const push = client().publishModel(safetensors(8, 501), { title: 'Late', collection, editToken });
  await expect(push).rejects.toMatchObject({ status: 410, error: 'expired' });
  for (const past of ['2001-01-01T00:00:00Z', '99999-01-01T00:00:00Z', 'tomorrow'])
    await expect(newModel({ expires: past })).rejects.toMatchObject({ status: 422, error: 'invalid' });
});

test('lineage: a fork names its parent, which knows only listed forks', async () => {
  const parent = await newModel();
  const edge = client();
  const child = await edge.publishModel(safetensors(8, 300), { title: 'Fork', parent: parent.id });
  const grandchild = await edge.publishModel(safetensors(8, 301), {
    title: 'Fork of fork',
    parent: child.id,
    listed: true,
  });
  expect((await edge.fetchLineage(grandchild.id)).ancestors.map(({ id, kind }) => [id, kind])).toEqual([
    [child.id, 'model'],
    [parent.id, 'model'],
  ]);
  expect((await edge.fetchLineage(parent.id)).forks).toEqual([]);
  expect((await edge.fetchLineage(child.id)).forks).toEqual([
    { id: grandchild.id, title: 'Fork of fork', kind: 'model' },
  ]);
  await edge.deleteCollection(parent.collection, parent.editToken);
  expect((await edge.fetchLineage(grandchild.id)).ancestors[1]).toEqual({ id: parent.id, title: null, kind: null });
  const orphan = edge.publishModel(safetensors(8, 302), { title: 'No parent', parent: parent.id });
  await expect(orphan).rejects.toMatchObject({ status: 409, error: 'no-such-parent' });
});

test('the gallery shows what is listed, newest first, page by page, with covers', async () => {
  const edge = client();
  const listed: string[] = [];
  for (let i = 0; i < 5; i++) listed.push((await newModel({ listed: true, cover: png(32, 32, i) })).collection);
  const hidden = await newModel();
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const reply = await ask(`/api/gallery?kind=model&limit=2${cursor ? `&cursor=${cursor}` : ''}`);
    const page = await reply.json<{ items: { collection: string; cover: string }[]; next: string | null }>();
    seen.push(...page.items.map((item) => item.collection));
    cursor = page.next;
  } while (cursor);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((id) => listed.includes(id))).toEqual(listed.toReversed());
  expect(seen).not.toContain(hidden.collection);
  const item = (await edge.fetchGallery({ kind: 'model' })).items.find(({ collection }) => collection === listed[4]);
  const cover = await ask(item?.cover ?? '');
  expect([cover.status, cover.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(new Uint8Array(await cover.arrayBuffer())).toEqual(png(32, 32, 4));
  expect((await edge.fetchGallery({ kind: 'dataset' })).items).toEqual([]);
});

test('a cover is a PNG that is there, and no other blob is served as a picture', async () => {
  const { sha256: picture } = await put(tiff(5, 5, 6));
  const { collection, editToken } = await newModel();
  const path = `/api/collections/${collection}`;
  const change = (cover: string) => ask(path, edit(editToken, 'PATCH', { cover }, { 'if-match': '*' }));
  expect(await refusal(await change(picture))).toMatchObject({ status: 422, error: 'unsuitable-cover' });
  expect(await refusal(await change(await sha256('none')))).toMatchObject({ status: 409, error: 'not-uploaded' });
  expect((await ask(`/api/covers/${picture}`)).status).toBe(404);
});
