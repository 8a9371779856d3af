import * as runtime from '../../src/runtime';
import type { Nd } from '../reference/array';
import { scalar } from '../reference/array';
import * as reference from '../reference/pointwise';
import { anywhere, awayFromZero, distinct, fixed, positive, type Sampler } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

type Binary = 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum';

/** b is made so that a divisor is far from 0 and no two elements that meet are equal. */
const right: Record<Binary, (...shape: number[]) => Sampler> = {
  add: anywhere,
  sub: anywhere,
  mul: anywhere,
  div: awayFromZero,
  maximum: (...shape) => halfStep(distinct(...shape)),
  minimum: (...shape) => halfStep(distinct(...shape)),
};

/** `distinct` values moved by half their spacing: none equals a `distinct` value of another array. */
const halfStep =
  (sample: Sampler): Sampler =>
  (seed) => {
    const { shape, data } = sample(seed);
    return { shape, data: data.map((value) => Math.fround(value + 0.01)) };
  };

function binary(op: Binary, a: number[], b: number[]): OpCase {
  const left = op === 'maximum' || op === 'minimum' ? distinct : anywhere;
  return {
    name: `${op} of [${a}] and [${b}]`,
    inputs: { a: left(...a), b: right[op](...b) },
    build: ({ a, b }) => runtime[op](a, b),
    reference: ({ a, b }) => reference[op](a, b),
  };
}

const SHAPES: [number[], number[]][] = [
  [
    [2, 3, 5],
    [2, 3, 5],
  ],
  [
    [2, 3, 4, 5],
    [1, 3, 1, 5],
  ],
  [[3, 1], [4]],
  [[], [2, 3]],
  [[1], [1]],
];

const everyOp = (['add', 'sub', 'mul', 'div', 'maximum', 'minimum'] as const).flatMap((op) =>
  SHAPES.map(([a, b]) => binary(op, a, b)),
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
    inputs: { a: distinct(3, 4), b: halfStep(distinct(4)) },
    build: ({ a, b }) => runtime.greater(a, b),
    reference: ({ a, b }) => reference.greater(a, b),
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
