import { add, broadcastTo, exp, mean, mul, slice, square, sub, sum, tanh } from '../../src/runtime';
import * as layout from '../reference/layout';
import * as pointwise from '../reference/pointwise';
import * as reference from '../reference/reduce';
import { anywhere } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

function reduced(shape: number[], axes?: number[], keepDims = false): OpCase[] {
  const over = `[${shape}] over ${axes ? `[${axes}]` : 'everything'}${keepDims ? ', dimensions kept' : ''}`;
  return [
    {
      name: `sum of ${over}`,
      inputs: { x: anywhere(...shape) },
      build: ({ x }) => sum(x, axes, { keepDims }),
      reference: ({ x }) => reference.sum(x, axes, { keepDims }),
    },
    {
      name: `mean square of ${over}`,
      inputs: { x: anywhere(...shape) },
      build: ({ x }) => mean(square(x), axes, { keepDims }),
      reference: ({ x }) => reference.mean(pointwise.square(x), axes, { keepDims }),
    },
  ];
}

/** What is made of sums in the kernel that sums: of two sums at once, and of other tensors beside them. */
const ended = (shape: number[], axes: number[]): OpCase => {
  const [n, , , c] = shape;
  const ends = axes.includes(0) ? [1, 1, 1, c] : [n, 1, 1, c];
  return {
    name: `what is made of sums of [${shape}] over [${axes}], and of what is made of them`,
    inputs: { x: anywhere(...shape), a: anywhere(...ends), b: anywhere(c) },
    build: ({ x, a, b }) => {
      const [one, two] = [mean(x, axes, { keepDims: true }), mean(square(x), axes, { keepDims: true })];
      const first = slice(x, [0, 0, 0, 0], ends);
      const made = add(mul(tanh(sub(two, first)), a), mul(one, b));
      return add(mul(broadcastTo(exp(made), shape), x), made);
    },
    reference: ({ x, a, b }) => {
      const [one, two] = [x, pointwise.square(x)].map((of) => reference.mean(of, axes, { keepDims: true }));
      const first = layout.slice(x, [0, 0, 0, 0], ends);
      const made = pointwise.add(pointwise.mul(pointwise.tanh(pointwise.sub(two, first)), a), pointwise.mul(one, b));
      return pointwise.add(pointwise.mul(pointwise.exp(made), x), made);
    },
  };
};

checkOps('reduce', [
  ended([2, 2, 3, 4], [1, 2]),
  ended([2, 5, 9, 8], [0, 1, 2]),
  ended([3, 33, 31, 4], [1, 2]),
  ended([2, 3, 2, 3], [1, 2]),
  ended([1, 3, 3, 64], [1, 2]),
  ...reduced([2, 3, 4, 5]),
  ...reduced([2, 3, 4, 5], [1, 2], true),
  ...reduced([2, 3, 4, 5], [3]),
  ...reduced([2, 3, 4, 5], [0]),
  ...reduced([2, 3, 4, 5], [0, 2]),
  ...reduced([2, 3, 4, 5], [0, 1, 2]),
  ...reduced([2, 3, 4], [-1]),
  ...reduced([2, 3, 4], [-1, 0], true),
  ...reduced([1, 1, 1, 1]),
  ...reduced([7], [0], true),
  ...reduced([3, 1031]),
  ...reduced([3, 517], [1]),
  ...reduced([517, 3], [0]),
]);
