import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Lpips } from '../../src/experiments/lpips';
import { restorePlanes } from '../../src/experiments/restoration';
import { measureScale } from '../../src/imaging/normalisation';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { add, conv2d, Engine, mul, ones, type Scope, slice, type Tensor } from '../../src/runtime';
import { testGpu } from '../gpu_setup';

const planes = Array.from({ length: 5 }, (_, seed) => phantomPair('retina', { seed, size: 32 }).clean);
const weights = new Map([['gain', { shape: [1], data: Float32Array.of(1) }]]);

/** x · gain: gives back what it is given. */
const identity = (p: Scope, x: Tensor) => mul(x, p.parameter('gain', [1], ones()));

test.each([false, true])('planes come back at their own intensities, in their order (flips: %s)', async (flips) => {
  const engine = await Engine.create({ gpu: testGpu() });
  const restored = await restorePlanes(engine, { network: identity, weights }, planes, { flips });
  expect(restored).toHaveLength(planes.length);
  for (const [i, { data }] of restored.entries()) {
    const worst = data.reduce((most, value, at) => Math.max(most, Math.abs(value - planes[i].data[at])), 0);
    expect(worst).toBeLessThan(1e-5); // intensities of about 1, scaled to float32 and back
  }
});

test.each([false, true])('images too large for four a run are restored one by one (flips: %s)', async (flips) => {
  const engine = await Engine.create({ gpu: testGpu() });
  const large = [0, 1].map((shift) => {
    const data = Float32Array.from({ length: 400 * 400 }, (_, i) => Math.sin(i * 0.37 + shift) + (i % 400) / 400);
    return { width: 400, height: 400, data };
  });
  const restored = await restorePlanes(engine, { network: identity, weights }, large, { flips });
  expect(restored).toHaveLength(2);
  for (const [i, { data }] of restored.entries()) {
    const worst = data.reduce((most, value, at) => Math.max(most, Math.abs(value - large[i].data[at])), 0);
    expect(worst).toBeLessThan(1e-5);
  }
});

test('with flips, what depends on the side it is seen from is averaged out', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  // Adds the first column to all others: mirrored, that is the last one, so the mean of both is added.
  const leaning = (p: Scope, x: Tensor) => add(identity(p, x), slice(x, [0, 0, 0, 0], [x.shape[0], x.shape[1], 1, 1]));
  const [plane] = planes;
  const mirror = { ...plane, data: plane.data.map((_, i) => plane.data[i - (i % 32) + 31 - (i % 32)]) };
  const [straight, turned] = await restorePlanes(engine, { network: leaning, weights }, [plane, mirror], {
    flips: true,
  });
  const back = turned.data.map((_, i) => turned.data[i - (i % 32) + 31 - (i % 32)]);
  const worst = back.reduce((most, value, i) => Math.max(most, Math.abs(value - straight.data[i])), 0);
  expect(worst).toBeLessThan(1e-5);
});

test('with a margin, a network meets its zeros outside the image', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const box = (p: Scope, x: Tensor) => conv2d(x, p.parameter('box', [3, 3, 1, 1], ones()), {});
  const ninths = new Map([['box', { shape: [3, 3, 1, 1], data: new Float32Array(9).fill(1 / 9) }]]);
  const flat = { width: 32, height: 32, data: Float32Array.from({ length: 1024 }, (_, i) => (i % 8 === 0 ? 1 : 2)) };
  const [bare] = await restorePlanes(engine, { network: box, weights: ninths }, [flat], { flips: false });
  const [framed] = await restorePlanes(engine, { network: box, weights: ninths }, [flat], { flips: false, margin: 4 });
  // The image is the same in every row, so a filter's result is too, unless the image ends there.
  expect(bare.data[5]).not.toBeCloseTo(bare.data[10 * 32 + 5], 3);
  expect(framed.data[5]).toBeCloseTo(framed.data[10 * 32 + 5], 3);
  expect(framed).toMatchObject({ width: 32, height: 32 });
});

test('what is restored is cut off below the floor, before mirror images are averaged', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const settings = { flips: true, floor: 0 };
  const [kept] = await restorePlanes(engine, { network: identity, weights }, [planes[0]], settings);
  // 0 in −1..1 is the middle between the two percentiles.
  const { offset, range } = measureScale(planes[0].data);
  kept.data.forEach((value, i) => {
    expect(value).toBeCloseTo(Math.max(planes[0].data[i], offset + range / 2), 4);
  });
});

const folder = join(process.env.MENDSCOPE_DATA ?? '', 'phi');
const files = { network: join(folder, 'squeezenet1_1.safetensors'), heads: join(folder, 'lpips_squeeze.safetensors') };
const present = process.env.MENDSCOPE_DATA !== undefined && existsSync(files.heads);
if (!present) console.warn('restoration.gpu.test.ts: skipped LPIPS, $MENDSCOPE_DATA/phi is not there');

test.skipIf(!present)('LPIPS is 0 for equal images, the same both ways, and grows with the noise', async () => {
  const lpips = new Lpips(await Engine.create({ gpu: testGpu() }), files);
  const { clean } = phantomPair('embryo-noise', { seed: 1, size: 64 });
  const noisy = (sd: number) => ({ ...clean, data: clean.data.map((v, i) => v + sd * Math.sin(12.9898 * i * i)) });
  expect(await lpips.distance(clean, clean)).toBe(0);
  const [little, much] = [await lpips.distance(clean, noisy(0.05)), await lpips.distance(clean, noisy(0.3))];
  expect(await lpips.distance(noisy(0.3), clean)).toBeCloseTo(much, 6);
  expect(little).toBeGreaterThan(0.001);
  expect(much).toBeGreaterThan(2 * little);
});
