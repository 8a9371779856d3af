/**
 * Orders a program's work into units: each kernel op is one, elementwise results of one shape and sums over the same
 * axes that are ready together share one kernel.
 */
import type { Binding, Dispatch, Root, Unit } from './dispatch';
import { emitMap, emitReduce, type Spread } from './emit';
import { type Epilogue, epilogueOf } from './epilogue';
import { type Access, Expression, type Line, rootsOf, Scratch } from './expression';
import type { Tensor } from './graph';
import type { DeviceTraits } from './kernel';
import { type Shape, sameShape, sizeOf, splitStrides, stridesOf } from './shape';
import type { Materialised } from './storage';

/** What one tensor, or one part of a concatenation, or one copy takes. */
interface Job {
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

/** A CPU driver runs a group of 64 threads on one core; a GPU wants many short sums. */
const SPREAD: Record<DeviceTraits['kind'], Spread> = {
  cpu: { threads: 256, enough: 64 },
  gpu: { threads: 16384, enough: 4096 },
};

/** Merged maps and sums either share a large tensor or are small enough for their memory not to matter. */
const SMALL = 65536;

export function schedule(
  needed: readonly Tensor[],
  copies: readonly Copy[],
  memory: Materialised,
  device: DeviceTraits,
  placed: ReadonlyMap<Root, unknown>,
): Unit[] {
  const all = [...needed.flatMap((node) => jobsOf(node, memory)), ...copies.map((copy) => copyJob(copy, memory))];
  const jobs = joinColumnSums(fuse(all, memory, device, placed), memory, device);
  const pending = new Map<Root, number>();
  for (const root of jobs.flatMap(written)) pending.set(root, (pending.get(root) ?? 0) + 1);
  const ready = (job: Job): boolean => [...job.reads].every((root) => !pending.get(root));
  const done = new Set<Job>();
  const units: Unit[] = [];
  for (const [i, job] of jobs.entries()) {
    if (done.has(job)) continue;
    const group = [job];
    if (job.kind !== 'kernel') {
      for (const other of jobs.slice(i + 1)) {
        if (!done.has(other) && merges(group, other, device) && ready(other)) group.push(other);
      }
    }
    for (const member of group) {
      done.add(member);
      for (const root of written(member)) pending.set(root, (pending.get(root) as number) - 1);
    }
    units.push({ dispatches: emit(group, memory, device), writes: [...new Set(group.flatMap(written))] });
  }
  return units;
}

const written = (job: Job): Root[] => (job.columnSums ? [job.root, job.columnSums] : [job.root]);

/** Elementwise jobs put at the end of the convolution that they alone read. */
function fuse(
  jobs: readonly Job[],
  memory: Materialised,
  device: DeviceTraits,
  placed: ReadonlyMap<Root, unknown>,
): Job[] {
  const readers = new Map<Root, number>();
  for (const job of jobs) for (const root of job.reads) readers.set(root, (readers.get(root) ?? 0) + 1);
  const kernels = new Map<Root, Job>(jobs.flatMap((job) => (job.kind === 'kernel' ? [[job.root, job]] : [])));
  const gone = new Set<Job>();
  const fused = jobs.map((job): Job => {
    const whole = job.store?.base === 0 && sameShape(job.store.strides, stridesOf(job.dims));
    if (job.kind !== 'map' || !whole) return job;
    for (const root of job.reads) {
      const kernel = kernels.get(root);
      if (!kernel || readers.get(root) !== 1 || placed.has(root) || !sameShape(kernel.dims, job.dims)) continue;
      if (kernel.node.op.kind !== 'kernel' || !kernel.node.op.fuses) continue;
      const expression = new Expression(job.dims, memory);
      const epilogue = epilogueOf(expression, job.line(expression), kernel.node, device.maxStorageBuffers - 3);
      if (!epilogue || epilogue.roots.some((extra) => kernel.reads.has(extra))) continue;
      gone.add(kernel);
      const reads = new Set([...kernel.reads, ...epilogue.roots]);
      return { ...kernel, label: `${kernel.label} + ${job.label}`, root: job.root, reads, epilogue };
    }
    return job;
  });
  return fused.filter((job) => !gone.has(job));
}

/** Sums over all axes but the last of what a weight gradient reads, a bias's gradient, left to that kernel. */
function joinColumnSums(jobs: readonly Job[], memory: Materialised, device: DeviceTraits): Job[] {
  const kernels = new Map<Root, { job: Job; at: number }>();
  for (const [at, job] of jobs.entries()) {
    const { op, inputs } = job.node;
    if (job.kind !== 'kernel' || op.kind !== 'kernel' || !op.sumsColumns?.(device)) continue;
    const { root, offset } = storageOf(inputs[1], memory);
    if (offset === 0 && !kernels.has(root)) kernels.set(root, { job, at });
  }
  const joined = new Map<Job, Root>();
  const gone = new Set<Job>();
  for (const [from, job] of jobs.entries()) {
    if (job.kind !== 'reduce') continue;
    const storage = memory.storageOf(job.node.inputs[0]);
    const kernel = storage?.offset === 0 ? kernels.get(storage.root) : undefined;
    if (!kernel || joined.has(kernel.job)) continue;
    const dy = kernel.job.node.inputs[1];
    const summed = job.dims.every((extent, d) => extent === 1 || job.axes.includes(d) === d < job.dims.length - 1);
    const whole = sameShape(job.dims, dy.shape) && job.reads.size === 1;
    const early = jobs.slice(from, kernel.at).some(({ reads }) => reads.has(job.root));
    if (!summed || !whole || early || kernel.job.reads.has(job.root)) continue;
    joined.set(kernel.job, job.root);
    gone.add(job);
  }
  return jobs
    .filter((job) => !gone.has(job))
    .map((job) => ({ ...job, columnSums: joined.get(job), label: joined.has(job) ? `${job.label} + sum` : job.label }));
}

function merges(group: readonly Job[], other: Job, device: DeviceTraits): boolean {
  const [head] = group;
  if (other.kind !== head.kind || !sameShape(other.dims, head.dims) || !sameShape(other.axes, head.axes)) return false;
  const reads = new Set(group.flatMap((job) => [...job.reads]));
  const large = sizeOf(head.dims) > SMALL;
  if (
    large &&
    ![...other.reads].some((root) => reads.has(root) && root instanceof Scratch === false && sizeOf(root.shape) > SMALL)
  )
    return false;
  const all = new Set<Root>([...reads, ...other.reads, ...group.map((job) => job.root), other.root]);
  return all.size <= device.maxStorageBuffers;
}

function jobsOf(node: Tensor, memory: Materialised): Job[] {
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

function copyJob({ from, to }: Copy, memory: Materialised): Job {
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

function storageOf(node: Tensor, memory: Materialised): Binding & { root: Tensor } {
  const storage = memory.storageOf(node);
  if (!storage) throw new Error(`a ${node.op.kind} was given no memory`);
  return storage;
}

function emit(group: readonly Job[], memory: Materialised, device: DeviceTraits): Dispatch[] {
  const [head] = group;
  if (head.kind === 'kernel') return emitKernel(head, memory, device);
  const expression = new Expression(head.dims, memory);
  const lines = group.map((job) => job.line(expression));
  const label = group.length > 1 ? `${head.label} +${group.length - 1}` : head.label;
  if (head.kind === 'map') {
    return [
      emitMap(
        label,
        expression,
        group.map((job, i) => ({ line: lines[i], access: job.store as Access })),
      ),
    ];
  }
  return emitReduce(
    label,
    expression,
    head.axes,
    group.map((job, i) => ({ line: lines[i], root: job.root })),
    SPREAD[device.kind],
  );
}

function emitKernel(job: Job, memory: Materialised, device: DeviceTraits): Dispatch[] {
  const { node } = job;
  if (node.op.kind !== 'kernel') throw new Error('not a kernel op');
  const { epilogue } = job;
  const inputsOf = distinct(node.inputs.map((input) => storageOf(input, memory)));
  const columnSums = job.columnSums !== undefined;
  const { scratch, kernels } = node.op.kernels(device, { epilogue: epilogue?.source, columnSums });
  const blocks = scratch.map((floats) => new Scratch(floats));
  const dispatches = kernels.map((kernel, i): Dispatch => {
    const fused = epilogue && i === kernels.length - 1 ? epilogue : null;
    const bindings = kernel.buffers.map((operand): Binding => {
      if ('input' in operand) return inputsOf.bindings[operand.input];
      return { root: 'output' in operand ? written(job)[operand.output] : blocks[operand.scratch], offset: 0 };
    });
    return {
      label: job.label,
      shader: kernel.shader,
      defines: fused ? { ...kernel.defines, FUSED: true } : (kernel.defines ?? {}),
      constants: kernel.constants ?? {},
      params: kernel.params,
      bindings: fused ? [...bindings, ...fused.roots.map((root) => ({ root, offset: 0 }))] : bindings,
      usesRun: kernel.usesRun ?? false,
      workgroups: kernel.workgroups,
      flops: kernel.flops ?? 0,
    };
  });
  return [...inputsOf.copies, ...dispatches];
}

/** WebGPU binds no memory twice in one kernel: a root that stands behind two inputs is copied for the second. */
function distinct(bindings: readonly Binding[]): { bindings: Binding[]; copies: Dispatch[] } {
  const seen = new Set<Root>();
  const copies: Dispatch[] = [];
  const own = bindings.map((binding) => {
    const { root, offset } = binding;
    if (!seen.has(root)) {
      seen.add(root);
      return binding;
    }
    const floats = (root instanceof Scratch ? root.floats : sizeOf(root.shape)) - offset;
    const to = new Scratch(floats);
    const lines: Line[] = [{ kind: 'load', access: { root, base: offset, strides: [1] } }];
    copies.push(
      emitMap('copy of a tensor bound twice', { dims: [floats], lines }, [
        { line: 0, access: { root: to, base: 0, strides: [1] } },
      ]),
    );
    return { root: to, offset: 0 };
  });
  return { bindings: own, copies };
}
