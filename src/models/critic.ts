/**
 * CIN-GAN's critic: how real a defective image of this task looks, one number a sample (Wasserstein).
 *
 *   conv1 conv3 s2 → F      LReLU
 *   conv2 conv3 s2 → F      LReLU dropout
 *   conv3 conv3 s2 → 2F     LReLU dropout
 *   conv4 conv3    → 4F     LReLU dropout
 *   conv5 conv3    → 8F     LReLU dropout
 *   conv6 conv3    → 8
 *   dense1 → 16F            LReLU
 *   dense2 → 1
 *
 * It is told the task by one constant plane per task beside the image, and holds no norm over the batch: the gradient
 * penalty is a statement about each sample alone. Weights: `conv1.weight`, `conv1.bias` … `dense2.bias`.
 */
import { leakyRelu, reshape, type Scope, type Tensor } from '../runtime';
import { convolution, type Dropout, dense, dropUnits, NO_DROPOUT, withPlanes } from './layers';

export interface Critic {
  /** Channels F of the first layer; 64 in the paper. */
  first: number;
  dropout: number;
}

/**
 * @param image [N, H, W, 1]
 * @param task [N, T], one-hot; undefined for the authors' unconditional critic
 * @returns [N]
 */
export function critic(
  p: Scope,
  image: Tensor,
  task: Tensor | undefined,
  { first }: Critic,
  dropout: Dropout = NO_DROPOUT,
): Tensor {
  const layer = (name: string, x: Tensor, channels: number, stride: number) =>
    leakyRelu(convolution(p.child(name), x, { kernel: 3, channels, stride }), 0.2);
  let h = layer('conv1', task ? withPlanes(image, task) : image, first, 2);
  h = dropUnits(layer('conv2', h, first, 2), dropout);
  h = dropUnits(layer('conv3', h, 2 * first, 2), dropout);
  h = dropUnits(layer('conv4', h, 4 * first, 1), dropout);
  h = dropUnits(layer('conv5', h, 8 * first, 1), dropout);
  h = convolution(p.child('conv6'), h, { kernel: 3, channels: 8 });
  const [n, height, width, channels] = h.shape;
  h = leakyRelu(dense(p.child('dense1'), reshape(h, [n, height * width * channels]), 16 * first), 0.2);
  return reshape(dense(p.child('dense2'), h, 1), [n]);
}
