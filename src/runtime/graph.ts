/**
 * The step as a graph. Nothing runs here: ops add nodes, equal nodes are one node, and a program is compiled from the
 * nodes that its outputs need.
 */
import type { Candidate, DeviceTraits } from './kernel';
import { type Shape, ShapeError, showShape } from './shape';

/** One coordinate of a view's input: `step · output[from] + offset`, or `offset` alone where `from` is −1. */
export interface ViewIndex {
  readonly from: number;
  readonly step: number;
  readonly offset: number;
}

/** A parameter set, as far as a graph and its memory need to know it. */
export interface ParameterOwner {
  readonly id: number;
  readonly name: string;
  /** Floats of its flat buffer. */
  readonly size: number;
  /** Where a parameter's floats begin. */
  get(name: string): { readonly offset: number };
}

/** What a node does. `map` and `reduce` are fused by the compiler; `kernel` brings its own WGSL. */
export type OpKind =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly set: ParameterOwner; readonly name: string }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'map'; readonly fn: string; readonly constants: readonly number[] }
  | { readonly kind: 'random'; readonly fn: 'random_uniform' | 'random_normal'; readonly stream: number }
  | { readonly kind: 'view'; readonly index: readonly ViewIndex[] }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'define' }
  | { readonly kind: 'reduce'; readonly axes: readonly number[] }
  | { readonly kind: 'concat'; readonly axis: number }
  | {
      readonly kind: 'kernel';
      readonly name: string;
      readonly key: string;
      /** The first is the one that a rule prefers, where nothing was measured. */
      readonly candidates: (device: DeviceTraits) => readonly Candidate[];
      /** Whether an elementwise chain can be put at its end. */
      readonly fuses?: boolean;
    };

/** Given the gradient of the output, the gradient of each input; only those with `need` are asked for. Written in ops. */
export type GradientRule = (dy: Tensor, need: readonly boolean[], y: Tensor) => (Tensor | null)[];

export type Op = OpKind & { readonly gradient?: GradientRule };

export class Tensor {
  constructor(
    readonly graph: Graph,
    readonly id: number,
    readonly op: Op,
    readonly inputs: readonly Tensor[],
    readonly shape: Shape,
    readonly label: string,
  ) {}

  get rank(): number {
    return this.shape.length;
  }
}

/** What a norm normalises, and by which statistics of it. */
export interface Normalising {
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export class Graph {
  readonly nodes: Tensor[] = [];
  /** Where norms take their statistics from, set where a part of an image takes the whole's; left out: from x itself. */
  statistics?: (x: Tensor) => Normalising;
  private readonly known = new Map<string, Tensor>();
  private readonly labels: string[] = [];

  /** A tensor fed at each run. Shape [] is a scalar. */
  input(name: string, shape: Shape): Tensor {
    if (this.known.has(`input ${name}`))
      throw new ShapeError('input', `a second input named '${name}'`, 'a name of its own');
    return this.add({ kind: 'input', name }, [], shape, `input ${name}`);
  }

  /** A number, written into the kernels that use it. */
  constant(value: number): Tensor {
    return this.add({ kind: 'constant', value }, [], [], `constant ${Object.is(value, -0) ? '-0' : value}`);
  }

  /** A trained tensor of a parameter set: one node for each name. */
  parameter(set: ParameterOwner, name: string, shape: Shape): Tensor {
    return this.add({ kind: 'parameter', set, name }, [], shape, `parameter ${set.id} ${name}`);
  }

  /**
   * Adds a node, or returns the one that computes the same. `key` names the op with its attributes.
   * @throws ShapeError where an extent is not a positive integer
   */
  add(op: Op, inputs: readonly Tensor[], shape: Shape, key: string): Tensor {
    for (const input of inputs) {
      if (input.graph !== this) throw new ShapeError(key, 'a tensor of another graph', 'tensors of one graph');
    }
    if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw new ShapeError(key, `shape ${showShape(shape)}`, 'whole extents of at least 1');
    }
    const full = inputs.length === 0 ? key : `${key} (${inputs.map((t) => t.id).join(' ')}) ${shape.join(' ')}`;
    const known = this.known.get(full);
    if (known) return known;
    const tensor = new Tensor(
      this,
      this.nodes.length,
      op,
      inputs,
      shape,
      this.labels[this.labels.length - 1] ?? placeOf(op, inputs),
    );
    this.nodes.push(tensor);
    this.known.set(full, tensor);
    return tensor;
  }

  /** Nodes made inside carry `label`, so that a plan tells which layer a kernel belongs to. */
  labelled<T>(label: string, build: () => T): T {
    this.labels.push(label);
    try {
      return build();
    } finally {
      this.labels.pop();
    }
  }
}

/** The layer a node belongs to: that of a parameter it reads, else that of its first input. */
function placeOf(op: Op, inputs: readonly Tensor[]): string {
  if (op.kind === 'parameter') return `${op.set.name}.${op.name.replace(/\.?[^.]*$/, '')}`;
  const named = inputs.find((input) => input.op.kind === 'parameter') ?? inputs[0];
  return named?.label ?? '';
}

export type Operandish = Tensor | number;

/** The graph that the operands live in; at least one must be a tensor. */
export function graphOf(...operands: Operandish[]): Graph {
  for (const operand of operands) if (operand instanceof Tensor) return operand.graph;
  throw new ShapeError('op', 'numbers only', 'at least one tensor');
}
