/** What a program has to do before it is put in order: a job for each tensor, part of a concatenation, or copy. */
import type { Binding, Root } from './dispatch';
import type { Epilogue } from './epilogue';
import { type Access, Expression, rootsOf, type Scratch } from './expression';
import type { Tensor } from './graph';
import { type Shape, splitStrides, stridesOf } from './shape';
import type { Materialised } from './storage';

/** What one tensor, or one part of a concatenation, or one copy takes. */
export interface Job {
  readonly kind: 'map' | 'reduce' | 'kernel';
  readonly label: string;
  /** Index space of a fused kernel. */
  readonly dims: Shape;
  readonly axes: readonly number[];
  readonly node: Tensor;
  /** Adds the job's lines to an expression and says which holds the value. */
  readonly line: (expression: Expression) => number;
  /** Where a map's value goes. */
  readonly store: Access | null;
  readonly root: Root;
  readonly reads: ReadonlySet<Root>;
  /** What a kernel op does to its result before storing it. */
  readonly epilogue?: Epilogue;
  /** Where a kernel op puts the column sums of its second input. */
  readonly columnSums?: Root;
}

/** Copies of tensors that cannot be computed in place where they are wanted. */
export interface Copy {
  readonly from: Tensor;
  readonly to: Scratch;
}

/** The tensors that a job writes, in the order of a kernel op's outputs. */
export const written = (job: Job): Root[] => (job.columnSums ? [job.root, job.columnSums] : [job.root]);

/** What a needed tensor asks for: nothing, one job, or one for each part of a concatenation. */
export function jobsOf(node: Tensor, memory: Materialised): Job[] {
  const { op } = node;
  if (!memory.has(node) || op.kind === 'input' || op.kind === 'parameter') return [];
  const base = { node, root: node, label: node.label, axes: [] };
  switch (op.kind) {
    case 'kernel': {
      const reads = new Set(node.inputs.map((input) => storageOf(input, memory).root));
      return [
        {
          ...base,
          kind: 'kernel',
          dims: node.shape,
          line: () => 0,
          store: null,
          reads,
          label: `${op.name} ${node.label}`,
        },
      ];
    }
    case 'reduce': {
      const [input] = node.inputs;
      const line = (e: Expression): number => e.value(input);
      return [
        withReads(
          { ...base, kind: 'reduce', dims: input.shape, axes: op.axes, line, store: null, label: `sum ${node.label}` },
          memory,
        ),
      ];
    }
    case 'concat': {
      let start = 0;
      return node.inputs.map((part) => {
        const along = stridesOf(node.shape);
        const base0 = start * along[op.axis];
        start += part.shape[op.axis];
        // A reshape without memory below it, an upsampled image say, is computed in the shape it had before.
        const inner = part.op.kind === 'reshape' && !memory.layoutOf(part) ? part.inputs[0] : part;
        const strides = inner === part ? along : (splitStrides(inner.shape, part.shape, along) as number[]);
        const store = { root: node, base: base0, strides };
        const line = (e: Expression): number => e.value(inner);
        return withReads(
          { ...base, kind: 'map', dims: inner.shape, line, store, label: `concat ${node.label}` },
          memory,
        );
      });
    }
    default: {
      const store = { root: node, base: 0, strides: stridesOf(node.shape) };
      const what = op.kind === 'map' ? op.fn : op.kind;
      return [
        withReads(
          {
            ...base,
            kind: 'map',
            dims: node.shape,
            line: (e) => e.definition(node),
            store,
            label: `${what} ${node.label}`,
          },
          memory,
        ),
      ];
    }
  }
}

export function copyJob({ from, to }: Copy, memory: Materialised): Job {
  const store = { root: to, base: 0, strides: stridesOf(from.shape) };
  const job = {
    kind: 'map' as const,
    label: `copy ${from.label}`,
    dims: from.shape,
    axes: [],
    node: from,
    line: (e: Expression) => e.value(from),
    store,
    root: to,
  };
  return withReads(job, memory);
}

function withReads(job: Omit<Job, 'reads'>, memory: Materialised): Job {
  const trial = new Expression(job.dims, memory);
  job.line(trial);
  return { ...job, reads: rootsOf(trial.lines) };
}

export function storageOf(node: Tensor, memory: Materialised): Binding & { root: Tensor } {
  const storage = memory.storageOf(node);
  if (!storage) throw new Error(`a ${node.op.kind} was given no memory`);
  return storage;
}
