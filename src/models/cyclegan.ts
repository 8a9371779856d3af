/**
 * CycleGAN (Zhu et al. 2017): two ResNet generators (6 blocks at 128²), output = tanh(exit), and two 70×70 PatchGANs
 * (patchGan of discriminator.ts, 3 downs) with a least-squares loss.
 */
import { type Scope, type Tensor, tanh } from '../runtime';
import type { Discriminator } from './discriminator';
import { NO_DROPOUT } from './layers';
import { type ResnetGenerator, resnetGenerator } from './resnet_generator';

export const CYCLEGAN_PAPER: { generator: ResnetGenerator; discriminator: Discriminator } = {
  generator: { first: 64, blocks: 6, dropout: 0 },
  discriminator: { first: 64, downs: 3 },
};

/** @param x [N, H, W, 1] in −1..1 */
export function cycleGenerator(p: Scope, x: Tensor, shape: ResnetGenerator): Tensor {
  return tanh(resnetGenerator(p, x, shape, NO_DROPOUT));
}
