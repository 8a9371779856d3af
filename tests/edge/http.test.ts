/** What only a real connection shows: broken uploads, bodies refused before they are read, a killed server. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EdgeClient } from '../../src/wire/client';
import { sha256 } from '../../src/wire/digest';
import { type EdgeServer, newStore, startEdge } from './edge_server';
import { seededTiff } from './seeded_files';

const store = newStore();
let server: EdgeServer;

beforeAll(async () => {
  server = await startEdge(store);
}, 90_000);

afterAll(async () => {
  await server.kill();
  rmSync(store, { recursive: true });
}, 20_000);

/** Sends `text` and some of the body it announces, then waits for a reply or hangs up. */
function rawRequest(text: string, body: Uint8Array, hangUp: boolean): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((done, refuse) => {
    let reply = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(text);
      socket.write(body, () => hangUp && setTimeout(() => socket.destroy(), 100));
    });
    socket.on('data', (chunk) => {
      reply += chunk;
      if (reply.includes('"fix"')) socket.end();
    });
    socket.on('close', () => done(reply));
    socket.on('error', refuse);
  });
}

const head = (path: string, ...headers: string[]) =>
  [`PUT ${path} HTTP/1.1`, `Host: ${new URL(server.url).host}`, ...headers, '', ''].join('\r\n');

test('a sender who hangs up half way leaves nothing, and can send again', { timeout: 60_000 }, async () => {
  const bytes = seededTiff(300_000, 1);
  const path = `/api/blobs/${await sha256(bytes)}`;
  await rawRequest(head(path, `Content-Length: ${bytes.length}`), bytes.subarray(0, 150_000), true);
  const missing = await fetch(`${server.url}/api/blobs/missing`, {
    method: 'POST',
    body: JSON.stringify({ sha256: [await sha256(bytes)] }),
    headers: { 'content-type': 'application/json' },
  });
  expect(await missing.json()).toEqual({ missing: [await sha256(bytes)] });
  expect((await fetch(server.url + path, { method: 'PUT', body: bytes })).status).toBe(201);
});

test('chunks without a length are refused with 411, in full', { timeout: 60_000 }, async () => {
  const path = `/api/blobs/${await sha256('x')}`;
  const chunk = Buffer.concat([Buffer.from('5\r\nhello\r\n'), Buffer.from('0\r\n\r\n')]);
  const reply = await rawRequest(head(path, 'Transfer-Encoding: chunked'), chunk, false);
  expect(reply).toMatch(/^HTTP\/1.1 411 [\s\S]*"error":"length-required"/);
});

test('60 MB that are refused unread still get their answer, and the server lives', { timeout: 60_000 }, async () => {
  const body = new Uint8Array(randomBytes(60_000_000));
  const reply = await fetch(`${server.url}/api/blobs/${await sha256('x')}`, { method: 'PUT', body });
  expect([reply.status, (await reply.json()).error]).toEqual([413, 'too-large']);
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
});

test('kill -9 between uploads: what was acknowledged is there', { timeout: 120_000 }, async () => {
  const edge = new EdgeClient(server.url);
  const bytes = seededTiff(200_000, 2);
  const { id } = await edge.publishDataset({
    title: 'Before the power cut',
    tasks: [{ name: 'noise', axial: false }],
    files: [{ path: 'a.tif', role: 'clean', content: bytes }],
  });
  await server.kill();
  server = await startEdge(store);
  const again = new EdgeClient(server.url);
  const [file] = (await again.fetchVersion('dataset', id)).files;
  expect(await sha256(await again.fetchFile(file))).toBe(await sha256(bytes));
  const whole = await fetch(server.url + file.url);
  expect([whole.headers.get('content-length'), (await whole.arrayBuffer()).byteLength]).toEqual([
    String(bytes.length),
    bytes.length,
  ]);
  const range = await fetch(server.url + file.url, { headers: { range: 'bytes=10-19' } });
  expect([range.status, range.headers.get('content-length')]).toEqual([206, '10']);
  expect(new Uint8Array(await range.arrayBuffer())).toEqual(bytes.slice(10, 20));
});
