/** kill -9 in the middle of uploads and publications, again and again: what was acknowledged is there, and whole. */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EdgeClient, type Publication } from '../../src/wire/client';
import { sha256 } from '../../src/wire/digest';
import { newStore, startEdge } from './edge_server';
import { seededTiff } from './seeded_files';
import { checkStore } from './store_check';

const ROUNDS = Number(process.env.EDGE_ROUNDS ?? 5);
const SENDERS = 8;

test(`${ROUNDS} times: kill -9 under ${SENDERS} senders, restart, everything acknowledged is whole`, async () => {
  const store = newStore();
  const acknowledged: { published: Publication; blob: string }[] = [];
  let broken = 0;
  let seed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startEdge(store);
    let open = true;
    const sender = async () => {
      while (open) {
        seed += 1;
        const content = seededTiff(100_000 + (seed % 10) * 200_000, seed);
        const edge = new EdgeClient(server.url, { attempts: 1 });
        try {
          const published = await edge.publishDataset({
            title: `Set ${seed}`,
            tasks: [{ name: 'noise', axial: false }],
            files: [{ path: 'a.tif', role: 'clean', content }],
          });
          acknowledged.push({ published, blob: await sha256(content) });
        } catch (error) {
          // The cut connection of the kill; a refusal would be a failure of this test.
          if (open && !(error instanceof Error && 'status' in error && error.status === 0)) throw error;
          broken += 1;
        }
      }
    };
    const senders = Array.from({ length: SENDERS }, sender);
    await new Promise((later) => setTimeout(later, 3000 + round * 700));
    open = false;
    await server.kill();
    await Promise.all(senders);
  }

  const server = await startEdge(store);
  const edge = new EdgeClient(server.url);
  for (const { published, blob } of acknowledged) {
    const { id, sha256: manifest } = published;
    const record = await edge.fetchVersion('dataset', id);
    expect(record.sha256).toBe(manifest);
    expect(record.files[0].sha256).toBe(blob);
    await edge.fetchFile(record.files[0]);
    const text = await (await fetch(`${server.url}/api/datasets/${id}/manifest`)).text();
    expect(await sha256(text)).toBe(manifest);
  }
  await server.kill();
  const { rows, dangling, orphans } = await checkStore(store);
  expect(dangling).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  console.info(
    `${ROUNDS} kills: ${acknowledged.length} publications acknowledged, all whole; ${broken} broken off; ` +
      `${rows} rows, none points to nothing; ${orphans} objects without a row, for the sweep`,
  );
  rmSync(store, { recursive: true });
});
