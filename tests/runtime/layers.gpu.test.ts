/*
 * Chains of ops as the networks write them, which the compiler fuses into each other's kernels. Rectifiers sit behind
 * biases of ±4, far from what the layer before gives: whole channels pass or are cut, and no difference meets a kink.
 */
import * as op from '../../src/runtime';
import { type Nd, nd } from '../reference/array';
import * as conv from '../reference/conv2d';
import * as norm from '../reference/instance_norm';
import * as layout from '../reference/layout';
import * as losses from '../reference/losses';
import * as linear from '../reference/matmul';
import * as pointwise from '../reference/pointwise';
import * as pooling from '../reference/pool';
import * as reduce from '../reference/reduce';
import * as resize from '../reference/resize';
import { anywhere, fixed, type Sampler } from '../reference/sample';
import { AS_A_GPU, checkOps, type OpCase } from './check_op';

const scaled =
  (sample: Sampler, factor: number): Sampler =>
  (seed) => {
    const { shape, data } = sample(seed);
    return nd(
      shape,
      data.map((value) => Math.fround(value * factor)),
    );
  };

/** Weights small enough that no output passes ±2. */
const weights = (...shape: number[]) => scaled(anywhere(...shape), 0.15);
const gammas = (...shape: number[]) => scaled(anywhere(...shape), 0.4);
const gates = (...shape: number[]) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return fixed(
    shape,
    Array.from({ length: size }, (_, i) => (i % 3 === 1 ? -4 : 4)),
  );
};

const leaky = (x: Nd) => pointwise.leakyRelu(x, 0.2);

const biased = (CI: number, CO: number, stride: number): OpCase => ({
  name: `convolution, bias, leaky ReLU: ${CI} to ${CO} channels, stride ${stride}`,
  inputs: { x: anywhere(2, 5, 4, CI), w: weights(3, 3, CI, CO), b: gates(CO) },
  build: ({ x, w, b }) => op.leakyRelu(op.add(op.conv2d(x, w, { stride }), b)),
  reference: ({ x, w, b }) => leaky(pointwise.add(conv.conv2d(x, w, { stride }), b)),
});

const normed = (CI: number, CO: number): OpCase => ({
  name: `convolution, instance norm, ReLU: ${CI} to ${CO} channels`,
  inputs: { x: anywhere(2, 4, 3, CI), w: weights(3, 3, CI, CO), gamma: gammas(CO), beta: gates(CO) },
  build: ({ x, w, gamma, beta }) => op.relu(op.instanceNorm(op.conv2d(x, w), { gamma, beta })),
  reference: ({ x, w, gamma, beta }) => pointwise.relu(norm.instanceNorm(conv.conv2d(x, w), { gamma, beta })),
});

const residual = (C: number): OpCase => ({
  name: `residual block of ${C} channels`,
  inputs: {
    x: anywhere(1, 4, 3, C),
    w1: weights(3, 3, C, C),
    gamma: gammas(C),
    beta: gates(C),
    w2: weights(3, 3, C, C),
  },
  build: ({ x, w1, gamma, beta, w2 }) => {
    const inner = op.relu(op.instanceNorm(op.conv2d(x, w1), { gamma, beta }));
    return op.add(x, op.instanceNorm(op.conv2d(inner, w2)));
  },
  reference: ({ x, w1, gamma, beta, w2 }) => {
    const inner = pointwise.relu(norm.instanceNorm(conv.conv2d(x, w1), { gamma, beta }));
    return pointwise.add(x, norm.instanceNorm(conv.conv2d(inner, w2)));
  },
});

/** Chains whose convolutions have a kernel of their own on each kind of device. */
const byDevice: OpCase[] = [
  biased(4, 8, 1),
  biased(1, 4, 2),
  normed(4, 8),
  residual(4),
  {
    name: 'conditional instance norm between convolutions, tanh, mean with the input (the CIN-GAN generator)',
    inputs: {
      image: anywhere(2, 4, 4, 1),
      noise: anywhere(2, 4, 4, 1),
      w1: weights(3, 3, 2, 4),
      gamma: gammas(3, 4),
      beta: gates(3, 4),
      w2: weights(3, 3, 4, 1),
    },
    constants: { task: fixed([2, 3], [0, 1, 0, 0.25, 0, 0.75]) },
    build: ({ image, noise, w1, gamma, beta, w2, task }) => {
      const first = op.conv2d(op.concat([image, noise], 3), w1);
      const h = op.relu(op.conditionalInstanceNorm(first, gamma, beta, task));
      return op.div(op.add(op.tanh(op.conv2d(h, w2)), image), 2);
    },
    reference: ({ image, noise, w1, gamma, beta, w2, task }) => {
      const first = conv.conv2d(layout.concat([image, noise], 3), w1);
      const h = pointwise.relu(norm.conditionalInstanceNorm(first, gamma, beta, task));
      return pointwise.div(pointwise.add(pointwise.tanh(conv.conv2d(h, w2)), image), nd([], [2]));
    },
  },
];

const cases: OpCase[] = [
  biased(3, 5, 1),
  biased(4, 1, 1),
  normed(3, 3),
  residual(3),
  {
    name: 'nearest ×2 before a convolution',
    inputs: { x: anywhere(1, 3, 2, 4), w: weights(3, 3, 4, 4) },
    build: ({ x, w }) => op.sigmoid(op.conv2d(op.upsampleNearest(x), w)),
    reference: ({ x, w }) => pointwise.sigmoid(conv.conv2d(resize.upsampleNearest(x), w)),
  },
  {
    name: 'skip connection: nearest ×2 and concatenation before a convolution (the U-Net)',
    inputs: { deep: anywhere(1, 2, 3, 4), skip: anywhere(1, 4, 6, 4), w: weights(3, 3, 8, 4), b: gates(4) },
    build: ({ deep, skip, w, b }) => op.relu(op.add(op.conv2d(op.concat([op.upsampleNearest(deep), skip], 3), w), b)),
    reference: ({ deep, skip, w, b }) =>
      pointwise.relu(pointwise.add(conv.conv2d(layout.concat([resize.upsampleNearest(deep), skip], 3), w), b)),
  },
  {
    name: 'one plane per task beside the image (the critic)',
    inputs: { image: anywhere(2, 4, 4, 1), task: anywhere(2, 3), w: weights(3, 3, 4, 4) },
    build: ({ image, task, w }) => {
      const planes = op.broadcastTo(op.reshape(task, [2, 1, 1, 3]), [2, 4, 4, 3]);
      return op.tanh(op.conv2d(op.concat([image, planes], 3), w, { stride: 2 }));
    },
    reference: ({ image, task, w }) => {
      const planes = layout.broadcastTo(layout.reshape(task, [2, 1, 1, 3]), [2, 4, 4, 3]);
      return pointwise.tanh(conv.conv2d(layout.concat([image, planes], 3), w, { stride: 2 }));
    },
  },
  {
    name: 'features flattened into two dense layers',
    inputs: { x: anywhere(2, 2, 3, 2), w1: weights(12, 5), b1: gates(5), w2: weights(5, 1) },
    build: ({ x, w1, b1, w2 }) =>
      op.reshape(op.matmul(op.leakyRelu(op.add(op.matmul(op.reshape(x, [2, 12]), w1), b1)), w2), [2]),
    reference: ({ x, w1, b1, w2 }) =>
      layout.reshape(linear.matmul(leaky(pointwise.add(linear.matmul(layout.reshape(x, [2, 12]), w1), b1)), w2), [2]),
  },
  {
    name: 'content and style of shared features',
    inputs: { x: anywhere(1, 4, 4, 1), y: anywhere(1, 4, 4, 1), w: weights(3, 3, 1, 4), b: gates(4) },
    build: ({ x, y, w, b }) => {
      const features = (image: op.Tensor) => op.averagePool(op.relu(op.add(op.conv2d(image, w), b)));
      const [fx, fy] = [features(x), features(y)];
      return op.add(op.contentLoss([fx], [fy]), op.styleLoss([fx], [fy]));
    },
    reference: ({ x, y, w, b }) => {
      const features = (image: Nd) => pooling.averagePool(pointwise.relu(pointwise.add(conv.conv2d(image, w), b)));
      const [fx, fy] = [features(x), features(y)];
      return pointwise.add(losses.content([fx], [fy]), losses.style([fx], [fy]));
    },
  },
  {
    name: 'one convolution used three times: activated, squared and summed',
    inputs: { x: anywhere(1, 4, 4, 2), w: weights(3, 3, 2, 4) },
    build: ({ x, w }) => {
      const y = op.conv2d(x, w);
      return op.mul(op.add(op.tanh(y), op.square(y)), op.mean(y, [1, 2], { keepDims: true }));
    },
    reference: ({ x, w }) => {
      const y = conv.conv2d(x, w);
      const mean = reduce.mean(y, [1, 2], { keepDims: true });
      return pointwise.mul(pointwise.add(pointwise.tanh(y), pointwise.square(y)), mean);
    },
  },
];

checkOps('layers', [...byDevice, ...cases]);
checkOps('layers, as on a GPU', byDevice, AS_A_GPU);
