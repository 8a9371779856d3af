/**
 * The ResNet generator of Johnson et al. 2016 as Zhu et al. 2017 and Kupyn et al. 2018 use it:
 *
 *   enter  c7s1-F    down1 d2F    down2 d4F    block1 … blockB R4F    up1 u2F    up2 uF    exit c7s1-1
 *
 * c7 and R pad by reflection, d is conv3 s2 with padding 1, u its transpose (conv3 s2, padding 1, output padding 1);
 * instance norm (γ, β per channel) and ReLU after each but `exit`. Weights are named as in backbone.ts; `up1.weight`
 * and `up2.weight` are [3, 3, CO, CI], those of the convolution they transpose.
 */
import { convTranspose2d, glorotUniform, relu, type Scope, type Tensor } from '../runtime';
import { convolution, type Dropout, instance, normedConvolution, residualBlock, sides } from './layers';

export interface ResnetGenerator {
  first: number;
  blocks: number;
  dropout: number;
}

/** @param x [N, H, W, C], H and W multiples of 4  @returns [N, H, W, 1], before any tanh */
export function resnetGenerator(p: Scope, x: Tensor, { first, blocks }: ResnetGenerator, dropout: Dropout): Tensor {
  const wide = { kernel: 7, ...sides(3, 'reflect') };
  const layer = (name: string, from: Tensor, channels: number) =>
    relu(normedConvolution(p.child(name), from, { kernel: 3, channels, stride: 2, padding: 1 }, instance));
  let h = relu(normedConvolution(p.child('enter'), x, { ...wide, channels: first }, instance));
  h = layer('down2', layer('down1', h, 2 * first), 4 * first);
  for (let b = 1; b <= blocks; b++)
    h = residualBlock(p.child(`block${b}`), h, { norm: instance, dropout, mode: 'reflect' });
  h = doubled(p.child('up2'), doubled(p.child('up1'), h, 2 * first), first);
  return convolution(p.child('exit'), h, { ...wide, channels: 1 });
}

/** u: the image at twice its size. */
function doubled(p: Scope, x: Tensor, channels: number): Tensor {
  const weight = p.parameter('weight', [3, 3, channels, x.shape[3]], glorotUniform());
  return relu(instance(p, convTranspose2d(x, weight, { stride: 2, padding: 1, outputPadding: 1 })));
}
