/**
 * The cGAN's generator: a defective image in, the restored one out; one network for every task.
 *
 * The backbone with plain instance normalisation (γ, β per channel) after every convolution but the last, then
 *   output = (tanh(exit) + image)/2          'average', the paper's
 *   output = image + exit                    'residual', starting as the identity
 *   output = exit, a conv7 of the features and of the image beside them    'filter', starting as a slight blur
 * An instance norm forgets how bright an image is, and half of a noisy image is half of its noise: a filter has a linear
 * path that keeps the one and smooths the other.
 * Weights: those of backbone.ts with `gamma`, `beta` [C], and `exit.weight` [7, 7, F or F + 1, 1], `exit.bias` [1].
 */
import { add, div, type Scope, type Tensor, tanh, zeros } from '../runtime';
import { type Backbone, backboneStages } from './backbone';
import { exit, filterExit } from './exits';
import { type Dropout, instance, NO_DROPOUT } from './layers';
import { type Stage, throughStages } from './stages';

export interface Restorer extends Backbone {
  output: 'average' | 'residual' | 'filter';
}

/** @param image [N, H, W, 1] in −1..1, H and W multiples of 4 */
export function restorer(p: Scope, image: Tensor, shape: Restorer, dropout: Dropout = NO_DROPOUT): Tensor {
  return throughStages(p, restorerStages(shape, dropout), image, image);
}

export function restorerStages(shape: Restorer, dropout: Dropout = NO_DROPOUT): Stage[] {
  return backboneStages(shape, instance, dropout, { normed: false, build: EXITS[shape.output] });
}

const EXITS: Record<Restorer['output'], (p: Scope, features: Tensor, image: Tensor) => Tensor> = {
  average: (p, features, image) => div(add(tanh(exit(p, features)), image), 2),
  residual: (p, features, image) => add(image, exit(p, features, zeros())),
  filter: filterExit,
};
