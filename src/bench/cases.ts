/** What is timed, and the smaller of it: the convolutions and norms that the project's networks spend their time in. */
import type { StagedNetwork } from '../models/stages';
import {
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  Graph,
  gradients,
  instanceNorm,
  mul,
  normal,
  ParameterSet,
  type ProgramSpec,
  relu,
  type Shape,
  sizeOf,
  sum,
  type Tensor,
} from '../runtime';

/** A program before it is compiled. */
export interface Traced {
  graph: Graph;
  /** Every parameter set that it reads, the one of its own operands first. */
  sets: readonly ParameterSet[];
  spec: ProgramSpec;
  check?: ConvCheck;
}

interface Counted {
  name: string;
  /** Operations of a run by the definition, whatever the kernels do; left out: as the plan counts them. */
  flops?: number;
  /** Bytes that must be moved, each tensor once; left out: as the plan counts them. */
  bytes?: number;
  /** Pixels that a run trains on or restores. */
  pixels?: number;
}

export interface ProgramCase extends Counted {
  kind: 'kernel' | 'norm' | 'step';
  /** A kernel's tensors come from its parameter set, so that nothing is uploaded while it is timed. */
  trace: () => Traced;
}

/** A square image through a network, in one run or by tiles as the program itself would. */
export interface RestoreCase extends Counted {
  kind: 'restore';
  network: StagedNetwork;
  side: number;
}

export type Case = ProgramCase | RestoreCase;

/** What the result of a convolution case is checked against. */
export interface ConvCheck {
  direction: Direction;
  shape: ConvShape;
}

export type Direction = 'forward' | 'input gradient' | 'weight gradient';

export interface ConvShape {
  n: number;
  size: number;
  ci: number;
  co: number;
  k: number;
  stride: number;
}

/** The convolutions that the networks spend their time in; `size` is the input's side. */
const CONVOLUTIONS: ConvShape[] = [
  { n: 4, size: 128, ci: 64, co: 64, k: 3, stride: 1 },
  { n: 4, size: 128, ci: 32, co: 32, k: 5, stride: 1 },
  { n: 4, size: 128, ci: 1, co: 32, k: 7, stride: 1 },
  { n: 4, size: 128, ci: 32, co: 1, k: 7, stride: 1 },
  { n: 4, size: 128, ci: 32, co: 64, k: 3, stride: 2 },
  { n: 4, size: 32, ci: 128, co: 128, k: 3, stride: 1 },
  { n: 4, size: 64, ci: 64, co: 128, k: 4, stride: 2 },
  { n: 4, size: 16, ci: 64, co: 64, k: 3, stride: 1 },
  { n: 1, size: 128, ci: 64, co: 64, k: 3, stride: 1 },
];

const DIRECTIONS: Direction[] = ['forward', 'input gradient', 'weight gradient'];

export const outputSize = ({ size, stride }: ConvShape): number => Math.ceil(size / stride);

export function convolution(shape: ConvShape, direction: Direction): ProgramCase {
  const { n, size, ci, co, k, stride } = shape;
  const out = outputSize(shape);
  const flops = 2 * n * out * out * co * k * k * ci;
  const strided = stride > 1 ? ` stride ${stride}` : '';
  return {
    name: `conv ${k}×${k}${strided} ${ci}→${co}, ${n}×${size}², ${direction}`,
    kind: 'kernel',
    flops,
    bytes: 4 * (n * size * size * ci + n * out * out * co + k * k * ci * co),
    trace: () => {
      const graph = new Graph();
      const set = new ParameterSet('case');
      const p = set.scope(graph);
      const x = (): Tensor => p.parameter('x', [n, size, size, ci], normal(0, 1));
      const w = (): Tensor => p.parameter('w', [k, k, ci, co], normal(0, 0.1));
      const dy = (): Tensor => p.parameter('dy', [n, out, out, co], normal(0, 1));
      const results: Record<Direction, () => Tensor> = {
        forward: () => conv2d(x(), w(), { stride }),
        'input gradient': () => conv2dInputGradient(dy(), w(), { inputSize: [size, size], stride }),
        'weight gradient': () => conv2dWeightGradient(x(), dy(), { kernel: [k, k], stride }),
      };
      const spec = { label: direction, outputs: { result: results[direction]() } };
      return { graph, sets: [set], spec, check: { direction, shape } };
    },
  };
}

/** Instance norm and ReLU forward; or the gradient by x, given that of the result. */
export function norm(shape: Shape, backward: boolean): ProgramCase {
  const floats = sizeOf(shape);
  return {
    name: `instance norm + ReLU, ${shape.join('×')}, ${backward ? 'forward and backward' : 'forward'}`,
    kind: 'norm',
    // Forward reads x and writes y; backward reads x and dy and writes dx.
    bytes: 4 * floats * (backward ? 5 : 2),
    trace: (): Traced => {
      const graph = new Graph();
      const set = new ParameterSet('case');
      const p = set.scope(graph);
      const x = p.parameter('x', shape, normal(0.3, 1));
      const y = relu(instanceNorm(x));
      if (!backward) return { graph, sets: [set], spec: { label: 'norm', outputs: { y } } };
      const dy = p.parameter('dy', shape, normal(0, 1));
      const [dx] = gradients(sum(mul(y, dy)), [x]);
      return { graph, sets: [set], spec: { label: 'norm', outputs: { y, dx } } };
    },
  };
}

/**
 * The convolutions in every direction, and the norms. The last norm's tensors, 64 MiB each, are larger than those of the
 * copy that rows are compared with: smaller ones may lie in a cache and pass 100 %.
 */
export function kernelCases(): Case[] {
  const shapes: Shape[] = [
    [4, 128, 128, 32],
    [4, 32, 32, 128],
    [4, 256, 256, 64],
  ];
  return [
    ...CONVOLUTIONS.flatMap((shape) => DIRECTIONS.map((direction) => convolution(shape, direction))),
    ...[false, true].flatMap((backward) => shapes.map((shape) => norm(shape, backward))),
  ];
}
