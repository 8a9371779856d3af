// TensorFlow.js on its WebGPU backend, to be compared (src/bench/peers/contract.ts).
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

export const tfjs = {
  name: 'TF.js',

  async start() {
    await tf.setBackend('webgpu');
    await tf.ready();
    if (tf.getBackend() !== 'webgpu') throw new Error(`its backend is ${tf.getBackend()}`);
  },

  async convolution({ direction, n, size, ci, co, k, stride }, operands) {
    const out = Math.ceil(size / stride);
    const x = tf.tensor4d(operands.x, [n, size, size, ci]);
    const w = tf.tensor4d(operands.w, [k, k, ci, co]);
    const dy = tf.tensor4d(operands.dy, [n, out, out, co]);
    const attributes = { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined };
    const kernel = (name, inputs, more) => tf.engine().runKernel(name, inputs, { ...attributes, ...more });
    const compute = {
      forward: () => tf.conv2d(x, w, stride, 'same'),
      'input gradient': () => kernel('Conv2DBackpropInput', { dy, filter: w }, { inputShape: [n, size, size, ci] }),
      'weight gradient': () => kernel('Conv2DBackpropFilter', { x, dy }, { filterShape: [k, k, ci, co] }),
    }[direction];
    return job(compute, [x, w, dy]);
  },

  async inference(network, weights, image) {
    const { side, batch } = network;
    const held = held4(weights, (data, shape) => tf.tensor(data, shape));
    const x = tf.tensor4d(image, [batch, side, side, 1]);
    return job(() => forward(network, held, x), [x, ...held.values()]);
  },

  async training(network, weights, image, target) {
    const { side, batch } = network;
    const held = held4(weights, (data, shape) => tf.variable(tf.tensor(data, shape)));
    const x = tf.tensor4d(image, [batch, side, side, 1]);
    const y = tf.tensor4d(target, [batch, side, side, 1]);
    const optimiser = tf.train.adam(1e-4, 0.9, 0.999, 1e-8);
    const variables = [...held.values()];
    const step = () => optimiser.minimize(() => tf.mean(tf.abs(tf.sub(y, forward(network, held, x)))), true, variables);
    return job(step, [x, y, ...variables]);
  },
};

const held4 = (weights, make) => new Map([...weights].map(([name, { shape, data }]) => [name, make(data, shape)]));

function forward({ nodes }, weights, image) {
  const values = new Map([['image', image]]);
  for (const node of nodes) {
    const of = (name) => values.get(name);
    values.set(node.name, compute(node, of, weights));
  }
  return values.get(nodes.at(-1).name);
}

function compute(node, of, weights) {
  switch (node.op) {
    case 'conv': {
      const y = tf.conv2d(of(node.from), weights.get(`${node.name}.weight`), node.stride, 'same');
      return node.bias ? tf.add(y, weights.get(`${node.name}.bias`)) : y;
    }
    case 'norm': {
      const x = of(node.from);
      const { mean, variance } = tf.moments(x, [1, 2], true);
      const scale = tf.mul(weights.get(`${node.weights}.gamma`), tf.rsqrt(tf.add(variance, 1e-5)));
      return tf.add(tf.mul(tf.sub(x, mean), scale), weights.get(`${node.weights}.beta`));
    }
    case 'relu':
      return tf.relu(of(node.from));
    case 'pool':
      return tf.maxPool(of(node.from), 2, 2, 'valid');
    case 'up': {
      const x = of(node.from);
      return tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);
    }
    case 'concat':
      return tf.concat(node.of.map(of), 3);
    default:
      return tf.add(...node.of.map(of));
  }
}

function job(compute, owned) {
  let latest;
  return {
    run() {
      latest?.dispose();
      latest = tf.tidy(compute);
    },
    // Work sits in an open pass until someone reads: without this the clock stops before it has begun.
    async sync() {
      const backend = tf.backend();
      if (backend.commandEncoder) {
        backend.endComputePassEncoder();
        backend.submitQueue();
      }
      await backend.device.queue.onSubmittedWorkDone();
    },
    read: async () => new Float32Array(await latest.data()),
    dispose() {
      latest?.dispose();
      for (const tensor of owned) tensor.dispose();
    },
  };
}
