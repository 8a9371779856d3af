/**
 * Last layers of networks that restore: a convolution of side 7 to one channel, of features alone or of features and the
 * image beside them.
 */
import { concat, type Initialiser, mul, reshape, type Scope, sum, type Tensor } from '../runtime';
import { convolution } from './layers';

/** @param x [N, H, W, F] @returns [N, H, W, channels] */
export function exit(p: Scope, x: Tensor, initialiser?: Initialiser, channels = 1): Tensor {
  return convolution(p.child('exit'), x, { kernel: 7, channels, initialiser });
}

/**
 * A linear path for the image beside what the features add: it begins as a slight blur.
 * @param task [N, T], one-hot: each task then has an exit of its own
 */
export function filterExit(p: Scope, features: Tensor, image: Tensor, task?: Tensor): Tensor {
  const seen = concat([features, image], 3);
  if (!task) return exit(p, seen, lastChannelBlurred());
  const [samples, tasks] = task.shape;
  const all = exit(p, seen, lastChannelBlurred(), tasks);
  return sum(mul(all, reshape(task, [samples, 1, 1, tasks])), [3], { keepDims: true });
}

/**
 * First weights of a convolution that blurs its last input channel (Gaussian, σ 1) and hears nothing of the others. Adam
 * moves a weight by about its learning rate a step: from a blur both a sharper and a wider kernel are near, while from
 * the identity a denoiser would be a thousand steps away.
 */
const lastChannelBlurred = (): Initialiser => (shape, _, element) => {
  const [height, width, channels, outputs] = shape;
  const from = Math.floor(element / outputs);
  if (from % channels !== channels - 1) return 0;
  const tap = Math.floor(from / channels);
  const bell = (i: number, n: number): number => Math.exp(-((i - (n - 1) / 2) ** 2) / 2);
  const total = (n: number): number => Array.from({ length: n }, (_, i) => bell(i, n)).reduce((a, b) => a + b);
  return (bell(Math.floor(tap / width), height) * bell(tap % width, width)) / (total(height) * total(width));
};
