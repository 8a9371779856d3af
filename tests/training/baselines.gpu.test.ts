import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { phantomTask } from '../../src/cli/train_data';
import { classifierPhi } from '../../src/models/classifier';
import { readSafetensors } from '../../src/models/safetensors';
import { Engine, Graph, ParameterSet } from '../../src/runtime';
import { Batches, prepareData } from '../../src/training/batches';
import { CARE_DEFAULTS, type TrainedNetwork, trainCare } from '../../src/training/care';
import { CYCLEGAN_DEFAULTS, trainCycleGan } from '../../src/training/cyclegan';
import { DEBLURGAN_DEFAULTS, trainDeblurGan } from '../../src/training/deblurgan';
import { testGpu } from '../gpu_setup';

const P = 16;
const batches = (seed: number) =>
  new Batches(prepareData({ tasks: [phantomTask('paired', 'noise', 'embryo-noise', 2, seed)] }, 0, 0).training, P);

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.create({ gpu: testGpu() });
});

/** The trained network gives finite numbers from its own weights, and nothing is missing among them. */
async function expectUsable({ network, weights }: TrainedNetwork): Promise<void> {
  const graph = new Graph();
  const params = new ParameterSet('trained');
  const restored = network(params.scope(graph), graph.input('image', [1, P, P, 1]));
  const program = await engine.compile(graph, { label: 'trained', outputs: { restored } });
  params.write(engine, weights);
  program.run({ image: Float32Array.from({ length: P * P }, (_, i) => Math.sin(i)) });
  const out = (await program.read()).restored;
  expect(out.every(Number.isFinite)).toBe(true);
  expect(new Set(out).size).toBeGreaterThan(P);
}

test('CARE: the loss falls, and the best validation weights are kept', async () => {
  const looks: Record<string, number>[] = [];
  const trained = await trainCare(
    engine,
    batches(1),
    batches(2),
    { ...CARE_DEFAULTS, network: { first: 4, kernel: 3 }, steps: 36, batch: 4, epoch: 6, learningRate: 1e-3 },
    (_, losses) => looks.push(losses),
  );
  expect(looks.length).toBe(6);
  const validation = looks.map((look) => look.validation);
  expect(Math.min(...validation)).toBeLessThan(validation[0]);
  await expectUsable(trained);
});

test('CARE with a likelihood: the second head is trained too', async () => {
  const network = { first: 4, kernel: 3, likelihood: true };
  const trained = await trainCare(engine, batches(1), undefined, { ...CARE_DEFAULTS, network, steps: 2, batch: 2 });
  expect(trained.losses.loss).toBeTypeOf('number');
  expect(trained.weights.has('scale.weight')).toBe(true);
});

test('DeblurGAN takes steps of both its networks', async () => {
  const phi = classifierPhi(readSafetensors(readFileSync(new URL('../../models/phi.safetensors', import.meta.url))));
  const trained = await trainDeblurGan(engine, batches(1), phi, {
    ...DEBLURGAN_DEFAULTS,
    generator: { first: 4, blocks: 1, dropout: 0 },
    critic: { first: 4, downs: 1 },
    steps: 2,
    criticSteps: 2,
  });
  expect(Object.keys(trained.losses)).toEqual(['wasserstein', 'gradientPenalty', 'adversarial', 'content']);
  expect(Object.values(trained.losses).every(Number.isFinite)).toBe(true);
  await expectUsable(trained);
});

test('CycleGAN takes steps of its four networks, fakes coming back from the pool', async () => {
  const trained = await trainCycleGan(engine, batches(1), {
    ...CYCLEGAN_DEFAULTS,
    generator: { first: 4, blocks: 1, dropout: 0 },
    discriminator: { first: 4, downs: 1 },
    steps: 5,
    pool: 2,
  });
  expect(Object.keys(trained.losses)).toEqual(['adversarial', 'cycle', 'identity', 'judgeClean', 'judgeDefective']);
  expect(Object.values(trained.losses).every(Number.isFinite)).toBe(true);
  await expectUsable(trained);
});
