/** Which tensors have memory of their own, and where the values of the others lie. */
import type { OpKind, Tensor, ViewIndex } from './graph';
import { sizeOf, stridesOf } from './shape';

/** Elements `offset`… of a tensor that has memory (a root), in the order of the asked tensor. */
export interface Storage {
  readonly root: Tensor;
  readonly offset: number;
}

/** Offsets at which a buffer may be bound: 256 bytes, in floats. */
export const BINDING_ALIGNMENT = 64;

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

  /** Where the node's values lie as one contiguous run, or null where they must be computed or copied. */
  storageOf(node: Tensor): Storage | null {
    if (this.has(node)) return { root: node, offset: 0 };
    const { op } = node;
    if (op.kind === 'define' || op.kind === 'reshape') return this.storageOf(node.inputs[0]);
    if (op.kind !== 'view') return null;
    const inner = this.storageOf(node.inputs[0]);
    const run = inner && contiguousRun(op.index, node.inputs[0].shape, node.shape);
    return inner && run !== null ? { root: inner.root, offset: inner.offset + run } : null;
  }

  /** Gives memory to as little as lets the node be bound: itself, or what it is a plain view of. */
  bind(node: Tensor): void {
    const storage = this.storageOf(node);
    if (storage && storage.offset % BINDING_ALIGNMENT === 0) return;
    const { op } = node;
    const alias = op.kind === 'define' || op.kind === 'reshape';
    const run = op.kind === 'view' ? contiguousRun(op.index, node.inputs[0].shape, node.shape) : null;
    if (!storage && (alias || run === 0)) this.bind(node.inputs[0]);
    else this.add(node);
  }
}

/** From which element a view of a contiguous tensor is itself one contiguous run; null where it is not. */
function contiguousRun(index: readonly ViewIndex[], from: readonly number[], to: readonly number[]): number | null {
  const strides = stridesOf(from);
  const along = new Array<number>(to.length).fill(0);
  let offset = 0;
  index.forEach((i, d) => {
    offset += i.offset * strides[d];
    if (i.from >= 0) along[i.from] += i.step * strides[d];
  });
  const wanted = stridesOf(to);
  return to.every((extent, d) => extent === 1 || along[d] === wanted[d]) ? offset : null;
}

/** Bytes of a tensor's memory, a whole number of binding alignments. */
export const bytesOf = (node: Tensor): number => alignedBytes(sizeOf(node.shape));

export const alignedBytes = (floats: number): number => Math.ceil(floats / BINDING_ALIGNMENT) * BINDING_ALIGNMENT * 4;
