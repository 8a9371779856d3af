import { expect, test } from 'vitest';
import { imageOfPlane, type Plane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import type { TrainConfig, TrainingData } from '../../src/training/messages';
import type { AppPage } from './app_page';
import { NodeRun } from './node_run';
import { servedSite } from './site';

const TASK = 'embryo-axial';
const STEPS = 20;
/** Of max(|term|, 1). */
const TOLERANCE = 1e-4;
/** Where the page and Node have different adapters, which round differently: rectifiers and Adam make more of that. */
const TOLERANCE_BETWEEN_ADAPTERS = 1e-2;

const CONFIG = {
  preset: 'tiny',
  recipe: 'published',
  seed: 5,
  cinGan: { steps: STEPS, batch: 2, criticSteps: 2 },
  cGan: { steps: STEPS, batch: 2 },
} satisfies TrainConfig;

const site = servedSite();

test(`the same seeds give the same losses in a page and in Node over ${STEPS} steps of both GANs`, async () => {
  const page = await site.open();
  await prepare(page, CONFIG.cinGan.steps, CONFIG.cGan.steps);
  await page.fill('seed', CONFIG.seed);
  await page.unfold('advanced');
  await page.fill('cin-gan-batch', CONFIG.cinGan.batch);
  await page.fill('cin-gan-criticSteps', CONFIG.cinGan.criticSteps);
  await page.fill('cgan-batch', CONFIG.cGan.batch);
  await page.click('train-start');
  await page.trained(600);
  const shown = await page.losses();
  await page.click('adapter');
  const pageAdapter = await page.text('adapter-name');
  expect(await page.text('adapter')).toContain(pageAdapter);

  const node = await NodeRun.start();
  const { losses } = await node.train(
    { ...CONFIG, logEvery: 1, previewEvery: STEPS, checkpointSeconds: 0 },
    examples(),
  );
  expect(pageAdapter).not.toBe('');
  expect(node.adapter).not.toBe('');
  node.stop();

  const same = isSwiftShader(pageAdapter) === isSwiftShader(node.adapter);
  const tolerance = same ? TOLERANCE : TOLERANCE_BETWEEN_ADAPTERS;
  let largest = 0;
  for (const phase of ['cin-gan', 'cgan'] as const) {
    expect(shown[phase].steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
    expect(shown[phase].steps).toEqual(losses[phase].steps);
    expect(Object.keys(shown[phase].terms)).toEqual(Object.keys(losses[phase].terms));
    for (const [term, values] of Object.entries(losses[phase].terms))
      for (const [i, value] of values.entries()) {
        const error = Math.abs(shown[phase].terms[term][i] - value) / Math.max(Math.abs(value), 1);
        largest = Math.max(largest, error);
        expect(error, `${phase} ${term} at step ${i + 1}`).toBeLessThan(tolerance);
      }
  }
  console.log(`page on ${pageAdapter}, Node on ${node.adapter}: losses differ by at most ${largest.toExponential(1)}`);
});

test('without an adapter, the pages that need one say what to do', async () => {
  const page = await site.open(site.url, { webgpu: false });
  for (const step of ['nav-train', 'nav-restore']) {
    await page.click(step);
    const text = await page.text('no-adapter');
    expect(text).toContain('No graphics adapter answers in this browser');
    expect(text).toContain('chrome://gpu');
    expect(text).toContain('--enable-unsafe-webgpu');
    expect(text).toContain('Safari');
    expect(text).toContain('Firefox');
    expect(text).toContain('Ask again');
  }
  expect(await page.text('adapter')).toContain('No WebGPU');
  // Looking at data needs no adapter.
  await page.click('nav-data');
  await page.click(`example-${TASK}`);
  await page.see('task');
});

test('a lost device is one clear error, and the run goes on from its last checkpoint', async () => {
  const page = await site.open();
  await prepare(page, 2, 40);
  await page.click('train-start');
  await page.see('loss-pixel', {}, 300);
  await page.download('checkpoint-download', /^mendscope-checkpoint-cgan-\d+\.safetensors$/);
  const session = await page.page.browser().target().createCDPSession();
  await session.send('Browser.crashGpuProcess').catch(() => undefined); // never answers
  await page.see('run', { 'data-status': 'failed' });
  expect(await page.count('[data-testid="complaint"]')).toBe(1);
  expect(await page.text('complaint')).toMatch(/device was lost/);
  await page.click('resume-failed');
  await page.trained(600);
});

const isSwiftShader = (adapter: string) => /swiftshader/i.test(adapter);

async function prepare(page: AppPage, cinGanSteps: number, cGanSteps: number): Promise<void> {
  await page.click(`example-${TASK}`);
  await page.click('to-train');
  await page.click('preset-tiny');
  await page.click('recipe-published');
  await page.fill('steps-cin-gan', cinGanSteps);
  await page.fill('steps-cgan', cGanSteps);
}

/** The pairs that the Data page makes. */
function examples(): TrainingData {
  const imageOf = (plane: Plane) => imageOfPlane(plane, 'float32');
  const pairs = Array.from({ length: 24 }, (_, i) => {
    const { defective, clean } = phantomPair(TASK, { seed: i + 1 });
    const name = `${TASK}-${String(i + 1).padStart(2, '0')}.tif`;
    return { name, defective: imageOf(defective), clean: imageOf(clean) };
  });
  return { tasks: [{ kind: 'paired', name: TASK, axial: true, pairs }] };
}
