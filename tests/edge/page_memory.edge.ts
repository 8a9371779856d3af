/** The same gigabyte from a page: the client of the built app, in Chromium, with files made as they are asked for. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

test(`${FILES} files, ${BYTES / 1e9} GB from a page: up and down again in constant memory`, async () => {
  const client = readdirSync(built).find((name) => /^client-.*\.js$/.test(name));
  if (!client) throw new Error('dist/app holds no client: build the page first (npm run edge:page does)');
  const store = newStore();
  const server = await startEdge(store, { page: true });
  const browser = await launchBrowser();
  const page = await browser.newPage();
  await page.goto(`${server.url}/privacy`);
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(rendererBytes(browser.process()?.pid ?? 0)), 1000);
  const started = performance.now();
  const result = (await page.evaluate(`(async () => {
    const seededTiff = ${seededTiff.toString()};
    const HEADER = 112;
    const { EdgeClient } = await import('/assets/${client}');
    const edge = new EdgeClient(location.origin);
    const size = Math.round(${BYTES} / ${FILES});
    const files = Array.from({ length: ${FILES} }, (_, i) => ({
      path: i + '.tif', role: 'clean', content: () => seededTiff(size, i + 1),
    }));
    const { id } = await edge.publishDataset({ title: 'Page', tasks: [{ name: 'noise', axial: false }], files });
    let down = 0;
    for await (const file of edge.files(await edge.fetchVersion('dataset', id)))
      for await (const piece of edge.pieces(file)) down += piece.length;
    return { id, down };
  })()`)) as { id: string; down: number };
  clearInterval(timer);
  const middle = Math.floor(samples.length / 2);
  const megabytes = (list: number[]) => (Math.max(...list) / 1e6).toFixed(0);
  console.info(
    `page: ${FILES} files, ${(result.down / 1e6).toFixed(0)} MB up and down in ${((performance.now() - started) / 1000).toFixed(0)} s; ` +
      `renderer at most ${megabytes(samples.slice(0, middle))} MB in the first half, ${megabytes(samples.slice(middle))} MB in the second; ` +
      `workerd at most ${(server.peakBytes() / 1e6).toFixed(0)} MB`,
  );
  expect(result.down).toBeGreaterThan(BYTES * 0.98);
  await browser.close();
  await server.kill();
  rmSync(store, { recursive: true });
});
