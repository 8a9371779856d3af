import { conditionalInstanceNorm, instanceNorm, oneHot } from '../../src/runtime';
import * as reference from '../reference/instance_norm';
import * as layout from '../reference/layout';
import { anywhere, fixed } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

type Size4 = [number, number, number, number];

const plain = (name: string, x: Size4, eps?: number): OpCase => ({
  name,
  inputs: { x: anywhere(...x) },
  build: ({ x }) => instanceNorm(x, { eps }),
  reference: ({ x }) => reference.instanceNorm(x, { eps }),
});

const affine = (name: string, x: Size4): OpCase => ({
  name,
  inputs: { x: anywhere(...x), gamma: anywhere(x[3]), beta: anywhere(x[3]) },
  build: ({ x, gamma, beta }) => instanceNorm(x, { gamma, beta }),
  reference: ({ x, gamma, beta }) => reference.instanceNorm(x, { gamma, beta }),
});

/** A task for each sample, as an index. */
const indexed = (name: string, x: Size4, tasks: number, index: number[]): OpCase => ({
  name,
  inputs: { x: anywhere(...x), gamma: anywhere(tasks, x[3]), beta: anywhere(tasks, x[3]) },
  constants: { index: fixed([x[0]], index) },
  build: ({ x, gamma, beta, index }) => conditionalInstanceNorm(x, gamma, beta, oneHot(index, tasks)),
  reference: ({ x, gamma, beta, index }) =>
    reference.conditionalInstanceNorm(x, gamma, beta, layout.oneHot(index, tasks)),
});

/** Any weights for the tasks; differentiable in them too. */
const mixture = (name: string, x: Size4, tasks: number, eps?: number): OpCase => ({
  name,
  inputs: {
    x: anywhere(...x),
    gamma: anywhere(tasks, x[3]),
    beta: anywhere(tasks, x[3]),
    task: anywhere(x[0], tasks),
  },
  build: ({ x, gamma, beta, task }) => conditionalInstanceNorm(x, gamma, beta, task, { eps }),
  reference: ({ x, gamma, beta, task }) => reference.conditionalInstanceNorm(x, gamma, beta, task, { eps }),
});

checkOps('instanceNorm', [
  plain('batch 2, three channels, not square', [2, 3, 5, 3]),
  plain('channels 4', [1, 4, 3, 4]),
  plain('one channel', [1, 5, 4, 1]),
  plain('another eps', [1, 3, 4, 2], 1e-3),
  plain('a large eps', [1, 3, 4, 2], 0.5),
  affine('gamma and beta', [2, 3, 4, 3]),
  affine('gamma and beta, channels 8', [1, 3, 2, 8]),
  plain('a 1×1 image: the variance is 0 and the output too', [2, 1, 1, 3], 0.1),
  {
    // Σx² − (Σx)²/n would lose 900 / 0.75 times the rounding of float32 here.
    name: 'values far from 0 against their spread',
    inputs: {
      x: (seed) => {
        const { shape, data } = anywhere(1, 6, 5, 3)(seed);
        return { shape, data: data.map((value) => Math.fround(30 + value)) };
      },
    },
    build: ({ x }) => instanceNorm(x),
    reference: ({ x }) => reference.instanceNorm(x),
  },
  plain('more pixels than a workgroup has threads', [1, 19, 17, 2]),
]);

checkOps('conditionalInstanceNorm', [
  indexed('a task for each sample', [3, 2, 4, 3], 4, [2, 0, 2]),
  indexed('channels 4, batch 2', [2, 3, 3, 4], 3, [1, 2]),
  indexed('one task', [1, 3, 4, 2], 1, [0]),
  mixture('a mixture of tasks', [2, 3, 4, 3], 3),
  mixture('a mixture, another eps', [1, 4, 3, 2], 2, 1e-2),
]);
