/** Which tensors have memory of their own, and where the values of the others lie. */

import type { OpKind, Tensor, ViewIndex } from './graph';
import { BINDING_ALIGNMENT } from './kernel';
import { type Shape, sizeOf, splitStrides, stridesOf } from './shape';

/** Elements `offset`… of a tensor that has memory (a root), in the order of the asked tensor. */
export interface Storage {
  readonly root: Tensor;
  readonly offset: number;
}

/** The same for values that do not follow one another. */
export interface Layout extends Storage {
  readonly strides: readonly number[];
}

const OWN_MEMORY: ReadonlySet<OpKind['kind']> = new Set(['input', 'parameter', 'reduce', 'concat', 'kernel']);

/** The tensors a program needs, and the set of them that get memory. */
export class Materialised {
  private readonly set = new Set<Tensor>();

  add(node: Tensor): void {
    this.set.add(node);
  }

  has(node: Tensor): boolean {
    return OWN_MEMORY.has(node.op.kind) || this.set.has(node);
  }

  /** Where the node's values lie, each a step along its axes from the next; null where they must be computed. */
  layoutOf(node: Tensor): Layout | null {
    if (this.has(node)) return { root: node, offset: 0, strides: stridesOf(node.shape) };
    const { op } = node;
    if (op.kind !== 'define' && op.kind !== 'reshape' && op.kind !== 'view') return null;
    const [input] = node.inputs;
    const inner = this.layoutOf(input);
    if (!inner || op.kind === 'define') return inner;
    if (op.kind === 'view') return seen(inner, op.index, node.rank);
    const whole = runsOn(inner.strides, input.shape);
    const strides = whole ? stridesOf(node.shape) : splitStrides(node.shape, input.shape, inner.strides);
    return strides && { ...inner, strides };
  }

  /** Where the node's values lie as one contiguous run, or null where they must be computed or copied. */
  storageOf(node: Tensor): Storage | null {
    const layout = this.layoutOf(node);
    return layout && runsOn(layout.strides, node.shape) ? layout : null;
  }

  /** Gives memory to as little as lets the node be bound: itself, or what it is a plain view of. */
  bind(node: Tensor): void {
    const storage = this.storageOf(node);
    if (storage && storage.offset % BINDING_ALIGNMENT === 0) return;
    const { op } = node;
    const alias = op.kind === 'define' || op.kind === 'reshape';
    const whole = { root: node, offset: 0, strides: stridesOf(node.inputs[0]?.shape ?? []) };
    const view = op.kind === 'view' ? seen(whole, op.index, node.rank) : null;
    const plain = view !== null && view.offset === 0 && runsOn(view.strides, node.shape);
    if (!storage && (alias || plain)) this.bind(node.inputs[0]);
    else this.add(node);
  }
}

/** The layout of a view of a tensor with a layout. */
function seen(inner: Layout, index: readonly ViewIndex[], rank: number): Layout {
  const strides = new Array<number>(rank).fill(0);
  let { offset } = inner;
  for (const [d, i] of index.entries()) {
    offset += i.offset * inner.strides[d];
    if (i.from >= 0) strides[i.from] += i.step * inner.strides[d];
  }
  return { root: inner.root, offset, strides };
}

/** Whether strides are those of a row-major run. */
function runsOn(strides: readonly number[], shape: Shape): boolean {
  const wanted = stridesOf(shape);
  return shape.every((extent, d) => extent === 1 || strides[d] === wanted[d]);
}

/** Bytes of a tensor's memory, a whole number of binding alignments. */
export const bytesOf = (node: Tensor): number => alignedBytes(sizeOf(node.shape));

export const alignedBytes = (floats: number): number => Math.ceil(floats / BINDING_ALIGNMENT) * BINDING_ALIGNMENT * 4;
