/** Two hundred uploads of 5 MB at once: nothing lost, nothing mixed up. */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EdgeClient } from '../../src/wire/client';
import { sha256 } from '../../src/wire/digest';
import { newStore, startEdge } from './edge_server';
import { seededTiff } from './seeded_files';

const FILES = Number(process.env.EDGE_FILES ?? 200);
const BYTES = 5_000_000;

test(`${FILES} uploads of 5 MB at once, each read back by its hash`, async () => {
  const store = newStore();
  const server = await startEdge(store);
  const seeds = Array.from({ length: FILES }, (_, i) => i + 1);
  const hashes = await Promise.all(seeds.map(async (seed) => sha256(seededTiff(BYTES, seed))));

  const started = performance.now();
  let brokenOff = 0;
  const send = async (seed: number, hash: string): Promise<number> => {
    try {
      const reply = await fetch(`${server.url}/api/blobs/${hash}`, { method: 'PUT', body: seededTiff(BYTES, seed) });
      await reply.arrayBuffer();
      // wrangler dev answers 503 to what it interrupts when a source file changes under it.
      if (reply.status === 503) throw new Error('the server restarted');
      return reply.status;
    } catch (error) {
      // A connection that a busy machine lets go; whoever sends must send again, as the client does.
      if (++brokenOff > FILES / 10) throw error;
      return send(seed, hash);
    }
  };
  const sent = await Promise.all(seeds.map((seed, i) => send(seed, hashes[i])));
  const uploadSeconds = (performance.now() - started) / 1000;
  expect(sent.filter((status) => status !== 201 && (status !== 200 || brokenOff === 0))).toEqual([]);

  const files = seeds.map((seed, i) => ({
    path: `${i}.tif`,
    role: 'clean' as const,
    content: () => seededTiff(BYTES, seed),
  }));
  let bytesSent = -1;
  const edge = new EdgeClient(server.url);
  const { id } = await edge.publishDataset(
    { title: 'Parallel', tasks: [{ name: 'noise', axial: false }], files },
    { onProgress: (progress) => (bytesSent = progress.bytesSent) },
  );
  expect(bytesSent).toBe(0);
  const readStarted = performance.now();
  let read = 0;
  for await (const file of edge.files(await edge.fetchVersion('dataset', id))) {
    expect(file.sha256).toBe(hashes[read]);
    // fetchFile compares the bytes with the hash.
    await edge.fetchFile(file);
    read += 1;
  }
  expect(read).toBe(FILES);
  const megabytes = (FILES * BYTES) / 1e6;
  console.info(
    `${FILES} × 5 MB at once: up in ${uploadSeconds.toFixed(1)} s (${(megabytes / uploadSeconds).toFixed(0)} MB/s), ` +
      `read back in ${((performance.now() - readStarted) / 1000).toFixed(1)} s, lost 0, mixed up 0, ${brokenOff} connections broken and made again; ` +
      `workerd held at most ${(server.peakBytes() / 1e6).toFixed(0)} MB`,
  );
  await server.kill();
  rmSync(store, { recursive: true });
});
