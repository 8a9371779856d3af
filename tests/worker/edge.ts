/** What the tests of the edge share: its app with real bindings, a client on it, and small sound files. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { EdgeClient } from '../../src/wire/client';
import { sha256 } from '../../src/wire/digest';
import { app } from '../../worker/app';
import type { Bindings } from '../../worker/environment';

export const bindings = env as unknown as Bindings;

/** One request to the app, as the network would bring it. `overrides` replaces bindings for this request only. */
export async function ask(path: string, init: RequestInit = {}, overrides: Partial<Bindings> = {}): Promise<Response> {
  const context = createExecutionContext();
  const headers = new Headers(init.headers);
  if (typeof init.body === 'string') headers.set('content-length', String(new TextEncoder().encode(init.body).length));
  if (init.body instanceof Uint8Array) headers.set('content-length', String(init.body.byteLength));
  const request = new Request(new URL(path, 'http://edge.test'), { ...init, headers });
  const response = await app.fetch(request, { ...bindings, ...overrides }, context);
  await waitOnExecutionContext(context);
  return response;
}

export const client = (overrides: Partial<Bindings> = {}) =>
  new EdgeClient('http://edge.test', { attempts: 1, fetch: (input, init) => ask(String(input), init, overrides) });

/** A safetensors file of one tensor of `count` numbers, all `value`. */
export function safetensors(count = 4, value = 0.5, metadata: Record<string, string> = { format: 'mendscope' }) {
  return safetensorsOf(
    { __metadata__: metadata, weight: { dtype: 'F32', shape: [count], data_offsets: [0, count * 4] } },
    new Uint8Array(new Float32Array(count).fill(value).buffer),
  );
}

export function safetensorsOf(header: unknown, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** An uncompressed 8-bit TIFF of one strip, filled from `seed`. */
export function tiff(width = 4, height = 3, seed = 1): Uint8Array<ArrayBuffer> {
  const tags = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8 + 2 + 8 * 12 + 4],
    [277, 1],
    [279, width * height],
  ];
  const bytes = new Uint8Array(8 + 2 + tags.length * 12 + 4 + width * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, 8, true);
  view.setUint16(8, tags.length, true);
  for (const [i, [tag, value]] of tags.entries()) {
    view.setUint16(10 + i * 12, tag, true);
    view.setUint16(12 + i * 12, 4, true);
    view.setUint32(14 + i * 12, 1, true);
    view.setUint32(18 + i * 12, value, true);
  }
  const start = 8 + 2 + tags.length * 12 + 4;
  let state = seed;
  for (let i = 0; i < width * height; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[start + i] = state >>> 24;
  }
  return bytes;
}

/** The head of a PNG, which is all the store reads. */
export function png(width = 8, height = 8, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(64).fill(seed);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 13);
  view.setUint32(12, 0x49484452);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes.set([8, 0, 0, 0, 0], 24);
  return bytes;
}

export async function put(bytes: Uint8Array<ArrayBuffer>, query = ''): Promise<{ response: Response; sha256: string }> {
  const address = await sha256(bytes);
  return { response: await ask(`/api/blobs/${address}${query}`, { method: 'PUT', body: bytes }), sha256: address };
}

export async function refusal(
  response: Response,
): Promise<{ status: number; error: string; what: string; fix: string }> {
  return { status: response.status, ...(await response.json<{ error: string; what: string; fix: string }>()) };
}
