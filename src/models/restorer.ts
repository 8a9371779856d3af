/**
 * The cGAN's generator: a defective image in, the restored one out; one network for every task.
 *
 * The backbone with plain instance normalisation (γ, β per channel) after every convolution but the last, then
 *   output = (tanh(exit) + image)/2      'average', the paper's
 *   output = image + exit                'residual'
 * Weights: those of backbone.ts with `gamma`, `beta` [C], and `exit.weight` [7, 7, F, 1], `exit.bias` [1].
 */
import { add, div, type Scope, type Tensor, tanh, zeros } from '../runtime';
import { type Backbone, backboneStages } from './backbone';
import { convolution, type Dropout, instance, NO_DROPOUT } from './layers';
import { type Stage, throughStages } from './stages';

export interface Restorer extends Backbone {
  output: 'average' | 'residual';
}

/** @param image [N, H, W, 1] in −1..1, H and W multiples of 4 */
export function restorer(p: Scope, image: Tensor, shape: Restorer, dropout: Dropout = NO_DROPOUT): Tensor {
  return throughStages(p, restorerStages(shape, dropout), image, image);
}

export function restorerStages(shape: Restorer, dropout: Dropout = NO_DROPOUT): Stage[] {
  const residual = shape.output === 'residual';
  return backboneStages(shape, instance, dropout, {
    normed: false,
    build(p, features, image) {
      const initialiser = residual ? zeros() : undefined;
      const exit = convolution(p.child('exit'), features, { kernel: 7, channels: 1, initialiser });
      return residual ? add(image, exit) : div(add(tanh(exit), image), 2);
    },
  });
}
