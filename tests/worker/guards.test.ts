import { expect, test, vi } from 'vitest';
import { sha256 } from '../../src/wire/digest';
import { ask, bindings, client, png, refusal, safetensors, tiff } from './edge';

const json = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } });

test('bad JSON, wrong JSON, no JSON', async () => {
  expect(await refusal(await ask('/api/models', json('{"title": ')))).toMatchObject({ status: 400, error: 'bad-json' });
  for (const body of [
    '[]',
    'null',
    '"x"',
    '{}',
    '{"title":"a","file":5}',
    `{"title":"a","surprise":1}`,
    `${'['.repeat(100_000)}`,
  ]) {
    const { status } = await refusal(await ask('/api/models', json(body)));
    expect([body.slice(0, 30), [400, 422].includes(status)]).toEqual([body.slice(0, 30), true]);
  }
  const form = await ask('/api/models', { method: 'POST', body: 'title=x', headers: { 'content-type': 'text/plain' } });
  expect(await refusal(form)).toMatchObject({ status: 415, error: 'not-json' });
});

test('the refusal of a wrong field says which', async () => {
  const { what } = await refusal(
    await ask('/api/models', json('{"title":"a","file":{"path":"../x","sha256":"zz","bytes":0}}')),
  );
  expect(what).toBe(
    'Body at file.path: a path is relative, with / between its parts and no empty, . or .. part, no \\ and no :.',
  );
});

test('SQL in every place a string can go', async () => {
  const sql = "'; DROP TABLE blobs; --";
  const { id } = await client().publishDataset({
    title: sql,
    description: sql,
    tasks: [{ name: sql, axial: false }],
    files: [{ path: "a'; DROP TABLE files; --.tif", role: 'defective', task: sql, content: tiff(3, 3, 1) }],
  });
  const record = await client().fetchVersion('dataset', id);
  expect([record.title, record.tasks[0].name]).toEqual([sql, sql]);
  for (const path of [
    `/api/models/${encodeURIComponent(sql)}`,
    `/api/gallery?cursor=${encodeURIComponent(sql)}`,
    `/api/blobs/${encodeURIComponent(sql)}`,
  ])
    expect((await ask(path)).status).toBe(422);
  expect(await bindings.DB.prepare('SELECT COUNT(*) AS n FROM blobs').first('n')).toBeGreaterThan(0);
});

test('the sender’s daily quota: racing uploads cannot pass it, and a refused one is given back', async () => {
  const overrides = { SENDER_BYTES_PER_DAY: 1000 };
  await bindings.DB.prepare('DELETE FROM usage').run();
  const upload = async (bytes: Uint8Array<ArrayBuffer>) =>
    ask(`/api/blobs/${await sha256(bytes)}`, { method: 'PUT', body: bytes }, overrides);
  const files = [1, 2, 3, 4, 5, 6].map((seed) => tiff(20, 20, 900 + seed));
  const replies = await Promise.all(files.map(upload));
  expect(replies.map((reply) => reply.status).toSorted()).toEqual([201, 429, 429, 429, 429, 429]);
  const refused = replies.find((reply) => reply.status === 429) as Response;
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refusal(refused)).toMatchObject({
    error: 'quota',
    what: "Today's quota for uploads from your network address is used up.",
  });
  // 510 bytes are counted; an upload that fails its hash is not.
  const wrong = await ask(
    `/api/blobs/${await sha256('other')}`,
    { method: 'PUT', body: files[0].slice(0, 400) },
    overrides,
  );
  expect(wrong.status).toBe(422);
  const counted = await bindings.DB.prepare("SELECT bytes FROM usage WHERE who <> 'all'").first('bytes');
  expect(counted).toBe(510);
});

test('everybody’s quota, and the count of publications', async () => {
  const bytes = tiff(30, 30, 31);
  const all = await ask(`/api/blobs/${await sha256(bytes)}`, { method: 'PUT', body: bytes }, { ALL_BYTES_PER_DAY: 10 });
  expect(await refusal(all)).toMatchObject({
    status: 429,
    error: 'quota',
    what: "Today's quota of this store for all uploads together is used up.",
  });
  const publish = client({ SENDER_ITEMS_PER_DAY: 0 }).publishModel(safetensors(3, 3), { title: 'One too many' });
  await expect(publish).rejects.toMatchObject({ status: 429, error: 'quota' });
});

test('what one collection may hold: bytes and versions', async () => {
  const large = client({ COLLECTION_BYTES: 100 }).publishModel(safetensors(64, 4), { title: 'Large' });
  await expect(large).rejects.toMatchObject({ status: 413, error: 'collection-full' });
  const { collection, editToken } = await client().publishModel(safetensors(3, 5), { title: 'Full' });
  const next = client({ COLLECTION_VERSIONS: 1 }).publishModel(safetensors(3, 6), {
    title: 'Next',
    collection,
    editToken: editToken as string,
  });
  await expect(next).rejects.toMatchObject({ status: 413, error: 'collection-full' });
});

test('one customer is one sender: an IPv4 address, or an IPv6 /64 however it is written', async () => {
  const keys: string[] = [];
  const RATE_READ: RateLimit = {
    limit: async ({ key }) => {
      keys.push(key);
      return { success: true };
    },
  };
  const addresses = [
    '192.0.2.7',
    '2001:db8:1:2:3:4:5:6',
    '2001:db8:1:2::9',
    '2001:0db8:0001:0002::',
    '2001:db8::1',
    '::1',
  ];
  for (const address of addresses)
    await ask('/api/gallery', { headers: { 'cf-connecting-ip': address } }, { RATE_READ });
  expect(keys).toEqual([
    '192.0.2.7',
    '2001:db8:1:2::/64',
    '2001:db8:1:2::/64',
    '2001:db8:1:2::/64',
    '2001:db8:0:0::/64',
    '0:0:0:0::/64',
  ]);
});

test('rate limits: each action has its own, and says when to go on', async () => {
  const closed: RateLimit = { limit: async () => ({ success: false }) };
  const requests: [string, RequestInit, object][] = [
    ['/api/gallery', {}, { RATE_READ: closed }],
    [`/api/blobs/${await sha256('r')}`, { method: 'PUT', body: png() }, { RATE_UPLOAD: closed }],
    ['/api/models', json('{}'), { RATE_PUBLISH: closed }],
    ['/api/collections/AAAAAAAAAAAAAAAAAAAAAA', { method: 'DELETE' }, { RATE_EDIT: closed }],
  ];
  for (const [path, init, overrides] of requests) {
    const reply = await ask(path, init, overrides);
    expect(reply.headers.get('retry-after')).toBe('60');
    expect(await refusal(reply)).toMatchObject({ status: 429, error: 'rate' });
  }
});

test('the real rate limiter closes', async () => {
  const keyed: RateLimit = { limit: () => bindings.RATE_EDIT.limit({ key: 'rate test' }) };
  let closed = 0;
  for (let i = 0; i < 10_100 && closed === 0; i++) {
    const { success } = await keyed.limit({ key: '' });
    if (!success) closed = i;
  }
  expect(closed).toBeGreaterThan(0);
});

test('CORS: off unless set; then only for those origins', async () => {
  const headers = { origin: 'https://lab.example', 'access-control-request-method': 'PUT' };
  expect((await ask('/api/gallery', { headers })).headers.get('access-control-allow-origin')).toBeNull();
  const overrides = { CORS_ORIGINS: 'https://lab.example https://other.example' };
  const preflight = await ask(`/api/blobs/${await sha256('c')}`, { method: 'OPTIONS', headers }, overrides);
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://lab.example');
  const stranger = await ask('/api/gallery', { headers: { origin: 'https://evil.example' } }, overrides);
  expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
  const anyone = await ask('/api/gallery', { headers }, { CORS_ORIGINS: '*' });
  expect(anyone.headers.get('access-control-allow-origin')).toBe('*');
  expect(anyone.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
});

test('Turnstile: where the operator asks for it, a new collection needs its answer', async () => {
  const publish = client({ TURNSTILE_SECRET: 'secret' }).publishModel(safetensors(3, 8), { title: 'Robot' });
  await expect(publish).rejects.toMatchObject({ status: 422, error: 'challenge' });

  const asked = vi.spyOn(globalThis, 'fetch');
  const edge = client({ TURNSTILE_SECRET: 'secret' });
  const answer = (reply: object, status = 200) =>
    asked.mockResolvedValueOnce(new Response(JSON.stringify(reply), { status }));
  answer({ success: false, 'error-codes': ['timeout-or-duplicate'] });
  const used = edge.publishModel(safetensors(3, 8), { title: 'Robot', turnstile: 'used' });
  await expect(used).rejects.toMatchObject({ status: 422, error: 'challenge' });
  answer({}, 500);
  const down = edge.publishModel(safetensors(3, 8), { title: 'Robot', turnstile: 'fresh' });
  await expect(down).rejects.toMatchObject({ status: 503, error: 'challenge-unchecked' });
  answer({ success: true });
  const { collection, editToken } = await edge.publishModel(safetensors(3, 8), { title: 'Human', turnstile: 'fresh' });
  expect(String((asked.mock.calls[2][1] as RequestInit).body)).toBe('secret=secret&response=fresh');
  // A new version needs the edit token, and no challenge.
  await edge.publishModel(safetensors(3, 9), { title: 'Human, again', collection, editToken: editToken as string });
  expect(asked).toHaveBeenCalledTimes(3);
  asked.mockRestore();
});

test('a failure inside says nothing but its number', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const broken = {
    prepare: () => {
      throw new Error('secret path /srv/x and SELECT');
    },
  } as unknown as D1Database;
  const reply = await ask('/api/gallery', {}, { DB: broken });
  const body = await refusal(reply);
  expect([body.status, body.error]).toEqual([500, 'failed']);
  expect(JSON.stringify(body)).not.toMatch(/secret|SELECT|srv/);
  expect(logged.mock.calls.join()).toContain(/request (\S+)\./.exec(body.what)?.[1]);
  logged.mockRestore();
});

test('an unread body is drained before the reply', async () => {
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulled += 1;
      if (pulled > 20) controller.close();
      else controller.enqueue(new Uint8Array(1000));
    },
  });
  await ask('/api/nothing/here', { method: 'POST', body, headers: { 'content-length': '20000' } });
  expect(pulled).toBeGreaterThan(20);
});

test('a line of the log names the route, and no id, token, title or address', async () => {
  const logged = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const edge = client({ LOG_REQUESTS: 'yes' });
  const { id, collection, editToken } = await edge.publishModel(safetensors(3, 60), { title: 'Quiet title' });
  await edge.fetchModel(id);
  await edge.rotateEditToken(collection, editToken as string);
  const lines = logged.mock.calls.map(([line]) => String(line));
  logged.mockRestore();
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.map((line) => JSON.parse(line).route)).toContain('/api/collections/:id/token');
  for (const secret of [id, collection, editToken as string, 'Quiet title', '127.0.0.1'])
    expect(lines.join()).not.toContain(secret);
});
