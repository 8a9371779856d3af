import { broadcastTo, concat, oneHot, reshape, slice, square, transpose } from '../../src/runtime';
import * as reference from '../reference/layout';
import * as pointwise from '../reference/pointwise';
import { anywhere, fixed } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

const joined = (axis: number, ...shapes: number[][]): OpCase => ({
  name: `concat of ${shapes.map((shape) => `[${shape}]`).join(' and ')} along ${axis}`,
  inputs: Object.fromEntries(shapes.map((shape, i) => [`x${i}`, anywhere(...shape)])),
  build: (tensors) => concat(Object.values(tensors), axis),
  reference: (arrays) =>
    reference.concat(
      shapes.map((_, i) => arrays[`x${i}`]),
      axis,
    ),
});

const cut = (shape: number[], begin: number[], size: number[]): OpCase => ({
  name: `slice of [${shape}] from [${begin}], size [${size}]`,
  inputs: { x: anywhere(...shape) },
  build: ({ x }) => slice(x, begin, size),
  reference: ({ x }) => reference.slice(x, begin, size),
});

const turned = (shape: number[], perm: number[]): OpCase => ({
  name: `transpose of [${shape}] by [${perm}]`,
  inputs: { x: anywhere(...shape) },
  build: ({ x }) => transpose(x, perm),
  reference: ({ x }) => reference.transpose(x, perm),
});

const spread = (shape: number[], to: number[]): OpCase => ({
  name: `broadcast of [${shape}] to [${to}]`,
  inputs: { x: anywhere(...shape) },
  build: ({ x }) => broadcastTo(x, to),
  reference: ({ x }) => reference.broadcastTo(x, to),
});

checkOps('layout', [
  joined(3, [2, 3, 2, 3], [2, 3, 2, 2]),
  joined(3, [1, 2, 3, 4], [1, 2, 3, 8]),
  joined(3, [1, 2, 2, 1], [1, 2, 2, 2], [1, 2, 2, 3]),
  joined(0, [2, 3], [1, 3]),
  joined(1, [2, 3, 2], [2, 1, 2]),
  joined(0, [1]),
  cut([2, 4, 5, 3], [0, 1, 2, 0], [2, 2, 3, 3]),
  cut([2, 3, 4], [1, 0, 1], [1, 3, 2]),
  cut([1, 3, 3, 4], [0, 0, 0, 1], [1, 3, 3, 2]),
  cut([6], [5], [1]),
  {
    name: 'slice of every second row and third column',
    inputs: { x: anywhere(2, 5, 7, 3) },
    build: ({ x }) => slice(x, [0, 1, 0, 0], [2, 2, 3, 3], [1, 2, 3, 1]),
    reference: ({ x }) => reference.slice(x, [0, 1, 0, 0], [2, 2, 3, 3], [1, 2, 3, 1]),
  },
  turned([2, 3, 4], [2, 0, 1]),
  turned([3, 5], [1, 0]),
  turned([2, 3, 2, 4], [0, 3, 1, 2]),
  turned([2, 3, 4], [0, 1, 2]),
  spread([3], [2, 3]),
  spread([2, 1, 3], [2, 4, 3]),
  spread([1, 1, 1, 3], [2, 2, 3, 3]),
  spread([], [2, 3]),
  spread([2, 3], [2, 3]),
  {
    name: 'reshape',
    inputs: { x: anywhere(2, 3, 4) },
    build: ({ x }) => reshape(x, [4, 6]),
    reference: ({ x }) => reference.reshape(x, [4, 6]),
  },
  {
    name: 'reshape of a transpose: the values move, not only the shape',
    inputs: { x: anywhere(2, 3, 4) },
    build: ({ x }) => square(reshape(transpose(x, [1, 2, 0]), [8, 3])),
    reference: ({ x }) => pointwise.square(reference.reshape(reference.transpose(x, [1, 2, 0]), [8, 3])),
  },
  {
    name: 'reshape to a scalar and back',
    inputs: { x: anywhere(1, 1) },
    build: ({ x }) => reshape(reshape(x, []), [1]),
    reference: ({ x }) => reference.reshape(x, [1]),
  },
  {
    name: 'oneHot',
    inputs: {},
    constants: { index: fixed([4], [2, 0, 4, 2]) },
    build: ({ index }) => oneHot(index, 5),
    reference: ({ index }) => reference.oneHot(index, 5),
    valueOnly: 'an index has no derivative',
  },
]);
