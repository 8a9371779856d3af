/*
 * Ten steps of both trainings against losses recorded from PyTorch in float64 (tests/reference/record_ten_steps.py, a
 * twin written from the method's description). Weights, images, noise and mixing factors are drawn alike on both sides.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierPhi } from '../../src/models/classifier';
import { ARCHITECTURES, type Architecture } from '../../src/models/presets';
import { adam, Engine, Graph, type ParameterSet } from '../../src/runtime';
import { CGAN_DEFAULTS, type CGanConfig, discriminatorTerms, makeCGan, restorerTerms } from '../../src/training/cgan';
import {
  CIN_GAN_DEFAULTS,
  type CinGanConfig,
  criticTerms,
  generatorTerms,
  makeCinGan,
} from '../../src/training/cin_gan';
import recorded from '../fixtures/ten_steps.json';
import { testGpu } from '../gpu_setup';
import { drawn, drawnWeight } from '../reference/drawn';

// The bound: 1e-4 of max(|term|, 1), all recorded terms being of order one.
const TOLERANCE = 1e-4;

function closeTo(got: number, wanted: number, what: string): number {
  const error = Math.abs(got - wanted) / Math.max(Math.abs(wanted), 1);
  expect(error, `${what}: ${got}, recorded ${wanted}`).toBeLessThan(TOLERANCE);
  return error;
}

const images = (c: { batch: number; size: number }, seed: number, low = -1, high = 1) =>
  drawn(seed, [c.batch, c.size, c.size, 1], low, high);

function drawnPhi(first: number, gain: number) {
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  const widths = { block1: first, block2: 2 * first, block3: 4 * first, block4: 4 * first };
  let CI = 1;
  for (const layer of [
    'block1_conv1',
    'block1_conv2',
    'block2_conv1',
    'block2_conv2',
    'block3_conv1',
    'block3_conv2',
    'block4_conv1',
  ]) {
    const CO = widths[layer.slice(0, 6) as keyof typeof widths];
    for (const [name, shape] of [
      [`${layer}.weight`, [3, 3, CI, CO]],
      [`${layer}.bias`, [CO]],
    ] as const)
      tensors.set(name, { shape: [...shape], data: drawnWeight('phi', name, shape, gain) });
    CI = CO;
  }
  return classifierPhi({ tensors, metadata: {} });
}

/** Gives every weight of the set its drawn first value. */
function drawWeights(engine: Engine, set: ParameterSet, network: string, gain = 1): void {
  const values = set.entries.map(({ name, shape }) => {
    return [name, { shape, data: drawnWeight(network, name, shape, gain) }] as const;
  });
  set.write(engine, new Map(values));
}

const first = async (program: { read(): Promise<Record<string, Float32Array>> }): Promise<Record<string, number>> =>
  Object.fromEntries(Object.entries(await program.read()).map(([name, [value]]) => [name, value]));

describe('ten steps as PyTorch takes them', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.create({ gpu: testGpu() });
  });

  it('CIN-GAN: critic with gradient penalty, then adversarial, content and style', async () => {
    const { config: c, steps } = recorded.cinGan;
    const shape: Architecture = {
      ...ARCHITECTURES.tiny,
      generator: { first: c.first, blocks: c.blocks, dropout: 0 },
      critic: { first: c.criticFirst, dropout: 0 },
    };
    const config: CinGanConfig = {
      ...CIN_GAN_DEFAULTS.tiny,
      lambdaAdversarial: c.adversarial,
      lambdaContent: c.content,
      lambdaStyle: c.style,
      contentLayers: c.contentLayers,
      styleLayers: c.styleLayers,
    };
    const nets = makeCinGan();
    const phi = drawnPhi(c.phiFirst, c.phiGain);
    const inputs = (graph: Graph) => ({
      clean: graph.input('clean', [c.batch, c.size, c.size, 1]),
      defective: graph.input('defective', [c.batch, c.size, c.size, 1]),
      task: graph.input('task', [c.batch, c.tasks]),
      noise: graph.input('noise', [c.batch, c.size, c.size, 1]),
    });

    const judging = new Graph();
    const mix = judging.input('mix', [c.batch, 1, 1, 1]);
    const judged = criticTerms(nets, inputs(judging), mix, shape, c.penalty);
    const criticStep = await engine.compile(judging, {
      label: 'critic step',
      outputs: { critic: judged.wasserstein, penalty: judged.gradientPenalty },
      updates: [adam(nets.critic, judged.critic, c)],
    });
    const making = new Graph();
    const made = generatorTerms(nets, inputs(making), shape, phi, config);
    const generatorStep = await engine.compile(making, {
      label: 'generator step',
      outputs: { adversarial: made.adversarial, content: made.content, style: made.style },
      updates: [adam(nets.generator, made.generator, c)],
    });
    drawWeights(engine, nets.generator, 'generator');
    drawWeights(engine, nets.critic, 'critic', c.criticGain);
    drawWeights(engine, phi.params, 'phi', c.phiGain);

    let largest = 0;
    for (const [step, wanted] of steps.entries()) {
      const task = new Float32Array(c.batch * c.tasks);
      for (let n = 0; n < c.batch; n++) task[n * c.tasks + ((n + step) % c.tasks)] = 1;
      const batch = (seed: number) => ({
        clean: images(c, seed + 1),
        defective: images(c, seed + 2),
        noise: images(c, seed + 3, -1.5, 1.5),
        task,
      });
      for (let k = 0; k < c.criticSteps; k++) {
        const seed = 1000 * step + 100 * k;
        criticStep.run({ ...batch(seed), mix: drawn(seed + 4, [c.batch, 1, 1, 1], 0, 1) }, { seed: 0, step });
        const got = await first(criticStep);
        largest = Math.max(largest, closeTo(got.critic, wanted.critic[k], `step ${step}, critic ${k}`));
        largest = Math.max(largest, closeTo(got.penalty, wanted.penalty[k], `step ${step}, penalty ${k}`));
      }
      generatorStep.run(batch(1000 * step + 900), { seed: 0, step });
      const got = await first(generatorStep);
      for (const name of ['adversarial', 'content', 'style'] as const)
        largest = Math.max(largest, closeTo(got[name], wanted[name], `step ${step}, ${name}`));
    }
    console.log(`ten steps of CIN-GAN: largest error ${largest.toExponential(1)}`);
  });

  it('cGAN: PatchGAN discriminator, then cross-entropy, content and pixels', async () => {
    const { config: c, steps } = recorded.cGan;
    const shape: Architecture = {
      ...ARCHITECTURES.tiny,
      restorer: { first: c.first, blocks: c.blocks, dropout: 0, output: 'average' },
      discriminator: { first: c.discriminatorFirst, downs: c.downs },
    };
    const config: CGanConfig = {
      ...CGAN_DEFAULTS.tiny,
      lambdaAdversarial: c.adversarial,
      lambdaContent: c.content,
      lambdaPixel: c.pixel,
      contentLayers: c.contentLayers,
    };
    const nets = makeCGan();
    const phi = drawnPhi(c.phiFirst, c.phiGain);
    const inputs = (graph: Graph) => ({
      defective: graph.input('defective', [c.batch, c.size, c.size, 1]),
      clean: graph.input('clean', [c.batch, c.size, c.size, 1]),
    });

    const judging = new Graph();
    const judged = discriminatorTerms(nets, inputs(judging), shape);
    const discriminatorStep = await engine.compile(judging, {
      label: 'discriminator step',
      outputs: { discriminator: judged.discriminator },
      updates: [adam(nets.discriminator, judged.discriminator, c)],
    });
    const restoring = new Graph();
    const made = restorerTerms(nets, inputs(restoring), shape, phi, config);
    const restorerStep = await engine.compile(restoring, {
      label: 'restorer step',
      outputs: { adversarial: made.adversarial, content: made.content, pixel: made.pixel },
      updates: [adam(nets.restorer, made.generator, c)],
    });
    drawWeights(engine, nets.restorer, 'restorer');
    drawWeights(engine, nets.discriminator, 'discriminator');
    drawWeights(engine, phi.params, 'phi', c.phiGain);

    let largest = 0;
    for (const [step, wanted] of steps.entries()) {
      const batch = { defective: images(c, 1000 * step + 1), clean: images(c, 1000 * step + 2) };
      discriminatorStep.run(batch, { seed: 0, step });
      restorerStep.run(batch, { seed: 0, step });
      const got = { ...(await first(discriminatorStep)), ...(await first(restorerStep)) };
      for (const [name, value] of Object.entries(wanted))
        largest = Math.max(largest, closeTo(got[name], value, `step ${step}, ${name}`));
    }
    console.log(`ten steps of cGAN: largest error ${largest.toExponential(1)}`);
  });
});
