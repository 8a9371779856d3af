/** How the client behaves on a bad line, against a store that is played by a function. */
import { expect, test, vi } from 'vitest';
import { EdgeClient, type EdgeRefusal, parseShareLink } from '../../src/wire/client';
import { sha256 } from '../../src/wire/digest';
import type { FileRecord } from '../../src/wire/publication';

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const file = async (): Promise<FileRecord> => ({
  path: 'a.tif',
  role: 'clean',
  sha256: await sha256(bytes),
  bytes: bytes.length,
  facts: { format: 'tiff' },
  url: '',
});

const clientOf = (reply: (path: string, init: RequestInit) => Response | Promise<Response>) =>
  new EdgeClient('http://edge.test/', {
    pause: 1,
    fetch: (input, init) => Promise.resolve(reply(new URL(String(input)).pathname, init ?? {})),
  });

/** A body that breaks after `count` bytes. */
const broken = (from: number, count: number) =>
  new ReadableStream({
    start: (controller) => controller.enqueue(bytes.slice(from, from + count)),
    pull: (controller) => controller.error(new TypeError('terminated')),
  });

test('a download goes on where the connection broke', async () => {
  const asked: (string | null)[] = [];
  const client = clientOf((_, { headers }) => {
    const range = new Headers(headers).get('range');
    asked.push(range);
    if (range === null) return new Response(broken(0, 300));
    if (range === 'bytes=300-') return new Response(broken(300, 200), { status: 206 });
    return new Response(bytes.slice(500), { status: 206 });
  });
  const progress: number[] = [];
  expect(await client.fetchFile(await file(), { onProgress: (received) => progress.push(received) })).toEqual(bytes);
  expect(asked).toEqual([null, 'bytes=300-', 'bytes=500-']);
  expect(progress).toEqual([300, 500, 1000]);
});

test('bytes that are not what was asked for are never handed out', async () => {
  const changed = bytes.slice();
  changed[500] ^= 1;
  const client = clientOf(() => new Response(changed));
  await expect(client.fetchFile(await file())).rejects.toThrow(/bytes that are not blob/);
  const short = clientOf(() => new Response(bytes.slice(0, 10), { status: 206 }));
  await expect(short.fetchFile(await file())).rejects.toThrow();
});

test('a busy or failing store is asked again, a refusal is not', async () => {
  const refuse = (status: number, error: string) =>
    new Response(JSON.stringify({ error, what: 'What.', fix: 'Fix.' }), { status });
  for (const [first, calls] of [
    [() => refuse(500, 'failed'), 2],
    [() => refuse(429, 'rate'), 2],
    [() => refuse(404, 'not-found'), 1],
  ] as const) {
    const reply = vi.fn(() => (reply.mock.calls.length === 1 ? first() : new Response(bytes)));
    const outcome = await clientOf(reply)
      .fetchFile(await file())
      .catch((error: unknown) => error);
    expect(reply).toHaveBeenCalledTimes(calls);
    expect(calls === 1 ? (outcome as EdgeRefusal).message : 'fetched').toBe(calls === 1 ? 'What. Fix.' : 'fetched');
  }
});

test('a store that says when to come back is asked then', async () => {
  vi.useFakeTimers();
  const refused = new Response(JSON.stringify({ error: 'rate', what: 'W.', fix: 'F.' }), {
    status: 429,
    headers: { 'retry-after': '60' },
  });
  const reply = vi.fn(() => (reply.mock.calls.length === 1 ? refused : new Response(bytes)));
  const fetched = clientOf(reply).fetchFile(await file());
  await vi.advanceTimersByTimeAsync(59_000);
  expect(reply).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await fetched).toEqual(bytes);
  vi.useRealTimers();
});

test('a store that is not there, a reply of something else', async () => {
  const away = clientOf(() => Promise.reject(new TypeError('fetch failed')));
  await expect(away.fetchSettings()).rejects.toMatchObject({ status: 0, error: 'unreachable' });
  const proxy = clientOf(() => new Response('<html>Bad gateway</html>', { status: 502 }));
  await expect(proxy.fetchSettings()).rejects.toMatchObject({ status: 502, what: 'The store answered 502.' });
});

test('an abort ends an upload at once', async () => {
  const stop = new AbortController();
  const client = clientOf((path) => {
    if (path === '/api/blobs/missing') stop.abort(new Error('stopped'));
    stop.signal.throwIfAborted();
    return new Response('{}');
  });
  const files = [{ path: 'a', role: 'clean' as const, content: bytes }];
  const upload = client.publishDataset(
    { title: 'T', tasks: [{ name: 't', axial: false }], files },
    { signal: stop.signal },
  );
  await expect(upload).rejects.toThrow('stopped');
});

test('share links: with and without an edit token, and what is none', () => {
  const id = 'A'.repeat(22);
  expect(parseShareLink(`https://x.org/m/${id}`)).toEqual({ kind: 'model', id });
  expect(parseShareLink(`/d/${id}/`)).toEqual({ kind: 'dataset', id });
  expect(parseShareLink(`https://x.org/r/${id}?view=side#edit=tok`)).toEqual({ kind: 'result', id, editToken: 'tok' });
  for (const other of [`/x/${id}`, '/m/short', 'm', '', 'http://']) expect(parseShareLink(other)).toBeUndefined();
});
