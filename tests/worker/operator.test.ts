import { expect, test } from 'vitest';
import { sha256 } from '../../src/wire/digest';
import { ask, client, put, refusal, safetensors } from './edge';

const OPERATOR_TOKEN = 'operator-token-of-the-tests-0123456789';
const act = (path: string, body: object, token = OPERATOR_TOKEN, overrides: object = { OPERATOR_TOKEN }) =>
  ask(
    `/api/operator/${path}`,
    {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    },
    overrides,
  );

test('a take-down closes every door to the collection, and can be undone', async () => {
  const bytes = safetensors(12, 1);
  const { id, collection, editToken } = await client().publishModel(bytes, { title: 'Not allowed', listed: true });
  const url = `/api/blobs/${await sha256(bytes)}`;
  const reply = await act('take-down', { collection, reason: 'a reason', block: true });
  expect(await reply.json()).toEqual({ collection, blocked: 1 });
  for (const path of [`/api/models/${id}`, `/api/collections/${collection}`])
    expect(await refusal(await ask(path))).toMatchObject({ status: 410, error: 'taken-down' });
  expect((await ask(url)).status).toBe(404);
  expect((await client().fetchGallery()).items.map((item) => item.collection)).not.toContain(collection);
  await expect(client().deleteCollection(collection, editToken as string)).rejects.toMatchObject({ status: 404 });
  expect(await refusal((await put(bytes)).response)).toMatchObject({ status: 451, error: 'blocked' });

  expect((await act('undo-take-down', { collection })).status).toBe(200);
  expect((await ask(url)).status).toBe(200);
  expect((await ask(`/api/models/${id}`)).status).toBe(200);
  expect((await act('undo-take-down', { collection })).status).toBe(404);
});

test('blocked bytes stay blocked for another collection that names them', async () => {
  const bytes = safetensors(12, 2);
  const first = await client().publishModel(bytes, { title: 'First' });
  await client().publishModel(bytes, { title: 'Second' });
  await act('take-down', { collection: first.collection, reason: 'r' });
  const url = `/api/blobs/${await sha256(bytes)}`;
  expect((await ask(url)).status).toBe(200);
  await act('take-down', { collection: first.collection, reason: 'r', block: true });
  expect((await ask(url)).status).toBe(404);
});

test('no token, a wrong one, and no operator at all', async () => {
  const body = { collection: 'AAAAAAAAAAAAAAAAAAAAAA', reason: 'r' };
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  expect((await ask('/api/operator/take-down', init, { OPERATOR_TOKEN })).status).toBe(401);
  expect((await act('take-down', body, 'wrong-token-of-the-tests-0123456789')).status).toBe(404);
  expect((await act('take-down', body, OPERATOR_TOKEN, {})).status).toBe(404);
  expect((await act('take-down', body)).status).toBe(404);
});
