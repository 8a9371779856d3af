// jax-js on its WebGPU backend, to be compared (src/bench/peers/contract.ts). Every use of an array but the last takes
// `.ref`: its arrays are consumed by what they are given to.
import { defaultDevice, getWebGPUDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { samePadding } from '../../src/bench/peers/contract';
import { channelsFirst, channelsLast, outputsFirst, outputsLast } from './layout.mjs';

const BETAS = [0.9, 0.999];

export const jax = {
  name: 'jax-js',

  async start() {
    const there = await init('webgpu');
    if (!there.includes('webgpu')) throw new Error('it finds no WebGPU');
    defaultDevice('webgpu');
  },

  async convolution({ direction, n, size, ci, co, k, stride }, operands) {
    const out = Math.ceil(size / stride);
    const nhwc = { x: [n, size, size, ci], dy: [n, out, out, co] };
    const image = (name) => array(channelsFirst(operands[name], nhwc[name]), moved(nhwc[name]));
    const [x, dy] = [image('x'), image('dy')];
    const w = array(outputsFirst(operands.w, [k, k, ci, co]), [co, ci, k, k]);
    const forward = (a, b) => convolved(a, b, size, k, stride);
    // A convolution is linear in each operand: its gradient is that of Σ y·dy, and jit leaves out y itself.
    const against = (argnum) =>
      jit((a, b, c) => valueAndGrad((p, q, r) => np.sum(forward(p, q).mul(r)), { argnums: argnum })(a, b, c)[1]);
    if (direction === 'forward') {
      const f = jit(forward);
      return job(
        () => f(x.ref, w.ref),
        (data) => channelsLast(data, nhwc.dy),
        [x, w, dy],
      );
    }
    const f = against(direction === 'input gradient' ? 0 : 1);
    const back =
      direction === 'input gradient'
        ? (data) => channelsLast(data, nhwc.x)
        : (data) => outputsLast(data, [k, k, ci, co]);
    return job(() => f(x.ref, w.ref, dy.ref), back, [x, w, dy]);
  },

  async inference(network, weights, image) {
    const held = heldWeights(weights);
    const x = array(image, [network.batch, 1, network.side, network.side]);
    const f = jit((w, a) => forward(network, w, a));
    return job(
      () => f(tree.ref(held), x.ref),
      (data) => data,
      [x, held],
    );
  },

  async training(network, weights, image, target) {
    const shape = [network.batch, 1, network.side, network.side];
    let state = { weights: heldWeights(weights), m: zerosLike(weights), v: zerosLike(weights) };
    const [x, y] = [array(image, shape), array(target, shape)];
    const lossOf = (w, a, b) => np.mean(np.abs(forward(network, w, a).sub(b)));
    // The corrections 1/(1 − βᵗ) are inputs, so that one compilation serves every step.
    const step = jit(({ weights: w, m, v }, a, b, c1, c2) => {
      const [loss, gradient] = valueAndGrad(lossOf)(tree.ref(w), a, b);
      const next = { weights: {}, m: {}, v: {} };
      for (const name of Object.keys(gradient)) {
        const g = gradient[name];
        const m1 = m[name].mul(BETAS[0]).add(g.ref.mul(1 - BETAS[0]));
        const v1 = v[name].mul(BETAS[1]).add(np.square(g).mul(1 - BETAS[1]));
        const change = m1.ref
          .mul(c1.ref)
          .div(np.sqrt(v1.ref.mul(c2.ref)).add(1e-8))
          .mul(1e-4);
        next.weights[name] = w[name].sub(change);
        next.m[name] = m1;
        next.v[name] = v1;
      }
      c1.dispose();
      c2.dispose();
      return [next, loss];
    });
    let t = 0;
    const run = () => {
      t++;
      const correction = (beta) => np.array(new Float32Array([1 / (1 - beta ** t)])).reshape([]);
      const [next, loss] = step(state, x.ref, y.ref, correction(BETAS[0]), correction(BETAS[1]));
      state = next;
      return loss;
    };
    return job(
      run,
      (data) => data,
      [x, y],
      () => tree.dispose(state),
    );
  },
};

/**
 * Uneven padding goes through `pad`: given to a convolution of stride 2 itself, its gradient by the image is wrong even
 * alone (0.1.25). Inside a jitted network it stays wrong: of the IN generator all gradients agree with TF.js's to 4e-6
 * but those of the layers before the second stride, and so the second loss does not.
 */
function convolved(x, w, size, k, stride) {
  const [before, behind] = samePadding(size, k, stride);
  if (before === behind)
    return lax.convGeneralDilated(
      x,
      w,
      [stride, stride],
      [
        [before, before],
        [before, before],
      ],
    );
  const padded = np.pad(x, [
    [0, 0],
    [0, 0],
    [before, behind],
    [before, behind],
  ]);
  return lax.convGeneralDilated(padded, w, [stride, stride], 'VALID');
}

const array = (data, shape) => np.array(data).reshape(shape);
const moved = ([n, h, w, c]) => [n, c, h, w];
const perChannel = (vector) => vector.reshape([1, vector.shape[0], 1, 1]);

function heldWeights(weights) {
  return Object.fromEntries(
    [...weights].map(([name, { shape, data }]) => [
      name,
      shape.length === 4 ? array(outputsFirst(data, shape), [shape[3], shape[2], shape[0], shape[1]]) : np.array(data),
    ]),
  );
}

const zerosLike = (weights) =>
  Object.fromEntries(
    [...weights].map(([name, { shape }]) => [
      name,
      np.zeros(shape.length === 4 ? [shape[3], shape[2], shape[0], shape[1]] : shape),
    ]),
  );

/** Consumes the weights and the image. */
function forward({ nodes }, weights, image) {
  const values = new Map([['image', image]]);
  for (const node of nodes)
    values.set(
      node.name,
      compute(node, (name) => values.get(name).ref, weights),
    );
  const last = nodes.at(-1).name;
  for (const [name, value] of values) if (name !== last) value.dispose();
  return values.get(last);
}

function compute(node, of, weights) {
  switch (node.op) {
    case 'conv': {
      const x = of(node.from);
      const padding = samePadding(x.shape[2], node.kernel, node.stride);
      const y = lax.convGeneralDilated(
        x,
        weights[`${node.name}.weight`],
        [node.stride, node.stride],
        [padding, padding],
      );
      return node.bias ? y.add(perChannel(weights[`${node.name}.bias`])) : y;
    }
    case 'norm': {
      const centred = of(node.from).sub(np.mean(of(node.from), [2, 3], { keepdims: true }));
      const variance = np.mean(np.square(centred.ref), [2, 3], { keepdims: true });
      const gamma = perChannel(weights[`${node.weights}.gamma`]);
      return centred
        .div(np.sqrt(variance.add(1e-5)))
        .mul(gamma)
        .add(perChannel(weights[`${node.weights}.beta`]));
    }
    case 'relu':
      return nn.relu(of(node.from));
    case 'pool': {
      const x = of(node.from);
      const [n, c, h, w] = x.shape;
      return np.max(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
    }
    case 'up': {
      const x = of(node.from);
      const [n, c, h, w] = x.shape;
      return np.broadcastTo(x.reshape([n, c, h, 1, w, 1]), [n, c, h, 2, w, 2]).reshape([n, c, 2 * h, 2 * w]);
    }
    case 'concat':
      return np.concatenate(node.of.map(of), 1);
    default:
      return of(node.of[0]).add(of(node.of[1]));
  }
}

function job(compute, back, owned, disposeMore = () => undefined) {
  let latest;
  return {
    // Its arrays are lazy: work whose result is let go before somebody asks for it is never done.
    async run() {
      latest?.dispose();
      latest = compute();
      await latest.ref.gpuBuffer();
    },
    async sync() {
      await getWebGPUDevice().queue.onSubmittedWorkDone();
    },
    read: async () => back(new Float32Array(await latest.ref.data())),
    dispose() {
      latest?.dispose();
      for (const one of owned) tree.dispose(one);
      disposeMore();
    },
  };
}
