import { expect, test } from 'vitest';
import { partsText } from '../../src/wire/blob';
import { sha256 } from '../../src/wire/digest';
import { BLOB_BYTES } from '../../src/wire/limits';
import { ask, bindings, client, put, refusal, safetensors, tiff } from './edge';

async function publishedModel(bytes = safetensors(64, 0.75)) {
  await client().publishModel(bytes, { title: 'Blob' });
  return { bytes, url: `/api/blobs/${await sha256(bytes)}` };
}

test('a blob is served so that no browser runs it, whole, by range and by tag', async () => {
  const { bytes, url } = await publishedModel();
  const whole = await ask(url);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': String(bytes.length),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'public, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename="[0-9a-f]{16}\.safetensors"$/);
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);

  const etag = whole.headers.get('etag') ?? '';
  for (const tags of [etag, `"x", W/${etag}`, '*'])
    expect((await ask(url, { headers: { 'if-none-match': tags } })).status).toBe(304);

  const ranges: [string, number, number][] = [
    ['bytes=0-0', 0, 1],
    ['bytes=8-19', 8, 20],
    ['bytes=8-', 8, bytes.length],
    ['bytes=-5', bytes.length - 5, bytes.length],
    ['bytes=-99999', 0, bytes.length],
    ['bytes=4-999999', 4, bytes.length],
  ];
  for (const [range, from, to] of ranges) {
    const reply = await ask(url, { headers: { range } });
    expect([range, reply.status]).toEqual([range, 206]);
    expect(reply.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${bytes.length}`);
    expect(new Uint8Array(await reply.arrayBuffer())).toEqual(bytes.slice(from, to));
  }
  const outside = await ask(url, { headers: { range: `bytes=${bytes.length}-` } });
  expect(outside.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
  expect(await refusal(outside)).toMatchObject({ status: 416, error: 'no-such-range' });
  for (const range of ['bytes=9-3', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,4-5', 'bytes=-'])
    expect([range, (await ask(url, { headers: { range } })).status]).toEqual([range, 200]);
  expect((await ask(url, { headers: { range: 'bytes=0-3', 'if-range': '"other"' } })).status).toBe(200);
  expect((await ask(url, { headers: { range: 'bytes=0-3', 'if-range': etag } })).status).toBe(206);

  const head = await ask(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, String(bytes.length), '']);
});

test('the same bytes are stored once, also when two send them at the same time', async () => {
  const bytes = tiff(40, 40, 77);
  const replies = await Promise.all([put(bytes), put(bytes), put(bytes)]);
  const again = await put(bytes);
  expect(again.response.status).toBe(200);
  expect(await again.response.json()).toMatchObject({ stored: 'already', bytes: bytes.length });
  expect(replies.map(({ response }) => response.status).toSorted()).toEqual([200, 200, 201]);
  expect((await bindings.BLOBS.list({ prefix: `blobs/${again.sha256}/` })).objects).toHaveLength(1);
});

test('what nobody published cannot be read, and what is missing is said', async () => {
  const bytes = tiff(9, 9, 5);
  const { sha256: address } = await put(bytes);
  expect(await refusal(await ask(`/api/blobs/${address}`))).toMatchObject({ status: 404, error: 'not-found' });
  const other = await sha256('never sent');
  const body = JSON.stringify({ sha256: [other, address] });
  const reply = await ask('/api/blobs/missing', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(await reply.json()).toEqual({ missing: [other] });
});

test('a body that is not what its address says is refused and leaves nothing behind', async () => {
  const bytes = tiff(6, 6, 9);
  const wrong = await sha256(tiff(6, 6, 10));
  expect(await refusal(await ask(`/api/blobs/${wrong}`, { method: 'PUT', body: bytes }))).toEqual({
    status: 422,
    error: 'wrong-hash',
    what: `The SHA-256 of the body is not ${wrong}.`,
    fix: 'Hash the bytes you send, and send them again: they changed on the way, or the address is of another file.',
  });
  const cut = await ask(`/api/blobs/${await sha256(bytes)}`, { method: 'PUT', body: bytes.slice(0, -1) });
  expect(await refusal(cut)).toMatchObject({ status: 422, error: 'wrong-hash' });
  expect((await bindings.BLOBS.list({ prefix: `blobs/${wrong}` })).objects).toEqual([]);
});

test('length: missing, zero, over the limit', async () => {
  const address = await sha256('x');
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(5));
      controller.close();
    },
  });
  const chunked = await ask(`/api/blobs/${address}`, { method: 'PUT', body: stream });
  expect(await refusal(chunked)).toMatchObject({ status: 411, error: 'length-required' });
  const empty = await ask(`/api/blobs/${address}`, { method: 'PUT', body: new Uint8Array(0) });
  expect(await refusal(empty)).toMatchObject({ status: 422, error: 'empty' });
  const headers = { 'content-length': String(BLOB_BYTES + 1) };
  const stated = new Request('http://edge.test', { method: 'PUT', body: new Uint8Array(3), headers });
  const over = await ask(`/api/blobs/${address}`, { method: 'PUT', body: stated.body, headers });
  expect(await refusal(over)).toMatchObject({ status: 413, error: 'too-large' });
});

test('an address that is no SHA-256 is refused by name', async () => {
  for (const address of ['abc', 'A'.repeat(64), `${'a'.repeat(63)}'`, '%2e%2e%2f%2e%2e'])
    expect(await refusal(await ask(`/api/blobs/${address}`))).toMatchObject({ status: 422, error: 'invalid' });
});

test('a file in parts: verified part by part, joined without a copy, read across its seams', async () => {
  const bytes = safetensors(100_000, 0.125, { note: 'in parts' });
  const parts = [bytes.slice(0, 150_000), bytes.slice(150_000, 300_001), bytes.slice(300_001)];
  const hashes: string[] = [];
  for (const part of parts) {
    const { response, sha256: hash } = await put(part, '?part=1');
    expect(response.status).toBe(201);
    hashes.push(hash);
  }
  const post = (list: string[]) =>
    ask('/api/blobs/joined', {
      method: 'POST',
      body: JSON.stringify({ parts: list }),
      headers: { 'content-type': 'application/json' },
    });
  const joined = await post(hashes);
  const address = await sha256(partsText(hashes));
  expect(await joined.json()).toEqual({
    sha256: address,
    bytes: bytes.length,
    stored: 'new',
    facts: { format: 'safetensors', tensors: 1, parameters: 100_000 },
  });
  expect((await post(hashes)).status).toBe(200);
  expect(await refusal(await post(hashes.toReversed()))).toMatchObject({ status: 415 });
  expect(await refusal(await post([hashes[0], address]))).toMatchObject({ status: 409, error: 'not-uploaded' });
  expect(await refusal(await post([hashes[0], await sha256('?')]))).toMatchObject({
    status: 409,
    error: 'not-uploaded',
  });

  const asFile = (hash: string, length: number) =>
    ask('/api/models', {
      method: 'POST',
      body: JSON.stringify({ title: 'Parts', file: { path: 'm.safetensors', sha256: hash, bytes: length } }),
      headers: { 'content-type': 'application/json' },
    });
  expect(await refusal(await asFile(hashes[0], 150_000))).toMatchObject({ status: 415, error: 'unknown-format' });
  const published = await asFile(address, bytes.length);
  const { id } = await published.json<{ id: string }>();
  const { record, bytes: back } = await client().fetchModel(id);
  expect(await sha256(back)).toBe(await sha256(bytes));
  expect(record.files[0].parts).toEqual(parts.map((part, i) => ({ sha256: hashes[i], bytes: part.length })));
  expect(await sha256(await (await ask(`/api/blobs/${address}`)).arrayBuffer())).toBe(await sha256(bytes));
  const across = await ask(`/api/blobs/${address}`, { headers: { range: 'bytes=149990-300010' } });
  expect(await sha256(await across.arrayBuffer())).toBe(await sha256(bytes.slice(149_990, 300_011)));
});

test('bytes first sent as a part are inspected when they are sent as a file', async () => {
  const bytes = tiff(12, 5, 4);
  await put(bytes, '?part=1');
  const { response } = await put(bytes);
  expect(await response.json()).toMatchObject({ stored: 'already', facts: { format: 'tiff', width: 12, height: 5 } });
});
