/** Requests a second and delays of the local server, measured from this process with autocannon. */
import { rmSync } from 'node:fs';
import autocannon from 'autocannon';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EdgeClient } from '../../src/wire/client';
import { type EdgeServer, newStore, startEdge } from './edge_server';
import { seededTiff } from './seeded_files';

const SECONDS = Number(process.env.EDGE_SECONDS ?? 15);
const CONNECTIONS = 10;

const store = newStore();
let server: EdgeServer;
let id: string;
let blob: string;

beforeAll(async () => {
  server = await startEdge(store, { page: true });
  const published = await new EdgeClient(server.url).publishDataset({
    title: 'Under load',
    tasks: [{ name: 'noise', axial: false }],
    files: [{ path: 'a.tif', role: 'clean', content: seededTiff(100_000, 1) }],
  });
  id = published.id;
  blob = (await new EdgeClient(server.url).fetchVersion('dataset', id)).files[0].url;
});

afterAll(async () => {
  console.info(`workerd held at most ${(server.peakBytes() / 1e6).toFixed(0)} MB`);
  await server.kill();
  rmSync(store, { recursive: true });
});

const kinds: [string, () => { path: string; headers?: Record<string, string>; status: number }][] = [
  ['blob of 100 kB', () => ({ path: blob, status: 200 })],
  ['blob the browser has (304)', () => ({ path: blob, headers: { 'if-none-match': '*' }, status: 304 })],
  ['record', () => ({ path: `/api/datasets/${id}`, status: 200 })],
  ['page (share link)', () => ({ path: `/d/${id}`, status: 200 })],
  ['written page (/privacy)', () => ({ path: '/privacy', status: 200 })],
];

test.each(kinds)('%s', async (name, request) => {
  const { path, headers, status } = request();
  const first = await fetch(server.url + path, headers ? { headers } : {});
  await first.arrayBuffer();
  expect(first.status).toBe(status);
  const cpuBefore = server.cpuSeconds();
  const result = await autocannon({
    url: server.url + path,
    connections: CONNECTIONS,
    duration: SECONDS,
    ...(headers ? { headers } : {}),
  });
  const { requests, latency, throughput } = result;
  const cpu = ((server.cpuSeconds() - cpuBefore) * 1000) / requests.total;
  console.info(
    `${name}: ${requests.average.toFixed(0)} requests/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms, ` +
      `${(throughput.average / 1e6).toFixed(1)} MB/s, ${cpu.toFixed(1)} ms of processor time a request (${CONNECTIONS} connections, ${SECONDS} s)`,
  );
  expect([result.errors, result.timeouts, result['5xx']]).toEqual([0, 0, 0]);
});
