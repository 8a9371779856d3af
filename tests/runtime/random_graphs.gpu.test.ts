/*
 * Graphs that nobody would think of: chains of random ops on random shapes, their values and derivatives against the same
 * chain of definitions. What is on trial is the compiler: fusion, views, ordering, shared memory, gradients of shared nodes.
 * MENDSCOPE_GRAPHS=N tries N graphs from seed MENDSCOPE_GRAPHS_FROM on instead of the usual ones.
 */
import * as op from '../../src/runtime';
import { type Nd, nd, scalar, sizeOf } from '../reference/array';
import * as conv from '../reference/conv2d';
import * as norm from '../reference/instance_norm';
import * as layout from '../reference/layout';
import { lcg } from '../reference/lcg';
import * as linear from '../reference/matmul';
import * as pointwise from '../reference/pointwise';
import * as pooling from '../reference/pool';
import * as reduce from '../reference/reduce';
import * as resize from '../reference/resize';
import { anywhere } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

/** One op, twice. `of` are the nodes that it takes. */
interface Step {
  of: number[];
  engine: (...given: op.Tensor[]) => op.Tensor;
  reference: (...given: Nd[]) => Nd;
}

const LARGEST = 400;
const STEPS = 9;

class Maker {
  readonly steps: Step[] = [];
  /** Shapes of the inputs, then of each step. */
  readonly shapes: number[][];
  private readonly uniform: () => number;

  constructor(
    seed: number,
    readonly inputs: number,
  ) {
    this.uniform = lcg(7919 * seed + 1);
    for (let i = 0; i < 4; i++) this.uniform();
    this.shapes = Array.from({ length: inputs }, () => [
      1 + this.below(2),
      1 + this.below(4),
      1 + this.below(4),
      1 + this.below(5),
    ]);
  }

  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)];
  }

  /** Adds a step; its shape is found by running the definition on zeros. */
  add(of: number[], engine: Step['engine'], reference: Step['reference']): void {
    const shape = reference(...of.map((i) => nd(this.shapes[i]))).shape;
    if (sizeOf(shape) > LARGEST) return;
    this.steps.push({ of, engine, reference });
    this.shapes.push(shape);
  }

  /** A node, the latest ones more often. */
  node(): number {
    return this.below(3) === 0
      ? this.below(this.shapes.length)
      : this.shapes.length - 1 - this.below(Math.min(3, this.shapes.length));
  }

  shuffled(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

type Kind = (make: Maker, x: number, shape: number[]) => void;

const axesOf = (make: Maker, rank: number) => make.shuffled(rank).slice(0, 1 + make.below(rank));
const half = (x: Nd) => pointwise.mul(x, scalar(0.5));

/** Every step keeps values of order one, so that a chain of them stays exact in float32. */
const KINDS: Kind[] = [
  (make, x) => make.add([x], op.tanh, pointwise.tanh),
  (make, x) => make.add([x], op.sigmoid, pointwise.sigmoid),
  (make, x) =>
    make.add(
      [x],
      (t) => op.mul(op.square(t), 0.25),
      (a) => half(half(pointwise.square(a))),
    ),
  (make, x) =>
    make.add(
      [x],
      (t) => op.sub(1, op.mul(t, 0.5)),
      (a) => pointwise.sub(scalar(1), half(a)),
    ),
  (make, x) => {
    const y = make.pick(partners(make, x));
    make.add(
      [x, y],
      (a, b) => op.mul(op.add(a, b), 0.5),
      (a, b) => half(pointwise.add(a, b)),
    );
  },
  (make, x) => {
    const y = make.pick(partners(make, x));
    make.add(
      [x, y],
      (a, b) => op.tanh(op.mul(a, b)),
      (a, b) => pointwise.tanh(pointwise.mul(a, b)),
    );
  },
  (make, x, { length: rank }) => {
    if (rank === 0) return;
    const axes = axesOf(make, rank);
    const keepDims = make.below(2) === 0;
    make.add(
      [x],
      (t) => op.mean(t, axes, { keepDims }),
      (a) => reduce.mean(a, axes, { keepDims }),
    );
  },
  (make, x, { length: rank }) => {
    if (rank === 0) return;
    const axes = axesOf(make, rank);
    make.add(
      [x],
      (t) => op.tanh(op.sum(t, axes)),
      (a) => pointwise.tanh(reduce.sum(a, axes)),
    );
  },
  (make, x, shape) => {
    const order = make.shuffled(shape.length);
    make.add(
      [x],
      (t) => op.transpose(t, order),
      (a) => layout.transpose(a, order),
    );
  },
  (make, x, shape) => {
    const to = refactored(make, sizeOf(shape));
    make.add(
      [x],
      (t) => op.reshape(t, to),
      (a) => layout.reshape(a, to),
    );
  },
  (make, x, shape) => {
    const begin = shape.map((extent) => make.below(Math.min(extent, 2)));
    const size = shape.map((extent, d) => 1 + make.below(extent - begin[d]));
    make.add(
      [x],
      (t) => op.slice(t, begin, size),
      (a) => layout.slice(a, begin, size),
    );
  },
  (make, x, shape) => {
    if (shape.length === 0) return;
    const axis = make.below(shape.length);
    const fitting = make.shapes.flatMap((other, i) =>
      other.length === shape.length && other.every((extent, d) => d === axis || extent === shape[d]) ? [i] : [],
    );
    const y = make.pick(fitting);
    make.add(
      [x, y],
      (a, b) => op.concat([a, b], axis),
      (a, b) => layout.concat([a, b], axis),
    );
  },
  (make, x, shape) => {
    const to = [1 + make.below(3), ...shape.map((extent) => (extent === 1 ? 1 + make.below(3) : extent))];
    if (to.length > 4) to.shift();
    make.add(
      [x],
      (t) => op.broadcastTo(t, to),
      (a) => layout.broadcastTo(a, to),
    );
  },
  (make, x, shape) => {
    if (shape.length === 0) return;
    const mode = make.pick(['zero', 'reflect'] as const);
    const side = (extent: number) => make.below(mode === 'zero' ? 3 : Math.min(extent, 3));
    const widths = shape.map((extent): [number, number] => [side(extent), side(extent)]);
    make.add(
      [x],
      (t) => op.pad(t, widths, mode),
      (a) => layout.pad(a, widths, mode),
    );
  },
  (make, x, shape) => {
    if (shape.length !== 4) return;
    make.add(
      [x],
      (t) => op.instanceNorm(t, { eps: 0.5 }),
      (a) => norm.instanceNorm(a, { eps: 0.5 }),
    );
  },
  (make, x, shape) => {
    if (shape.length !== 4) return;
    make.add(
      [x],
      (t) => op.upsampleNearest(t),
      (a) => resize.upsampleNearest(a),
    );
  },
  (make, x, shape) => {
    if (shape.length !== 4 || shape[1] < 2 || shape[2] < 2) return;
    make.add(
      [x],
      (t) => op.averagePool(t),
      (a) => pooling.averagePool(a),
    );
  },
  (make, x, shape) => {
    // The weights are values too: any other image, cut and folded into a kernel.
    const w = make.node();
    const K = make.pick([1, 2, 3]);
    if (shape.length !== 4 || sizeOf(make.shapes[w]) < K * K * shape[3]) return;
    const CO = Math.min(5, Math.floor(sizeOf(make.shapes[w]) / (K * K * shape[3])));
    const kernel = [K, K, shape[3], CO];
    const all = sizeOf(make.shapes[w]);
    const stride = 1 + make.below(2);
    make.add(
      [x, w],
      (t, v) => {
        const part = op.slice(op.reshape(v, [all]), [0], [sizeOf(kernel)]);
        return op.tanh(op.conv2d(t, op.reshape(op.mul(part, 0.3), kernel), { stride }));
      },
      (a, b) => {
        const part = layout.slice(layout.reshape(b, [all]), [0], [sizeOf(kernel)]);
        const weights = layout.reshape(pointwise.mul(part, scalar(0.3)), kernel);
        return pointwise.tanh(conv.conv2d(a, weights, { stride }));
      },
    );
  },
  (make, x, shape) => {
    if (shape.length !== 2 && shape.length !== 3) return;
    const scale = 1 / shape[shape.length - 1];
    make.add(
      [x],
      (t) => op.mul(op.matmul(t, t, { transposeB: true }), scale),
      (a) => pointwise.mul(linear.matmul(a, a, { transposeB: true }), scalar(scale)),
    );
  },
];

/** Nodes that broadcast with x to no more than the largest size; x itself is one. */
function partners(make: Maker, x: number): number[] {
  return make.shapes.flatMap((shape, i) => {
    try {
      return sizeOf(pointwise.broadcastShape(make.shapes[x], shape)) <= LARGEST ? [i] : [];
    } catch (error) {
      if (error instanceof Error && /do not broadcast/.test(error.message)) return [];
      throw error;
    }
  });
}

/** A random shape of up to four axes with so many elements. */
function refactored(make: Maker, size: number): number[] {
  const shape: number[] = [];
  let rest = size;
  while (shape.length < 3 && make.below(4) > 0) {
    const factors = Array.from({ length: rest }, (_, i) => i + 1).filter((factor) => rest % factor === 0);
    const factor = make.pick(factors);
    shape.push(factor);
    rest /= factor;
  }
  return [...shape, rest];
}

function randomGraph(seed: number): OpCase {
  const make = new Maker(seed, 2);
  while (make.steps.length < STEPS) {
    const x = make.node();
    make.pick(KINDS)(make, x, make.shapes[x]);
  }
  const { steps, shapes, inputs } = make;
  /** The last node, and the mean of every node that nothing else uses. */
  const unused = steps.flatMap((_, i) => {
    const at = inputs + i;
    return at < shapes.length - 1 && !steps.some(({ of }) => of.includes(at)) ? [at] : [];
  });
  const names = Array.from({ length: inputs }, (_, i) => `x${i}`);
  return {
    name: `graph ${seed}, to [${shapes[shapes.length - 1]}]`,
    inputs: Object.fromEntries(names.map((name, i) => [name, anywhere(...shapes[i])])),
    build: (tensors) => {
      const nodes = names.map((name) => tensors[name]);
      for (const { of, engine } of steps) nodes.push(engine(...of.map((i) => nodes[i])));
      return unused.reduce((y, i) => op.add(y, op.mean(nodes[i])), nodes[nodes.length - 1]);
    },
    reference: (arrays) => {
      const nodes = names.map((name) => arrays[name]);
      for (const { of, reference } of steps) nodes.push(reference(...of.map((i) => nodes[i])));
      return unused.reduce((y, i) => pointwise.add(y, reduce.mean(nodes[i])), nodes[nodes.length - 1]);
    },
  };
}

const count = Number(process.env.MENDSCOPE_GRAPHS ?? 3);
const from = Number(process.env.MENDSCOPE_GRAPHS_FROM ?? 1);
checkOps(
  'random graphs',
  Array.from({ length: count }, (_, i) => randomGraph(from + i)),
);
