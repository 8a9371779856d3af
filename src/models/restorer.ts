/**
 * The cGAN's generator: a defective image in, the restored one out; one network for every task.
 *
 * The backbone with plain instance normalisation (γ, β per channel) after every convolution but the last, then
 *   output = (tanh(exit) + image)/2      'average', the paper's
 *   output = image + exit                'residual'
 * Weights: those of backbone.ts with `gamma`, `beta` [C], and `exit.weight` [7, 7, F, 1], `exit.bias` [1].
 */
import { add, div, type Scope, type Tensor, tanh } from '../runtime';
import { type Backbone, backbone } from './backbone';
import { convolution, type Dropout, instance, NO_DROPOUT } from './layers';

export interface Restorer extends Backbone {
  output: 'average' | 'residual';
}

/** @param image [N, H, W, 1] in −1..1, H and W multiples of 4 */
export function restorer(p: Scope, image: Tensor, shape: Restorer, dropout: Dropout = NO_DROPOUT): Tensor {
  const exit = convolution(p.child('exit'), backbone(p, image, shape, instance, dropout), { kernel: 7, channels: 1 });
  return shape.output === 'residual' ? add(image, exit) : div(add(tanh(exit), image), 2);
}
