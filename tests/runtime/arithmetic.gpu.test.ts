import type { Tensor } from '../../src/runtime';
import * as runtime from '../../src/runtime';
import type { Nd } from '../reference/array';
import { scalar } from '../reference/array';
import * as reference from '../reference/pointwise';
import { anywhere, awayFromZero, distinct, fixed, type Sampler } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

/** `distinct` values moved by half their spacing: none equals a `distinct` value of another array. */
const between =
  (...shape: number[]): Sampler =>
  (seed) => {
    const { data } = distinct(...shape)(seed);
    return { shape, data: data.map((value) => Math.fround(value + 0.01)) };
  };

type Sample = (...shape: number[]) => Sampler;
type Both = [op: (a: Tensor, b: Tensor) => Tensor, definition: (a: Nd, b: Nd) => Nd, left: Sample, right: Sample];

// Divisors are far from 0; what maximum and minimum compare never ties.
const OPS: Record<string, Both> = {
  add: [runtime.add, reference.add, anywhere, anywhere],
  sub: [runtime.sub, reference.sub, anywhere, anywhere],
  mul: [runtime.mul, reference.mul, anywhere, anywhere],
  div: [runtime.div, reference.div, anywhere, awayFromZero],
  maximum: [runtime.maximum, reference.maximum, distinct, between],
  minimum: [runtime.minimum, reference.minimum, distinct, between],
};

const SHAPES = [
  { a: [2, 3, 5], b: [2, 3, 5] },
  { a: [2, 3, 4, 5], b: [1, 3, 1, 5] },
  { a: [3, 1], b: [4] },
  { a: [], b: [2, 3] },
  { a: [1], b: [1] },
];

const everyOp = Object.entries(OPS).flatMap(([name, [op, definition, left, right]]) =>
  SHAPES.map(
    (shape): OpCase => ({
      name: `${name} of [${shape.a}] and [${shape.b}]`,
      inputs: { a: left(...shape.a), b: right(...shape.b) },
      build: ({ a, b }) => op(a, b),
      reference: ({ a, b }) => definition(a, b),
    }),
  ),
);

function withNumber(name: string, build: OpCase['build'], definition: (x: Nd) => Nd): OpCase {
  return { name, inputs: { x: awayFromZero(2, 5) }, build, reference: ({ x }) => definition(x) };
}

checkOps('arithmetic', [
  ...everyOp,
  withNumber(
    'x + 2.5',
    ({ x }) => runtime.add(x, 2.5),
    (x) => reference.add(x, scalar(2.5)),
  ),
  withNumber(
    '1 − x',
    ({ x }) => runtime.sub(1, x),
    (x) => reference.sub(scalar(1), x),
  ),
  withNumber(
    '−3 · x',
    ({ x }) => runtime.mul(-3, x),
    (x) => reference.mul(scalar(-3), x),
  ),
  withNumber(
    '1 / x',
    ({ x }) => runtime.div(1, x),
    (x) => reference.div(scalar(1), x),
  ),
  withNumber(
    'x / 4',
    ({ x }) => runtime.div(x, 4),
    (x) => reference.div(x, scalar(4)),
  ),
  withNumber(
    'maximum(x, 0.1)',
    ({ x }) => runtime.maximum(x, 0.1),
    (x) => reference.maximum(x, scalar(0.1)),
  ),
  {
    name: 'the same tensor twice: x · x',
    inputs: { x: anywhere(3, 4) },
    build: ({ x }) => runtime.mul(x, x),
    reference: ({ x }) => reference.mul(x, x),
  },
  {
    name: 'greater is 1 or 0',
    inputs: { a: distinct(3, 4), b: between(4) },
    build: ({ a, b }) => runtime.greater(a, b),
    reference: ({ a, b }) => reference.greater(a, b),
  },
  {
    name: 'greaterEqual is 1 or 0, and 1 where both are equal',
    inputs: {},
    constants: { a: fixed([4], [1, 2, 3, -0.5]), b: fixed([4], [1, 2.5, 2, -0.5]) },
    build: ({ a, b }) => runtime.greaterEqual(a, b),
    reference: ({ a, b }) => reference.zip(a, b, (p, q) => (p >= q ? 1 : 0)),
    valueOnly: 'a tie is a kink',
  },
  {
    name: 'select by a condition',
    inputs: { a: anywhere(2, 4), b: anywhere(2, 4) },
    constants: { condition: fixed([2, 4], [1, 0, 0, 1, 1, 1, 0, 0]) },
    build: ({ condition, a, b }) => runtime.select(condition, a, b),
    reference: ({ condition, a, b }) => reference.select(condition, a, b),
  },
  {
    name: 'select by a comparison, broadcast',
    inputs: { x: awayFromZero(3, 4), b: anywhere(4) },
    build: ({ x, b }) => runtime.select(runtime.greater(x, 0), runtime.square(x), b),
    reference: ({ x, b }) => reference.select(reference.greater(x, scalar(0)), reference.square(x), b),
  },
]);
