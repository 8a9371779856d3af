import { expect, test } from 'vitest';
import { backboneStages } from '../../src/models/backbone';
import { CARE_PAPER, careNetwork } from '../../src/models/care';
import { cinGenerator } from '../../src/models/cin_generator';
import { critic } from '../../src/models/critic';
import { CYCLEGAN_PAPER, cycleGenerator } from '../../src/models/cyclegan';
import { DEBLURGAN_PAPER, deblurGenerator } from '../../src/models/deblurgan';
import { authorsDiscriminator, discriminator, patchGan } from '../../src/models/discriminator';
import { convolution, NO_DROPOUT, type Norm } from '../../src/models/layers';
import { ARCHITECTURES } from '../../src/models/presets';
import { restorer } from '../../src/models/restorer';
import { throughStages } from '../../src/models/stages';
import { Graph, ParameterSet, type Scope, type Tensor } from '../../src/runtime';
import { macsOf } from '../../src/training/preset_info';

const { paper, laptop } = ARCHITECTURES;
const TASKS = 3;

/** Trained numbers and multiply-accumulates of one 128² image. */
function counted(build: (p: Scope, image: Tensor, task: Tensor, noise: Tensor) => Tensor): {
  count: number;
  gmac: number;
} {
  const graph = new Graph();
  const params = new ParameterSet('counted');
  const image = graph.input('image', [1, 128, 128, 1]);
  build(params.scope(graph), image, graph.input('task', [1, TASKS]), graph.input('noise', [1, 128, 128, 1]));
  return { count: params.count, gmac: macsOf(graph) / 1e9 };
}

/** Norms without numbers of their own: what is left is the authors' layer table. */
const bare: Norm = (_, x) => x;

function authorsTable(p: Scope, image: Tensor, blocks: number): Tensor {
  const exit = {
    normed: false,
    build: (scope: Scope, features: Tensor) => convolution(scope.child('exit'), features, { kernel: 7, channels: 1 }),
  };
  const shape = { first: 64, blocks, dropout: 0.5, bias: true };
  return throughStages(p, backboneStages(shape, bare, NO_DROPOUT, exit), image, image);
}

/** Biases that a norm makes idle: F, 2F, 4F on the way in, two of 4F a block, 2F and F on the way out. */
const idleBiases = (first: number, blocks: number) => first * (7 + 8 * blocks + 3);

/** GMAC that folding saves of the two upsampled layers: 4 products in place of 9. */
const FOLDED = ((1 - 4 / 9) * 9 * (64 ** 2 * 256 * 128 + 128 ** 2 * 128 * 64)) / 1e9;

test('the CIN-GAN generator: 14.9 M as the authors table it', () => {
  const { count, gmac } = counted((p, image) => authorsTable(p, image, 12));
  expect(count).toBe(14_906_113);
  expect(gmac + FOLDED).toBeCloseTo(17.6, 1);
});

test('the CIN-GAN generator here: no idle bias, a noise plane, γ and β per task and channel after every convolution', () => {
  const { count } = counted((p, image, task, noise) => cinGenerator(p, image, noise, task, paper.generator));
  const noisePlane = 7 * 7 * 64;
  const normed = idleBiases(64, 12) + 1;
  expect(count).toBe(14_906_113 - normed + noisePlane + 2 * TASKS * normed);
});

test('the CIN-GAN critic: 3.7 M as the authors table it, and told the task here', () => {
  const authors = counted((p, image) => critic(p, image, undefined, paper.critic));
  expect(authors.count).toBe(3_722_825);
  expect(authors.gmac).toBeCloseTo(0.45, 2);
  const ours = counted((p, image, task) => critic(p, image, task, paper.critic));
  expect(ours.count).toBe(3_722_825 + TASKS * 3 * 3 * 64);
});

test('the cGAN generator: 11.4 M as the authors table it; here γ and β in place of idle biases', () => {
  const { count, gmac } = counted((p, image) => authorsTable(p, image, 9));
  expect(count).toBe(11_365_633);
  expect(gmac + FOLDED).toBeCloseTo(14.0, 1);
  const ours = counted((p, image) => restorer(p, image, paper.restorer));
  expect(ours.count).toBe(11_365_633 + idleBiases(64, 9));
});

test("the cGAN discriminator: the authors' 29.7 M, and a PatchGAN on couples here", () => {
  expect(counted((p, image) => authorsDiscriminator(p, image, NO_DROPOUT)).count).toBe(29_698_305);
  const widths = [2, 64, 128, 256, 512, 1];
  const weights = widths.slice(1).reduce((sum, out, i) => sum + 16 * widths[i] * out, 0);
  const scales = 64 + 2 * (128 + 256 + 512) + 1;
  expect(counted((p, image) => discriminator(p, image, image, paper.discriminator)).count).toBe(weights + scales);
});

test('CARE: 922,977 parameters and 3.79 GMAC', () => {
  const { count, gmac } = counted((p, image) => careNetwork(p, image, CARE_PAPER).image);
  expect(count).toBe(922_977);
  expect(gmac).toBeCloseTo(3.79, 2);
});

test('DeblurGAN and CycleGAN: their layer tables on one channel', () => {
  const resnet = (blocks: number) =>
    49 * 64 +
    9 * (64 * 128 + 128 * 256) +
    blocks * 2 * 9 * 256 * 256 +
    9 * (256 * 128 + 128 * 64) +
    49 * 64 +
    1 +
    2 * idleBiases(64, blocks);
  expect(counted((p, image) => deblurGenerator(p, image, DEBLURGAN_PAPER.generator)).count).toBe(resnet(9));
  expect(counted((p, image) => cycleGenerator(p, image, CYCLEGAN_PAPER.generator)).count).toBe(resnet(6));
  // 70×70 PatchGAN of one channel: 2.76 M in the reference implementation, whose norms have no γ and β.
  const patch = counted((p, image) => patchGan(p, image, CYCLEGAN_PAPER.discriminator)).count;
  expect(patch - 2 * (128 + 256 + 512)).toBe(16 * (64 + 64 * 128 + 128 * 256 + 256 * 512 + 512) + 64 + 1);
});

test('the laptop restorer costs about 2.4 GMAC an image of 128²', () => {
  expect(counted((p, image) => restorer(p, image, laptop.restorer)).gmac).toBeCloseTo(2.4, 0);
});
