import { mean, square, sum } from '../../src/runtime';
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

checkOps('reduce', [
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
