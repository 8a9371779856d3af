import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { phantomTask } from '../../src/cli/train_data';
import { classifierPhi } from '../../src/models/classifier';
import { ARCHITECTURES } from '../../src/models/presets';
import { readSafetensors } from '../../src/models/safetensors';
import { adam, Engine, Graph, type Tensor } from '../../src/runtime';
import { gradientNorms } from '../../src/training/balance';
import { Batches, drawRandom, prepareData } from '../../src/training/batches';
import { CGAN_DEFAULTS, makeCGan, restorerTerms } from '../../src/training/cgan';
import { CIN_GAN_DEFAULTS, criticTerms, generatorTerms, makeCinGan } from '../../src/training/cin_gan';
import { testGpu } from '../gpu_setup';

// "Comparable": no weighted term pulls more than six times as hard as another, on patches of 32² of two unlike tasks.
const SPREAD = 6;
const N = 4;
const P = 32;

const { tiny } = ARCHITECTURES;
const tasks = (['embryo-axial', 'microtubules'] as const).map((task) => phantomTask('paired', task, task, 4, 0));
const data = new Batches(prepareData({ tasks }, 0, 0).training, P);
const phi = () =>
  classifierPhi(readSafetensors(readFileSync(new URL('../../models/phi.safetensors', import.meta.url))));
const image = (graph: Graph, name: string): Tensor => graph.input(name, [N, P, P, 1]);

function expectComparable(norms: Record<string, number>, weights: Record<string, number>): void {
  const weighted = Object.entries(norms).map(([name, norm]) => norm * weights[name]);
  console.log(
    Object.entries(norms)
      .map(([name, norm]) => `${name} ${norm.toPrecision(2)} × ${weights[name]}`)
      .join(', '),
  );
  expect(Math.min(...weighted)).toBeGreaterThan(0);
  expect(Math.max(...weighted) / Math.min(...weighted)).toBeLessThan(SPREAD);
}

test('cGAN: pixel, content and adversarial pull alike on the first batch', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const graph = new Graph();
  const nets = makeCGan();
  const classifier = phi();
  const config = CGAN_DEFAULTS.tiny;
  const inputs = { defective: image(graph, 'defective'), clean: image(graph, 'clean') };
  const { restored, adversarial, content, pixel } = restorerTerms(nets, inputs, tiny, classifier, config);
  for (const set of [nets.restorer, nets.discriminator]) set.initialise(engine, 0);
  classifier.params.write(engine, classifier.weights);
  const { defective, clean } = data.real(drawRandom(0, 'cgan', 0), N);
  const norms = await gradientNorms(engine, graph, restored, { adversarial, content, pixel }, { defective, clean });
  const { lambdaAdversarial, lambdaContent, lambdaPixel } = config;
  expectComparable(norms, { adversarial: lambdaAdversarial, content: lambdaContent, pixel: lambdaPixel });
});

test('CIN-GAN: adversarial, content and style pull alike once the critic has a slope', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const nets = makeCinGan();
  const classifier = phi();
  const config = CIN_GAN_DEFAULTS.tiny;
  const inputs = (graph: Graph) => ({
    clean: image(graph, 'clean'),
    defective: image(graph, 'defective'),
    task: graph.input('task', [N, tasks.length]),
    noise: image(graph, 'noise'),
  });
  const fed = (turn: number) => ({
    ...data.unpaired(drawRandom(0, 'critic', turn), N),
    noise: Float32Array.from({ length: N * P * P }, (_, i) => Math.sin(37 * i)),
  });

  const c = new Graph();
  const judged = criticTerms(nets, inputs(c), c.input('mix', [N, 1, 1, 1]), tiny, config.gradientPenalty);
  const criticStep = await engine.compile(c, {
    label: 'critic step',
    outputs: { penalty: judged.gradientPenalty },
    updates: [adam(nets.critic, judged.critic, { learningRate: 1e-3, beta1: 0.5, beta2: 0.9 })],
  });
  const g = new Graph();
  const { fake, adversarial, content, style } = generatorTerms(nets, inputs(g), tiny, classifier, config);
  for (const set of [nets.generator, nets.critic]) set.initialise(engine, 0);
  classifier.params.write(engine, classifier.weights);
  for (let i = 0; i < 20; i++)
    criticStep.run({ ...fed(i), mix: Float32Array.of(0.2, 0.4, 0.6, 0.8) }, { seed: 0, step: i });
  const norms = await gradientNorms(engine, g, fake, { adversarial, content, style }, fed(20));
  const { lambdaAdversarial, lambdaContent, lambdaStyle } = config;
  expectComparable(norms, { adversarial: lambdaAdversarial, content: lambdaContent, style: lambdaStyle });
});
