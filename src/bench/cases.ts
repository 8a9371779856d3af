/** What is timed: the convolutions and norms of the project's networks, training steps, restorations. */
import { CARE_PAPER, careNetwork } from '../models/care';
import { ARCHITECTURES, type PresetName } from '../models/presets';
import { restorer } from '../models/restorer';
import {
  adam,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  Graph,
  gradients,
  instanceNorm,
  l1,
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

export interface Traced {
  graph: Graph;
  set: ParameterSet;
  spec: ProgramSpec;
  check?: ConvCheck;
}

export interface Case {
  name: string;
  kind: 'kernel' | 'norm' | 'step' | 'restore';
  /** Traces the program; its tensors come from `set`, so that nothing is uploaded while it is timed. */
  trace: () => Traced;
  /** Operations of a run by the definition, whatever the kernels do. */
  flops: number;
  /** Bytes that must be moved, each tensor once; 0 where arithmetic decides. */
  bytes: number;
  /** Megapixels restored by a run, for restorations. */
  megapixels?: number;
}

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

function convolution(shape: ConvShape, direction: Direction): Case {
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
      return { graph, set, spec, check: { direction, shape } };
    },
  };
}

/** Instance norm and ReLU forward; or the gradient by x, given that of the result. */
function norm(shape: Shape, backward: boolean): Case {
  const floats = sizeOf(shape);
  return {
    name: `instance norm + ReLU, ${shape.join('×')}, ${backward ? 'forward and backward' : 'forward'}`,
    kind: 'norm',
    flops: 0,
    // Forward reads x and writes y; backward reads x and dy and writes dx.
    bytes: 4 * floats * (backward ? 5 : 2),
    trace: (): Traced => {
      const graph = new Graph();
      const set = new ParameterSet('case');
      const p = set.scope(graph);
      const x = p.parameter('x', shape, normal(0.3, 1));
      const y = relu(instanceNorm(x));
      if (!backward) return { graph, set, spec: { label: 'norm', outputs: { y } } };
      const dy = p.parameter('dy', shape, normal(0, 1));
      const [dx] = gradients(sum(mul(y, dy)), [x]);
      return { graph, set, spec: { label: 'norm', outputs: { y, dx } } };
    },
  };
}

/** One training step of a network on mean |y − target| with Adam: forward, backward, update. */
function step(name: string, batch: number, size: number, network: Network): Case {
  const traced = (): Traced => {
    const graph = new Graph();
    const set = new ParameterSet('network');
    const image = (of: string): Tensor => graph.input(of, [batch, size, size, 1]);
    const loss = l1(network(set, graph, image('x')), image('target'));
    return { graph, set, spec: { label: name, outputs: { loss }, updates: [adam(set, loss, { learningRate: 1e-4 })] } };
  };
  return { name: `train ${name}, ${batch}×${size}²`, kind: 'step', flops: 0, bytes: 0, trace: traced };
}

function restoration(name: string, size: number, network: Network): Case {
  return {
    name: `restore ${name}, ${size}²`,
    kind: 'restore',
    flops: 0,
    bytes: 0,
    megapixels: (size * size) / 1e6,
    trace: () => {
      const graph = new Graph();
      const set = new ParameterSet('network');
      const image = network(set, graph, graph.input('x', [1, size, size, 1]));
      return { graph, set, spec: { label: name, outputs: { image } } };
    },
  };
}

type Network = (set: ParameterSet, graph: Graph, x: Tensor) => Tensor;

const care: Network = (set, graph, x) => careNetwork(set.scope(graph), x, CARE_PAPER).image;
const instanceNormed =
  (preset: PresetName): Network =>
  (set, graph, x) =>
    restorer(set.scope(graph), x, ARCHITECTURES[preset].restorer);

/** Every case; `quick` leaves out those of many seconds on a software adapter. */
export function allCases(quick: boolean): Case[] {
  const kernels = CONVOLUTIONS.flatMap((shape) => DIRECTIONS.map((direction) => convolution(shape, direction)));
  const norms = [false, true].flatMap((backward) => [
    norm([4, 128, 128, 32], backward),
    norm([4, 32, 32, 128], backward),
  ]);
  const size = quick ? 64 : 128;
  return [
    ...kernels,
    ...norms,
    step('CARE U-Net', 4, size, care),
    step('restorer, laptop', 4, size, instanceNormed('laptop')),
    ...(quick ? [] : [step('restorer, paper', 4, size, instanceNormed('paper'))]),
    restoration('CARE U-Net', quick ? 256 : 512, care),
    restoration('restorer, laptop', quick ? 256 : 512, instanceNormed('laptop')),
  ];
}
