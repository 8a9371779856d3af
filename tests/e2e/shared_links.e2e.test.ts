/* What a link brings along: a model to train further, an image to see with it, a data set to train on. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { imageOfPlane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { writeTiff } from '../../src/imaging/tiff';
import type { Ancestor } from '../../src/training/messages';
import type { AppState } from '../../src/ui/app_state';
import { viewText } from '../../src/ui/shared_view';
import { EdgeClient, parseShareLink } from '../../src/wire/client';
import { sha256 } from '../../src/wire/digest';
import type { AppPage } from './app_page';
import { servedSite } from './site';

const site = servedSite();
let edge: EdgeClient;
/** Whose model is shared, and its link. */
let owner: AppPage;
let link: string;

beforeAll(async () => {
  edge = new EdgeClient(site.url);
  owner = await site.open(site.url);
  await owner.click('example-embryo-axial');
  await train(owner, 1, 4);
  link = await publish(owner, 'Embryo, axial');
}, 300_000);

test('somebody trains a shared model further and adds versions; the old links show what they did', async () => {
  const tiff = join(site.folder, 'sample.tif');
  const { defective } = phantomPair('embryo-axial', { seed: 77, size: 64 });
  await writeFile(tiff, writeTiff(imageOfPlane(defective, 'float32')));
  const first = await edge.fetchModel(idOf(link));

  const stranger = await site.open(link);
  await stranger.see('model', { 'data-origin': 'link' });
  const before = await restoredTiff(stranger, tiff);
  await stranger.click('continue-training');
  expect(await stranger.text('start-from')).toContain('Trains Embryo, axial further');
  await stranger.click('nav-data');
  await stranger.click('example-embryo-noise');
  await stranger.click('nav-train');
  await stranger.tick('add-tasks');
  await train(stranger, 1, 4);
  expect(await stranger.text('lineage')).toBe('Trained further from Embryo, axial');
  expect(await stranger.text('plan')).toMatch(
    /^What a step does: \d+ kernels in 5 programs, [\d.]+ MB at most, \d+ % of the (?:time|arithmetic) in \w+/,
  );
  await stranger.unfold('plan');
  expect(await stranger.count('[data-testid="plan-program"]')).toBe(5);
  expect(await stranger.attribute('lineage-link', 'href')).toBe(new URL(link).pathname);
  const forkLink = await publish(stranger, 'Embryo, noise too');
  expect(await stranger.text('share-number')).toBe('1');

  const fork = await edge.fetchModel(idOf(forkLink));
  expect(fork.record).toMatchObject({ parent: first.record.id, number: 1 });
  expect(fork.record.collection).not.toBe(first.record.collection);
  expect(JSON.parse(String(fork.record.metadata.mendscope)).tasks).toEqual([
    { name: 'embryo-axial', axial: true },
    { name: 'embryo-noise', axial: false },
  ]);
  const file = await sha256(first.bytes);
  expect(madeFrom(fork.record)).toMatchObject([{ name: 'Embryo, axial', sha256: file, sharedId: idOf(link) }]);

  // A second round of its own goes to the same collection.
  await stranger.click('nav-restore');
  await stranger.click('continue-training');
  await train(stranger, 1, 2);
  const nextLink = await publish(stranger, 'Embryo, noise too, longer');
  expect(await stranger.text('share-number')).toBe('2');
  const { record } = await edge.fetchModel(idOf(nextLink));
  expect(record).toMatchObject({ parent: fork.record.id, number: 2, collection: fork.record.collection });
  expect(madeFrom(record).map(({ name }) => name)).toEqual(['Embryo, noise too', 'Embryo, axial']);
  expect((await edge.fetchLatest(fork.record.collection)).id).toBe(record.id);

  for (const [old, { bytes, record: then }] of [
    [link, first],
    [forkLink, fork],
  ] as const) {
    const now = await edge.fetchModel(idOf(old));
    expect(Buffer.compare(now.bytes, bytes)).toBe(0);
    expect(now.record).toEqual(then);
  }
  const visitor = await site.open(link);
  await visitor.see('model', { 'data-origin': 'link' });
  expect(Buffer.compare(await restoredTiff(visitor, tiff), before)).toBe(0);
  await visitor.page.goto(nextLink, { waitUntil: 'load' });
  expect(await visitor.text('lineage')).toBe('Trained further from Embryo, noise too, 1 model before it');
  await visitor.page.reload({ waitUntil: 'load' });
  await visitor.see('model', { 'data-origin': 'link' });
  expect([...stranger.complaints, ...visitor.complaints]).toEqual([]);
});

test('a link with an image opens it restored, in the comparison, zoom and contrast that it was shared in', async () => {
  await owner.click('nav-restore');
  await owner.click('held-out-embryo-axial');
  await owner.click('restore-run');
  await owner.see('restoration', { 'data-status': 'done' }, 120);
  await owner.clickOn('>>> mend-viewer >>> canvas');
  for (const key of ['+', 'ArrowRight', 'w'] as const) await owner.page.keyboard.press(key);
  await owner.click('nav-share');
  await owner.click('share-image');
  await owner.see('image-link');
  const imageLink = await owner.attribute('image-link', 'href');
  expect(imageLink.startsWith(`${link}?image=`)).toBe(true);
  expect(imageLink).toMatch(/&view=swipe,x[\d.]+,y[\d.]+,s[\d.]+,min[\d.]+,max[\d.]+$/);

  const visitor = await site.open(`${imageLink}&task=embryo-axial`);
  await visitor.see('restoration', { 'data-status': 'done' });
  await visitor.clickOn('>>> wa-comparison');
  expect(imageLink.endsWith(`&view=${await shownView(visitor)}`)).toBe(true);
  const saved = await visitor.download('download', /_restored\.tif$/);
  expect(Buffer.compare(saved, await owner.downloadFrom('nav-restore', 'download', /_restored\.tif$/))).toBe(0);
  expect(visitor.requests.filter(({ uploads }) => uploads)).toEqual([]);

  const wrong = await site.open(`${link}?image=${'A'.repeat(22)}&task=dust`);
  expect(await wrong.text('complaint')).toContain('There is nothing at this address');
  await wrong.see('model', { 'data-origin': 'link' });
});

test('a data set’s link opens it ready to train on', async () => {
  const pairs = Array.from({ length: 8 }, (_, i) => phantomPair('embryo-noise', { seed: i + 1, size: 64 }));
  const tiffOf = (plane: (typeof pairs)[number]['clean']) => writeTiff(imageOfPlane(plane, 'float32'));
  const files = pairs.flatMap(({ clean, defective }, i) => [
    {
      path: `noise/low/${i}_noisy.tif`,
      role: 'defective' as const,
      task: 'noise',
      pair: `${i}`,
      content: tiffOf(defective),
    },
    { path: `noise/high/${i}_gt.tif`, role: 'clean' as const, task: 'noise', pair: `${i}`, content: tiffOf(clean) },
  ]);
  const single = { path: 'haze/1.tif', role: 'defective' as const, task: 'haze', content: tiffOf(pairs[0].defective) };
  const anyTask = { path: 'clean/1.tif', role: 'clean' as const, content: tiffOf(pairs[1].clean) };
  const tasks = [
    { name: 'noise', axial: false },
    { name: 'haze', axial: true },
  ];
  const { url } = await edge.publishDataset({
    title: 'Nuclei, two defects',
    tasks,
    files: [...files, single, anyTask],
  });

  const page = await site.open(url);
  expect(await page.text('dataset')).toMatch(/^Nuclei, two defects, version 1 of its collection: 18 files/);
  const drafts = await page.page.$eval('mend-app', (shown) =>
    (
      shown as unknown as {
        state: { tasks: { name: string; kind: string; axial: boolean; clean: unknown[]; defective: unknown[] }[] };
      }
    ).state.tasks.map(({ name, kind, axial, clean, defective }) => [name, kind, axial, defective.length, clean.length]),
  );
  expect(drafts).toEqual([
    ['noise', 'paired', false, 8, 8],
    ['haze', 'unpaired', true, 1, 1],
  ]);
  await train(page, 1, 1);
  expect(page.requests.filter(({ uploads }) => uploads)).toEqual([]);

  const wrong = await site.open(`${site.url}d/${'A'.repeat(22)}`);
  expect(await wrong.text('complaint')).toContain('There is nothing at this address');
});

test('what is drawn is drawn again when the browser has lost it', async () => {
  const canvases = await owner.page.evaluate(async () => {
    const found: HTMLCanvasElement[] = [];
    const look = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll('*')) {
        if (element instanceof HTMLCanvasElement && element.width * element.height > 0) found.push(element);
        if (element.shadowRoot && element.localName !== 'wa-qr-code') look(element.shadowRoot);
      }
    };
    look(document);
    const isDrawn = (canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      return canvas
        .getContext('2d')
        ?.getImageData(0, 0, width, height)
        .data.some((value) => value > 0);
    };
    const drawn = found.filter(isDrawn);
    for (const canvas of drawn) canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
    const lost = drawn.filter(isDrawn).length;
    for (const canvas of drawn) canvas.dispatchEvent(new Event('contextrestored'));
    await new Promise((drawnAgain) => setTimeout(drawnAgain, 100));
    return { drawn: drawn.length, lost, again: drawn.filter(isDrawn).length };
  });
  expect(canvases.drawn).toBeGreaterThan(20);
  expect(canvases).toMatchObject({ lost: 0, again: canvases.drawn });
});

/** With what stands on the Data page. */
async function train(page: AppPage, cinGan: number, mend: number): Promise<void> {
  await page.click('nav-train');
  if ((await page.count('[data-testid="start-from"]')) === 0) await page.click('preset-tiny');
  await page.fill('steps-cin-gan', cinGan);
  await page.fill('steps-mend', mend);
  await page.fill('steps-cgan', 1);
  await page.click('train-start');
  await page.see('run', { 'data-status': 'running' });
  await page.trained(300);
}

async function publish(page: AppPage, title: string): Promise<string> {
  await page.click('nav-share');
  await page.fill('share-title', title);
  await page.click('share-publish');
  await page.see('share-result');
  return page.attribute('share-link', 'href');
}

async function restoredTiff(page: AppPage, tiff: string): Promise<Buffer> {
  await page.click('nav-restore');
  await page.choose('restore-input', tiff);
  await page.click('restore-run');
  await page.see('restoration', { 'data-status': 'done' }, 120);
  return page.download('download', /^sample_restored\.tif$/);
}

const idOf = (url: string): string => parseShareLink(url)?.id ?? '';

const madeFrom = ({ metadata }: { metadata: Record<string, unknown> }): Ancestor[] =>
  JSON.parse(String(metadata.mendscope)).provenance.madeFrom;

/** Comparison, zoom and contrast of the image on show, as a link writes them. */
async function shownView(page: AppPage): Promise<string> {
  const view = await page.page.$eval('mend-app', (shown) => {
    const { state } = shown as unknown as { state: Pick<AppState, 'views' | 'restorations' | 'selected'> };
    return { ...state.views.get(state.selected ?? state.restorations[0].id) };
  });
  return viewText(view);
}
