import type { Tensor } from '../../src/runtime';
import * as runtime from '../../src/runtime';
import type { Nd } from '../reference/array';
import * as reference from '../reference/pointwise';
import { anywhere, awayFromZero, fixed, positive, type Sampler } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

type Both = [op: (x: Tensor) => Tensor, definition: (x: Nd) => Nd];

const { neg, exp, square, abs, sign, log, sqrt, rsqrt } = runtime;
const tanh: Both = [runtime.tanh, reference.tanh];
const sigmoid: Both = [runtime.sigmoid, reference.sigmoid];
const softplus: Both = [runtime.softplus, reference.softplus];
const relu: Both = [runtime.relu, reference.relu];
const leakyRelu: Both = [(x) => runtime.leakyRelu(x), (x) => reference.leakyRelu(x)];

const SMOOTH: Record<string, Both> = {
  tanh,
  sigmoid,
  softplus,
  neg: [neg, reference.neg],
  exp: [exp, reference.exp],
  square: [square, reference.square],
};
const KINKED: Record<string, Both> = { relu, leakyRelu, abs: [abs, reference.abs], sign: [sign, reference.sign] };
const POSITIVE: Record<string, Both> = {
  log: [log, reference.log],
  sqrt: [sqrt, reference.sqrt],
  rsqrt: [rsqrt, reference.rsqrt],
};

const each = (ops: Record<string, Both>, what: string, input: Sampler): OpCase[] =>
  Object.entries(ops).map(([name, [op, definition]]) => ({
    name: `${name}, ${what}`,
    inputs: { x: input },
    build: ({ x }) => op(x),
    reference: ({ x }) => definition(x),
  }));

// From where sigmoid is 1 − 1e-4 to where exp overflows if a formula is written carelessly; NaN never passes.
const far = fixed([8], [-100, -90.5, -30.25, -9, 9, 30.25, 90.5, 100]);

checkOps('pointwise', [
  ...each(SMOOTH, 'batch 2', anywhere(2, 3, 5)),
  ...each(KINKED, 'away from 0', awayFromZero(2, 3, 5)),
  ...each(POSITIVE, 'positive', positive(2, 3, 5)),
  ...each({ tanh, sigmoid, softplus, relu, leakyRelu }, 'far from 0', far),
  ...each({ tanh, leakyRelu }, 'a scalar', awayFromZero()),
  ...each({ tanh, relu, sigmoid }, 'channels 4', awayFromZero(1, 3, 3, 4)),
  {
    name: 'leakyRelu with another slope',
    inputs: { x: awayFromZero(3, 4) },
    build: ({ x }) => runtime.leakyRelu(x, 0.05),
    reference: ({ x }) => reference.leakyRelu(x, 0.05),
  },
  {
    name: 'clamp',
    inputs: { x: fixed([6], [-2, -0.75, -0.125, 0.25, 0.5, 3]) },
    build: ({ x }) => runtime.clamp(x, -0.5, 0.375),
    reference: ({ x }) => reference.clamp(x, -0.5, 0.375),
  },
  {
    name: 'a chain that fuses: tanh(leakyRelu(x · s + b)) · sigmoid(x)',
    inputs: {
      x: fixed([2, 3], [0.5, -0.75, 1.25, -1.5, 0.9375, -0.625]),
      s: positive(3),
      b: fixed([3], [0.1, -0.05, 0.15]),
    },
    build: ({ x, s, b }) =>
      runtime.mul(runtime.tanh(runtime.leakyRelu(runtime.add(runtime.mul(x, s), b))), runtime.sigmoid(x)),
    reference: ({ x, s, b }) =>
      reference.mul(reference.tanh(reference.leakyRelu(reference.add(reference.mul(x, s), b))), reference.sigmoid(x)),
  },
  ...[
    [2, 50, 48, 4],
    [3, 50, 47, 3],
    [1, 129, 67, 1],
  ].map(
    ([N, H, W, C]): OpCase => ({
      name: `so large that a CPU thread takes several elements, some of them the same: [${N}, ${H}, ${W}, ${C}]`,
      inputs: { x: anywhere(N, H, W, C), s: anywhere(N, 1, 1, C), b: anywhere(H, 1, C) },
      build: ({ x, s, b }) => runtime.add(runtime.mul(runtime.tanh(x), runtime.exp(s)), b),
      reference: ({ x, s, b }) => reference.add(reference.mul(reference.tanh(x), reference.exp(s)), b),
    }),
  ),
  {
    name: 'more elements than one workgroup',
    inputs: { x: anywhere(7, 61) },
    build: ({ x }) => runtime.tanh(x),
    reference: ({ x }) => reference.tanh(x),
  },
]);
