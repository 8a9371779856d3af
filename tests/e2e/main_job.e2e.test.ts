/* The main job as a newcomer does it: example data, both GANs, a restored TIFF, a link, and the same TIFF from it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gaussianMethod } from '../../src/imaging/classical/gaussian';
import { tune } from '../../src/imaging/classical/method';
import { getPlane, type Image, imageOfPlane, type Plane, planePlaces, setPlane } from '../../src/imaging/image';
import { score } from '../../src/imaging/metrics';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { readTiff, writeTiff } from '../../src/imaging/tiff';
import type { TrainConfig, TrainingData } from '../../src/training/messages';
import type { AppPage } from './app_page';
import { NodeRun } from './node_run';
import { servedSite } from './site';

const TASK = 'embryo-axial';
const EXAMPLES = 24;
const HELD_OUT = [9001, 9002, 9003, 9004];
const MARGIN = 0.5; // dB
const MINUTES = 60; // s

/** Preset `tiny` with fewer steps, as a user may set on the Train page: a software adapter takes its time. */
const CONFIG = {
  preset: 'tiny',
  seed: 1,
  cinGan: { steps: 10 },
  mend: { steps: 200 },
  cGan: { steps: 30 },
} satisfies TrainConfig;

const pairs = Array.from({ length: EXAMPLES }, (_, i) => phantomPair(TASK, { seed: i + 1 }));
const held = HELD_OUT.map((seed) => phantomPair(TASK, { seed }));
/** A time series as a camera gives it: offset 100, some 20,000 counts. */
const series = seriesOf(held.map(({ defective }) => onCamera(defective)));

const site = servedSite();

test('trains both GANs, restores a TIFF better than a Gaussian could, shares the model', async () => {
  const tiff = join(site.folder, 'held-out.tif');
  await writeFile(tiff, writeTiff(series));

  const page = await site.open();
  await page.click(`example-${TASK}`);
  await page.click('to-train');
  await page.click('preset-tiny');
  await page.fill('steps-cin-gan', CONFIG.cinGan.steps);
  await page.fill('steps-mend', CONFIG.mend.steps);
  await page.fill('steps-cgan', CONFIG.cGan.steps);
  await page.click('train-start');
  await page.trained(20 * MINUTES);

  const losses = await page.losses();
  const { 'cin-gan': cinGan, mend, cgan } = losses;
  expect(cinGan.steps).toEqual(upTo(CONFIG.cinGan.steps));
  expect(mend.steps).toEqual(upTo(CONFIG.mend.steps));
  expect(cgan.steps).toEqual(upTo(CONFIG.cGan.steps));
  const curves = Object.values(losses).flatMap(({ terms }) => Object.entries(terms));
  for (const [term, values] of curves) {
    expect(values.every(Number.isFinite), term).toBe(true);
    const size = Math.max(...values.map(Math.abs));
    expect(Math.max(...values) - Math.min(...values), term).toBeGreaterThan(0.02 * size);
  }
  const { pixel } = mend.terms;
  expect(mean(pixel.slice(-50))).toBeLessThan(0.95 * mean(pixel.slice(0, 50)));
  expect(await page.count('mend-loss-chart')).toBe(curves.length);

  await page.click('nav-restore');
  const first = await restoredTiff(page, tiff);
  await page.see('restore-detail');
  const gain = await gainOf(first);
  expect(gain.overInput).toBeGreaterThan(MARGIN);
  expect(gain.overGaussian).toBeGreaterThan(MARGIN);

  await page.click('nav-share');
  await page.fill('share-title', 'Embryo, axial, tiny');
  expect(page.requests.length).toBeGreaterThan(10);
  expect(page.requests.filter(({ uploads }) => uploads)).toEqual([]);
  await page.click('share-publish');
  await page.see('share-result');
  const link = await page.attribute('share-link', 'href');
  expect(link).toMatch(new RegExp(`^${site.url}m/[\\w-]+$`));
  expect(page.requests.filter(({ uploads }) => uploads)).not.toEqual([]);

  const shared = await site.open(link);
  await shared.see('model', { 'data-origin': 'link' });
  expect(Buffer.compare(await restoredTiff(shared, tiff), first)).toBe(0);

  const requests = [...page.requests, ...shared.requests];
  expect(
    requests.some(({ url }) => /phi.*\.safetensors$/.test(url)),
    'the training thread is heard too',
  ).toBe(true);
  expect(requests.filter(({ url }) => !url.startsWith(site.url))).toEqual([]);
  expect(shared.requests.filter(({ uploads }) => uploads)).toEqual([]);
  expect([...page.complaints, ...shared.complaints]).toEqual([]);
});

test('no other weights pass that check: neither untrained ones nor ones that learned from shuffled pairs', async () => {
  const node = await NodeRun.start();
  const inOrder = (i: number) => i;
  const another = (i: number) => (i + 7) % EXAMPLES;
  const untrained = { ...CONFIG, cinGan: { steps: 0 }, mend: { steps: 0 }, cGan: { steps: 0 } };
  const shuffled = { ...CONFIG, cinGan: { steps: 0 }, cGan: { steps: 0 } };
  for (const [config, order] of [
    [untrained, inOrder],
    [shuffled, another],
  ] as const) {
    const { model } = await node.train({ ...config, checkpointSeconds: 0, previewEvery: 1000 }, examples(order));
    const gain = await gainOf(writeTiff(await node.restore(model, series)));
    expect(Math.min(gain.overInput, gain.overGaussian)).toBeLessThan(MARGIN);
  }
  node.stop();
});

async function restoredTiff(page: AppPage, tiff: string): Promise<Buffer> {
  await page.choose('restore-input', tiff);
  await page.click('restore-run');
  await page.see('restoration', { 'data-status': 'done' }, 5 * MINUTES);
  return page.download('download', /^held-out_restored\.tif$/);
}

/** Mean PSNR (care) of the held-out frames, above that of the input and of a Gaussian tuned on the training pairs. */
async function gainOf(file: Uint8Array): Promise<{ overInput: number; overGaussian: number }> {
  const restored = readTiff(file, 'restored.tif');
  expect(restored.sampleType).toBe('uint16');
  expect(restored.size).toEqual(series.size);
  const gaussian = tune(gaussianMethod, pairs, { metric: 'care' });
  const psnrOf = (mend: (frame: Plane) => Plane, image: Image) =>
    mean(planePlaces(image.size).map((at) => score(mend(getPlane(image, at)), held[at.t].clean, 'care').psnr));
  const untouched = psnrOf((frame) => frame, series);
  const blurred = psnrOf(gaussian.restore, series);
  const psnr = psnrOf((frame) => frame, restored);
  console.log(`PSNR ${psnr.toFixed(2)} dB; input ${untouched.toFixed(2)}, Gaussian ${blurred.toFixed(2)}`);
  return { overInput: psnr - untouched, overGaussian: psnr - blurred };
}

/** The pairs that the Data page makes, the clean half taken from elsewhere where `partner` says so. */
function examples(partner: (i: number) => number): TrainingData {
  const imageOf = (plane: Plane) => imageOfPlane(plane, 'float32');
  return {
    tasks: [
      {
        kind: 'paired',
        name: TASK,
        axial: true,
        pairs: pairs.map(({ defective }, i) => ({
          name: `${TASK}-${String(i + 1).padStart(2, '0')}.tif`,
          defective: imageOf(defective),
          clean: imageOf(pairs[partner(i)].clean),
        })),
      },
    ],
  };
}

function onCamera({ width, height, data }: Plane): Plane {
  return { width, height, data: data.map((value) => Math.min(65535, Math.max(0, Math.round(100 + 20_000 * value)))) };
}

function seriesOf(planes: Plane[]): Image {
  const one = imageOfPlane(planes[0], 'uint16');
  const size = { ...one.size, t: planes.length };
  const image: Image = { ...one, size, data: new Float32Array(planes.length * one.data.length) };
  planes.forEach((plane, t) => {
    setPlane(image, { t, z: 0, c: 0 }, plane);
  });
  return image;
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
