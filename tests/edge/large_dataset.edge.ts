/** A data set of 1 GB in 2,000 files: up, interrupted twice, resumed, and down again bit for bit. */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EdgeClient, type FileToPublish, type UploadProgress } from '../../src/wire/client';
import { hashStretches } from '../../src/wire/content';
import { sha256 } from '../../src/wire/digest';
import { BLOB_BYTES } from '../../src/wire/limits';
import { newStore, startEdge } from './edge_server';
import { seededTiff } from './seeded_files';

const FILES = Number(process.env.EDGE_FILES ?? 2000);
const BYTES = Number(process.env.EDGE_BYTES ?? 1e9);
/** One file is over 50 MiB and travels in parts. */
const LARGE = Math.min(120e6, BYTES / 4);

const sizeOf = (i: number): number => (i === FILES / 2 ? LARGE : Math.round((BYTES - LARGE) / (FILES - 1)));
const contentOf = (i: number) => seededTiff(sizeOf(i), i + 1);

const files: FileToPublish[] = Array.from({ length: FILES }, (_, i) => ({
  path: `stack ${Math.floor(i / 100)}/${String(i).padStart(4, '0')}.tif`,
  ...(i % 2 === 0
    ? { role: 'clean' as const, task: 'noise', pair: String(i) }
    : { role: 'defective' as const, task: 'noise', pair: String(i - 1) }),
  content: () => contentOf(i),
}));
const dataset = { title: 'A gigabyte', tasks: [{ name: 'noise', axial: false }], files };

test(`${FILES} files, ${BYTES / 1e9} GB: interrupted twice, resumed, down bit for bit`, async () => {
  const store = newStore();
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
  let ownPeak = 0;
  const timer = setInterval(() => {
    ownPeak = Math.max(ownPeak, process.memoryUsage().rss);
  }, 200);
  let workerdPeak = 0;
  let sent = 0;
  const publish = (url: string, onProgress: (progress: UploadProgress) => void, signal?: AbortSignal) =>
    new EdgeClient(url, { attempts: 2 }).publishDataset(dataset, { onProgress, signal });

  // First interruption: the sender stops (a closed tab).
  let server = await startEdge(store);
  const tab = new AbortController();
  let bytesSent = 0;
  await expect(
    publish(
      server.url,
      (progress) => {
        bytesSent = progress.bytesSent;
        if (progress.filesDone >= FILES * 0.3) tab.abort();
      },
      tab.signal,
    ),
  ).rejects.toThrow();
  sent += bytesSent;
  console.info(`${seconds()} s: the sender stopped after ${(bytesSent / 1e6).toFixed(0)} MB`);

  // Second: the server is killed.
  let killed: Promise<void> | undefined;
  await expect(
    publish(server.url, (progress) => {
      bytesSent = progress.bytesSent;
      if (progress.filesDone < FILES * 0.7 || killed) return;
      workerdPeak = Math.max(workerdPeak, server.peakBytes());
      killed = server.kill();
    }),
  ).rejects.toThrow();
  await killed;
  sent += bytesSent;
  console.info(`${seconds()} s: kill -9 of the server after another ${(bytesSent / 1e6).toFixed(0)} MB`);

  server = await startEdge(store);
  const { id } = await publish(server.url, (progress) => {
    bytesSent = progress.bytesSent;
  });
  sent += bytesSent;
  console.info(`${seconds()} s: published after another ${(bytesSent / 1e6).toFixed(0)} MB`);

  const edge = new EdgeClient(server.url);
  let index = 0;
  let total = 0;
  for await (const file of edge.files(await edge.fetchVersion('dataset', id))) {
    const wanted = await hashStretches(contentOf(index));
    let piece = 0;
    for await (const bytes of edge.pieces(file)) {
      expect(await sha256(bytes)).toBe(wanted[piece].sha256);
      total += bytes.length;
      piece += 1;
    }
    expect([file.path, piece]).toEqual([files[index].path, wanted.length]);
    expect(file.parts !== undefined).toBe(file.bytes > BLOB_BYTES);
    index += 1;
  }
  expect(index).toBe(FILES);
  clearInterval(timer);
  workerdPeak = Math.max(workerdPeak, server.peakBytes());
  console.info(
    `${seconds()} s: ${index} files, ${(total / 1e6).toFixed(0)} MB down, all equal; sent ${(sent / 1e6).toFixed(0)} MB in all; ` +
      `most memory: workerd ${(workerdPeak / 1e6).toFixed(0)} MB, this process ${(ownPeak / 1e6).toFixed(0)} MB`,
  );
  await server.kill();
  rmSync(store, { recursive: true });
});
