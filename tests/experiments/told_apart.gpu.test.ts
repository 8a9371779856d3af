import { expect, it } from 'vitest';
import { evaluationPairs, unpairedPlanes } from '../../src/experiments/sources';
import { toldApart } from '../../src/experiments/told_apart';
import { imageOfPlane, type Plane } from '../../src/imaging/image';
import { Engine } from '../../src/runtime';
import { networkPlanes } from '../../src/training/batches';
import { testGpu } from '../gpu_setup';

const IMAGES = 16;
/** Less than an experiment takes: the noise is easily seen. */
const QUICK = { steps: 100, learningRate: 2e-3, batch: 8, patch: 32, counted: 20 };
const scaled = (plane: Plane): Plane => networkPlanes(imageOfPlane(plane, 'float32'))[0];

it('is a coin where both sides are alike, and sure where one is noisy', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const pairs = evaluationPairs('embryo-noise', IMAGES, 'development');
  const real = pairs.map(({ defective }) => scaled(defective));
  const clean = pairs.map((pair) => scaled(pair.clean));
  const others = unpairedPlanes('embryo-noise', IMAGES, 'development', 0).defective.map(({ plane }) => scaled(plane));
  // Of 160 patches a coin gets 0.5 ± 0.04 right (one standard deviation).
  const alike = await toldApart(engine, real, others, 0, QUICK);
  expect(alike).toBeGreaterThan(0.35);
  expect(alike).toBeLessThan(0.65);
  const apart = await toldApart(engine, real, clean, 0, QUICK);
  expect(apart).toBeGreaterThan(0.97);
  engine.destroy();
}, 120_000);
