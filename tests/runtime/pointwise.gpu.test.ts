import * as runtime from '../../src/runtime';
import * as reference from '../reference/pointwise';
import { anywhere, awayFromZero, fixed, positive, type Sampler } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

type Unary =
  | 'neg'
  | 'relu'
  | 'leakyRelu'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'rsqrt'
  | 'abs'
  | 'sign'
  | 'square';

const unary = (op: Unary, input: Sampler, what: string): OpCase => ({
  name: `${op}, ${what}`,
  inputs: { x: input },
  build: ({ x }) => runtime[op](x),
  reference: ({ x }) => reference[op](x),
});

// From where sigmoid is 1 − 1e-9 to where exp overflows if a formula is written carelessly; NaN never passes.
const far = fixed([8], [-100, -90.5, -30.25, -9, 9, 30.25, 90.5, 100]);
const SMOOTH = ['neg', 'tanh', 'sigmoid', 'softplus', 'exp', 'square'] as const;
const KINKED = ['relu', 'leakyRelu', 'abs', 'sign'] as const;
const POSITIVE = ['log', 'sqrt', 'rsqrt'] as const;

checkOps('pointwise', [
  ...SMOOTH.map((op) => unary(op, anywhere(2, 3, 5), 'batch 2')),
  ...KINKED.map((op) => unary(op, awayFromZero(2, 3, 5), 'away from 0')),
  ...POSITIVE.map((op) => unary(op, positive(2, 3, 5), 'positive')),
  ...(['tanh', 'sigmoid', 'softplus', 'relu', 'leakyRelu'] as const).map((op) => unary(op, far, 'far from 0')),
  ...(['tanh', 'exp', 'leakyRelu'] as const).map((op) => unary(op, awayFromZero(), 'a scalar')),
  ...(['tanh', 'relu', 'sigmoid'] as const).map((op) => unary(op, awayFromZero(1, 3, 3, 4), 'channels 4')),
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
  {
    name: 'more elements than one workgroup',
    inputs: { x: anywhere(7, 61) },
    build: ({ x }) => runtime.tanh(x),
    reference: ({ x }) => reference.tanh(x),
  },
]);
