/**
 * Discriminators: is this (defective, candidate) couple a real one? Logits, for cross-entropy or least squares.
 *
 * PatchGAN (Isola et al. 2017), kernel 4, padding 1:
 *   conv1 s2 → F    LReLU
 *   conv2 s2 → 2F   IN LReLU      … as many stride-2 layers as `downs` says, doubling to 8F at most
 *   convK s1 → ×2   IN LReLU
 *   exit  s1 → 1
 * With downs 3 each logit sees 70×70 pixels, with 2 34×34. Weights: `conv1.weight`, `conv1.bias`, `conv2.weight`,
 * `conv2.gamma`, `conv2.beta` … `exit.weight`, `exit.bias`.
 */
import { concat, leakyRelu, relu, reshape, type Scope, type Tensor } from '../runtime';
import { convolution, type Dropout, dense, dropUnits, instance, normedConvolution } from './layers';

export interface Discriminator {
  /** Channels F of the first layer. */
  first: number;
  /** Layers of stride 2. */
  downs: number;
}

/** @param couple [N, H, W, C], images stacked along channels  @returns [N, H', W', 1] */
export function patchGan(p: Scope, couple: Tensor, { first, downs }: Discriminator): Tensor {
  const kernel = { kernel: 4, padding: 1 };
  let h = leakyRelu(convolution(p.child('conv1'), couple, { ...kernel, channels: first, stride: 2 }), 0.2);
  for (let k = 2; k <= downs + 1; k++) {
    const channels = first * Math.min(2 ** (k - 1), 8);
    const stride = k <= downs ? 2 : 1;
    h = leakyRelu(normedConvolution(p.child(`conv${k}`), h, { ...kernel, channels, stride }, instance), 0.2);
  }
  return convolution(p.child('exit'), h, { ...kernel, channels: 1 });
}

/** The cGAN's: it is shown what the restorer was given beside what came out of it. */
export function discriminator(p: Scope, defective: Tensor, candidate: Tensor, shape: Discriminator): Tensor {
  return patchGan(p, concat([defective, candidate], 3), shape);
}

/**
 * The authors' own, as coded, for comparison: it sees the restored image only.
 * conv1 conv5 s2 'same' → 64, conv2 conv5 s2 'valid' → 128, dense1 256, dropout, dense2 1.
 * @returns [N]
 */
export function authorsDiscriminator(p: Scope, image: Tensor, dropout: Dropout): Tensor {
  let h = relu(convolution(p.child('conv1'), image, { kernel: 5, channels: 64, stride: 2 }));
  h = relu(convolution(p.child('conv2'), h, { kernel: 5, channels: 128, stride: 2, padding: 'valid' }));
  const [n, height, width, channels] = h.shape;
  h = relu(dense(p.child('dense1'), reshape(h, [n, height * width * channels]), 256));
  return reshape(dense(p.child('dense2'), dropUnits(h, dropout), 1), [n]);
}
