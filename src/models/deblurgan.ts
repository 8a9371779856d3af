/**
 * DeblurGAN (Kupyn et al. 2018): the ResNet generator with 9 blocks that learns a residual,
 *   output = clamp(x + tanh(exit), −1, 1)
 * and a PatchGAN 64-128-256-512 (patchGan of discriminator.ts, 3 downs) as its Wasserstein critic.
 */
import { add, clamp, type Scope, type Tensor, tanh } from '../runtime';
import type { Discriminator } from './discriminator';
import { type Dropout, NO_DROPOUT } from './layers';
import { type ResnetGenerator, resnetGenerator } from './resnet_generator';

export const DEBLURGAN_PAPER: { generator: ResnetGenerator; critic: Discriminator } = {
  generator: { first: 64, blocks: 9, dropout: 0.5 },
  critic: { first: 64, downs: 3 },
};

/** @param x [N, H, W, 1] in −1..1 */
export function deblurGenerator(p: Scope, x: Tensor, shape: ResnetGenerator, dropout: Dropout = NO_DROPOUT): Tensor {
  return clamp(add(x, tanh(resnetGenerator(p, x, shape, dropout))), -1, 1);
}
