/**
 * Last layers of networks that restore: a convolution of side 7 to one channel, of features alone or of features and the
 * image beside them.
 */
import { concat, type Initialiser, type Scope, type Tensor } from '../runtime';
import { convolution } from './layers';

/** @param x [N, H, W, F] @returns [N, H, W, 1] */
export function exit(p: Scope, x: Tensor, initialiser?: Initialiser): Tensor {
  return convolution(p.child('exit'), x, { kernel: 7, channels: 1, initialiser });
}

/** A linear path for the image beside what the features add: it begins as a slight blur. */
export const filterExit = (p: Scope, features: Tensor, image: Tensor): Tensor =>
  exit(p, concat([features, image], 3), lastChannelBlurred());

/**
 * First weights of a convolution to one channel that blurs its last input channel (Gaussian, σ 1) and hears nothing of
 * the others. Adam moves a weight by about its learning rate a step: from a blur both a sharper and a wider kernel are
 * near, while from the identity a denoiser would be a thousand steps away.
 */
const lastChannelBlurred = (): Initialiser => (shape, _, element) => {
  const [height, width, channels] = shape;
  if (element % channels !== channels - 1) return 0;
  const tap = Math.floor(element / channels);
  const bell = (i: number, n: number): number => Math.exp(-((i - (n - 1) / 2) ** 2) / 2);
  const sum = (n: number): number => Array.from({ length: n }, (_, i) => bell(i, n)).reduce((a, b) => a + b);
  return (bell(Math.floor(tap / width), height) * bell(tap % width, width)) / (sum(height) * sum(width));
};
