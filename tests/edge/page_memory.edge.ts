/** The same gigabyte from a page: the client of the built app, in Chromium, with files made as they are asked for. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { launchBrowser } from '../e2e/browser';
import { newStore, startEdge } from './edge_server';
import { seededTiff } from './seeded_files';

const FILES = Number(process.env.EDGE_FILES ?? 2000);
const BYTES = Number(process.env.EDGE_BYTES ?? 1e9);

const built = fileURLToPath(new URL('../../dist/app/assets', import.meta.url));

interface Running {
  parent: number;
  renderer: boolean;
  bytes: number;
}

function running(): Map<number, Running> {
  const processes = new Map<number, Running>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      processes.set(Number(name), {
        parent: Number(/PPid:\s+(\d+)/.exec(status)?.[1]),
        renderer: readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('--type=renderer'),
        bytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024,
      });
    } catch (error) {
      // It ended meanwhile.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return processes;
}

/** Memory of the largest renderer that descends from the browser `pid`, in bytes (Linux). */
function rendererBytes(browser: number): number {
  const processes = running();
  const descends = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent;
    return parent !== undefined && (parent === browser || descends(parent));
  };
  const sizes = [...processes].filter(([pid, { renderer }]) => renderer && descends(pid)).map(([, { bytes }]) => bytes);
  return Math.max(0, ...sizes);
}

/** Of the page's own: the files made as they are asked for, sent by the client of the built app. */
const PUBLISH = (client: string) => `(async () => {
  const HEADER = 112;
  const seededTiff = ${seededTiff.toString()};
  const { EdgeClient } = await import('/assets/${client}');
  const size = Math.round(${BYTES} / ${FILES});
  window.contentOf = (i) => seededTiff(size, i + 1);
  const files = Array.from({ length: ${FILES} }, (_, i) => ({
    path: i + '.tif', role: 'clean', content: () => window.contentOf(i),
  }));
  window.edge = new EdgeClient(location.origin, { attempts: 2 });
  window.progress = { filesDone: 0, bytesSent: 0 };
  window.outcome = window.edge
    .publishDataset({ title: 'Page', tasks: [{ name: 'noise', axial: false }], files },
      { onProgress: (progress) => { window.progress = progress; } })
    .then(({ id }) => ({ id }), (error) => ({ error: String(error) }));
})()`;

/** Every file down again, each piece compared with what was sent. */
const COMPARE = (id: string) => `(async () => {
  let [down, equal] = [0, 0];
  for await (const file of window.edge.files(await window.edge.fetchVersion('dataset', '${id}'))) {
    const sent = window.contentOf(Number.parseInt(file.path));
    let at = 0;
    let same = file.bytes === sent.length;
    for await (const piece of window.edge.pieces(file)) {
      const words = (bytes) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
      const [got, wanted] = [words(piece), words(sent.subarray(at, at + piece.length))];
      same &&= got.length === wanted.length && got.every((word, i) => word === wanted[i]);
      at += piece.length;
    }
    down += at;
    equal += same && at === file.bytes ? 1 : 0;
  }
  return { down, equal };
})()`;

interface Progress {
  filesDone: number;
  bytesSent: number;
}

test(`${FILES} files, ${BYTES / 1e9} GB from a page: interrupted twice, resumed, down again bit for bit`, async () => {
  const client = readdirSync(built).find((name) => /^client-.*\.js$/.test(name));
  if (!client) throw new Error('dist/app holds no client: build the page first (npm run edge:page does)');
  const store = newStore();
  let server = await startEdge(store, { page: true });
  const port = Number(new URL(server.url).port);
  const browser = await launchBrowser();
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(rendererBytes(browser.process()?.pid ?? 0)), 1000);
  const started = performance.now();
  const say = (what: string) => console.info(`${((performance.now() - started) / 1000).toFixed(0)} s: ${what}`);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const peak = (list: number[]) => megabytes(Math.max(0, ...list));
  let workerd = 0;
  let sent = 0;

  /** Starts sending in a new page and waits until `enough` files are there, or it has ended. */
  const send = async (enough: number): Promise<{ page: Page; progress: Progress }> => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/privacy`);
    await page.evaluate(PUBLISH(client));
    for (;;) {
      const [progress, ended] = (await page.evaluate(
        'Promise.race([window.outcome.then(() => true), new Promise((later) => setTimeout(later, 200, false))]).then((ended) => [window.progress, ended])',
      )) as [Progress, boolean];
      if (ended || progress.filesDone >= enough) return { page, progress };
    }
  };

  // First interruption: the tab is closed. Second: the server is killed.
  const first = await send(FILES * 0.3);
  await first.page.close();
  sent += first.progress.bytesSent;
  say(`the tab was closed after ${megabytes(first.progress.bytesSent)}`);
  const second = await send(FILES * 0.65);
  workerd = Math.max(workerd, server.peakBytes());
  await server.kill();
  const failed = (await second.page.evaluate('window.outcome')) as { error?: string };
  expect(failed.error).toMatch(/cannot be reached|connection/i);
  const { bytesSent } = (await second.page.evaluate('window.progress')) as Progress;
  await second.page.close();
  sent += bytesSent;
  say(`kill -9 of the server after another ${megabytes(bytesSent)}: ${failed.error}`);

  server = await startEdge(store, { page: true, port });
  const { page, progress } = await send(Number.POSITIVE_INFINITY);
  const published = (await page.evaluate('window.outcome')) as { id: string; error?: string };
  expect(published.error).toBeUndefined();
  sent += progress.bytesSent;
  say(`published after another ${megabytes(progress.bytesSent)}; renderer at most ${peak(samples)}`);
  const uploading = samples.length;
  const { down, equal } = (await page.evaluate(COMPARE(published.id))) as { down: number; equal: number };
  clearInterval(timer);
  workerd = Math.max(workerd, server.peakBytes());
  const half = Math.floor(uploading / 2);
  say(
    `${equal} of ${FILES} files, ${megabytes(down)} down, equal; sent ${megabytes(sent)} in all; renderer at most ` +
      `${peak(samples.slice(0, half))} and ${peak(samples.slice(half, uploading))} in the halves of the upload, ` +
      `${peak(samples.slice(uploading))} on the way down; workerd at most ${megabytes(workerd)}`,
  );
  expect(equal).toBe(FILES);
  expect(down).toBeGreaterThan(BYTES * 0.98);
  expect(sent).toBeLessThan(BYTES * 1.2);
  await browser.close();
  await server.kill();
  rmSync(store, { recursive: true });
});
