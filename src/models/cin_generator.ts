/**
 * CIN-GAN's generator: a clean image and a plane of noise in, the same image with defect `task` out.
 *
 * The backbone with conditional instance normalisation after every convolution, `exit` included (Dumoulin et al. 2017);
 *   output = (tanh(exit) + image)/2
 * The noise plane is what shot noise can be made from: a deterministic map has none to give.
 * Weights: those of backbone.ts and `exit.weight` [7, 7, F, 1], `exit.gamma`, `exit.beta` [T, 1].
 */
import { add, concat, div, type Scope, type Tensor, tanh } from '../runtime';
import { type Backbone, backboneStages } from './backbone';
import { conditional, type Dropout, NO_DROPOUT, normedConvolution } from './layers';
import { type Stage, throughStages } from './stages';

/**
 * @param image [N, H, W, 1] in −1..1
 * @param noise [N, H, W, 1], standard normal; undefined for the authors' deterministic generator
 * @param task [N, T], one-hot or a mixture of tasks
 */
export function cinGenerator(
  p: Scope,
  image: Tensor,
  noise: Tensor | undefined,
  task: Tensor,
  shape: Backbone,
  dropout: Dropout = NO_DROPOUT,
): Tensor {
  const x = noise ? concat([image, noise], 3) : image;
  return throughStages(p, cinGeneratorStages(task, shape, dropout), x, image);
}

export function cinGeneratorStages(task: Tensor, shape: Backbone, dropout: Dropout = NO_DROPOUT): Stage[] {
  const norm = conditional(task);
  return backboneStages(shape, norm, dropout, {
    normed: true,
    build(p, features, image) {
      const exit = { kernel: 7, channels: 1, bias: shape.bias ?? false };
      return div(add(tanh(normedConvolution(p.child('exit'), features, exit, norm)), image), 2);
    },
  });
}
