/** A fused expression: what one thread computes, as lines over affine accesses to tensors in memory. */
import type { Tensor, ViewIndex } from './graph';
import { type Shape, stridesOf } from './shape';
import type { Materialised } from './storage';

/** Element base + Σ stride_k · coordinate_k of a root; one stride for each axis of the kernel's index space. */
export interface Access {
  readonly root: Tensor | Scratch;
  readonly base: number;
  readonly strides: readonly number[];
}

/** Memory that lives for one unit: partial sums. */
export class Scratch {
  constructor(readonly floats: number) {}
}

export type Line =
  | { readonly kind: 'load'; readonly access: Access }
  | { readonly kind: 'constant'; readonly value: number }
  | {
      /** The n-th sum of the kernel that these lines end. */
      readonly kind: 'sum';
      readonly of: number;
    }
  | {
      readonly kind: 'random';
      readonly fn: string;
      readonly stream: number;
      readonly base: number;
      readonly strides: readonly number[];
    }
  | {
      readonly kind: 'call';
      readonly fn: string;
      readonly arguments: readonly number[];
      readonly constants: readonly number[];
    };

/** A node's coordinate: step · kernel coordinate[from] + offset, or offset alone where from is −1. */
type Coordinate = ViewIndex;

export class Expression {
  readonly lines: Line[] = [];
  private readonly known = new Map<string, number>();
  private readonly held: { readonly access: Access; readonly line: number }[] = [];

  constructor(
    /** The kernel's index space, e.g. [N, H, W, C]. */
    readonly dims: Shape,
    private readonly materialised: Materialised,
  ) {}

  /** Adds the lines that compute `node`, of the index space's shape; returns the line that holds it. */
  value(node: Tensor): number {
    return this.visit(node, this.identity());
  }

  /** The same where `node` has memory but is to be computed again: the kernel that fills it. */
  definition(node: Tensor): number {
    return this.expand(node, this.identity());
  }

  /** The n-th sum of a reduction, over whose result these lines run. */
  sum(of: number): number {
    return this.push({ kind: 'sum', of });
  }

  /** Loads of what a line is stored to, element for element, are that line from now on. */
  hold(access: Access, line: number): void {
    this.held.push({ access, line });
  }

  private identity(): Coordinate[] {
    return this.dims.map((_, from) => ({ from, step: 1, offset: 0 }));
  }

  private visit(node: Tensor, at: readonly Coordinate[]): number {
    const key = `${node.id} ${at.map((c) => `${c.from}*${c.step}+${c.offset}`).join(' ')}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const line = this.materialised.has(node) ? this.load(node, at) : this.expand(node, at);
    this.known.set(key, line);
    return line;
  }

  private expand(node: Tensor, at: readonly Coordinate[]): number {
    const { op, inputs } = node;
    switch (op.kind) {
      case 'constant':
        return this.push({ kind: 'constant', value: op.value });
      case 'random':
        return this.push({
          kind: 'random',
          fn: op.fn,
          stream: op.stream,
          ...this.affine(0, stridesOf(node.shape), at),
        });
      case 'map':
        return this.push({
          kind: 'call',
          fn: op.fn,
          arguments: inputs.map((input) => this.visit(input, at)),
          constants: op.constants,
        });
      case 'define':
        return this.visit(inputs[0], at);
      case 'view':
        return this.visit(
          inputs[0],
          op.index.map((i) => compose(i, at)),
        );
      case 'reshape':
        return this.load(node, at);
      default:
        throw new Error(`a ${op.kind} cannot be computed inside another kernel`);
    }
  }

  private load(node: Tensor, at: readonly Coordinate[]): number {
    const layout = this.materialised.layoutOf(node);
    if (!layout) throw new Error(`a ${node.op.kind} of a ${node.inputs[0]?.op.kind} that has no memory`);
    const access = { root: layout.root, ...this.affine(layout.offset, layout.strides, at) };
    const held = this.held.find((one) => this.isSame(one.access, access));
    return held ? held.line : this.push({ kind: 'load', access });
  }

  private isSame(a: Access, b: Access): boolean {
    const along = this.dims.every((extent, k) => extent === 1 || a.strides[k] === b.strides[k]);
    return a.root === b.root && a.base === b.base && along;
  }

  private affine(
    offset: number,
    along: readonly number[],
    at: readonly Coordinate[],
  ): { base: number; strides: number[] } {
    const strides = new Array<number>(this.dims.length).fill(0);
    let base = offset;
    for (const [d, c] of at.entries()) {
      base += c.offset * along[d];
      if (c.from >= 0) strides[c.from] += c.step * along[d];
    }
    return { base, strides };
  }

  private push(line: Line): number {
    this.lines.push(line);
    return this.lines.length - 1;
  }
}

function compose(index: ViewIndex, at: readonly Coordinate[]): Coordinate {
  if (index.from < 0) return index;
  const outer = at[index.from];
  return { from: outer.from, step: index.step * outer.step, offset: index.step * outer.offset + index.offset };
}

/** The roots that lines read, each once. */
export function rootsOf(lines: readonly Line[]): Set<Tensor | Scratch> {
  return new Set(lines.flatMap((line) => (line.kind === 'load' ? [line.access.root] : [])));
}
