/**
 * Orders a program's work into units: each kernel op is one; elementwise results of one shape and sums over the same axes
 * that are ready together share one kernel, and so does what is then computed element for element of either.
 */
import type { Dispatch, Root, Unit } from './dispatch';
import { emitMap } from './emit';
import { emitKernel } from './emit_kernel';
import { canFinish, emitReduce, type Finish, type Spread } from './emit_reduce';
import { type Access, Expression, rootsOf, Scratch } from './expression';
import { fuse, joinColumnSums } from './fuse';
import type { Tensor } from './graph';
import { type Copy, copyJob, type Job, jobsOf, written } from './jobs';
import type { Candidate, DeviceTraits } from './kernel';
import { sameShape, sizeOf, stridesOf } from './shape';
import type { Materialised } from './storage';

/** A CPU driver runs a group of 64 threads on one core; a GPU wants many short sums. */
const SPREAD: Record<DeviceTraits['kind'], Spread> = {
  cpu: { threads: 256, enough: 64 },
  gpu: { threads: 16384, enough: 4096 },
};

/** Merged maps and sums either share a large tensor or are small enough for their memory not to matter. */
const SMALL = 65536;

/** Jobs that one kernel does: maps, each of which may take what those before it made; or sums, and maps of the sums. */
interface Group {
  readonly jobs: Job[];
  readonly finish: Job[];
}

const membersOf = ({ jobs, finish }: Group): readonly Job[] => (finish.length > 0 ? [...jobs, ...finish] : jobs);

export function schedule(
  needed: readonly Tensor[],
  copies: readonly Copy[],
  memory: Materialised,
  device: DeviceTraits,
  placed: ReadonlyMap<Root, unknown>,
  choose: (node: Tensor) => Candidate,
): Unit[] {
  const all = [...needed.flatMap((node) => jobsOf(node, memory)), ...copies.map((copy) => copyJob(copy, memory))];
  const jobs = joinColumnSums(fuse(all, memory, device, placed), memory, choose);
  const pending = new Map<Root, number>();
  for (const root of jobs.flatMap(written)) pending.set(root, (pending.get(root) ?? 0) + 1);
  const done = new Set<Job>();
  const units: Unit[] = [];
  for (const [i, job] of jobs.entries()) {
    if (done.has(job)) continue;
    const group: Group = { jobs: [job], finish: [] };
    for (const other of job.kind === 'kernel' ? [] : jobs.slice(i + 1)) {
      if (done.has(other)) continue;
      const waits = [...other.reads].filter((root) => pending.get(root));
      if (waits.length === 0 && merges(group, other, device)) group.jobs.push(other);
      else if (waits.every((root) => pending.get(root) === 1) && follows(group, waits, other, memory, device))
        (job.kind === 'map' ? group.jobs : group.finish).push(other);
    }
    const members = membersOf(group);
    for (const member of members) {
      done.add(member);
      for (const root of written(member)) pending.set(root, (pending.get(root) as number) - 1);
    }
    const isKept = (root: Root): boolean =>
      placed.has(root) || jobs.some((other) => !done.has(other) && other.reads.has(root));
    const dispatches =
      job.kind === 'kernel' ? emitKernel(job, memory, choose(job.node)) : emit(group, memory, device, isKept);
    units.push({ dispatches });
  }
  return units;
}

/** Whether a job of the head's own kind and shape can be done beside the group's. */
function merges(group: Group, other: Job, device: DeviceTraits): boolean {
  const [head] = group.jobs;
  if (group.finish.length > 0) return false;
  if (other.kind !== head.kind || !sameShape(other.dims, head.dims) || !sameShape(other.axes, head.axes)) return false;
  const reads = new Set(group.jobs.flatMap((job) => [...job.reads]));
  const shares = (root: Root): boolean => reads.has(root) && !(root instanceof Scratch) && sizeOf(root.shape) > SMALL;
  return (sizeOf(head.dims) <= SMALL || [...other.reads].some(shares)) && binds(group, other, device);
}

/** Whether a map takes of what the group writes, `waits`, only what the same thread has just computed. */
function follows(
  group: Group,
  waits: readonly Root[],
  other: Job,
  memory: Materialised,
  device: DeviceTraits,
): boolean {
  const [head] = group.jobs;
  const roots = new Set(membersOf(group).map((job) => job.root));
  if (other.kind !== 'map' || waits.length === 0 || !waits.every((root) => roots.has(root))) return false;
  if (head.kind === 'map' && !sameShape(other.dims, head.dims)) return false;
  if (head.kind === 'reduce' && !(sameShape(extentsOf(keptOf(head)), extentsOf(other.dims)) && finishes(group, memory)))
    return false;
  if (group.finish.length > 0 && !sameShape(other.dims, group.finish[0].dims)) return false;
  if (!binds(group, other, device)) return false;
  const { expression } = head.kind === 'map' ? mapped(group, memory) : finished(group, other.dims, memory);
  other.line(expression);
  return ![...rootsOf(expression.lines)].some((root) => roots.has(root));
}

function binds(group: Group, other: Job, device: DeviceTraits): boolean {
  const all = [...membersOf(group), other];
  return new Set(all.flatMap((job) => [...job.reads, job.root])).size <= device.maxStorageBuffers;
}

/** The shape of a sum, with extents of 1 for what is summed over. */
const keptOf = ({ dims, axes }: Job): number[] => dims.map((extent, d) => (axes.includes(d) ? 1 : extent));
const extentsOf = (shape: readonly number[]): number[] => shape.filter((extent) => extent !== 1);

function finishes(group: Group, memory: Materialised): boolean {
  const { expression } = summed(group, memory);
  return canFinish(expression, group.jobs[0].axes);
}

/** The lines of a group of maps, each value held for those after it. */
function mapped({ jobs }: Group, memory: Materialised): { expression: Expression; lines: number[] } {
  const expression = new Expression(jobs[0].dims, memory);
  const lines = jobs.map((job) => {
    const line = job.line(expression);
    expression.hold(job.store as Access, line);
    return line;
  });
  return { expression, lines };
}

function summed({ jobs }: Group, memory: Materialised): { expression: Expression; lines: number[] } {
  const expression = new Expression(jobs[0].dims, memory);
  return { expression, lines: jobs.map((job) => job.line(expression)) };
}

/** The lines of the maps of a group's sums. */
function finished(
  { jobs, finish }: Group,
  dims: readonly number[],
  memory: Materialised,
): { expression: Expression; lines: number[] } {
  const expression = new Expression(dims, memory);
  for (const [i, { root }] of jobs.entries())
    expression.hold({ root, base: 0, strides: stridesOf(dims) }, expression.sum(i));
  const lines = finish.map((job) => {
    const line = job.line(expression);
    expression.hold(job.store as Access, line);
    return line;
  });
  return { expression, lines };
}

/** @param isKept whether a tensor is read by another unit, or is one of the program's results */
function emit(group: Group, memory: Materialised, device: DeviceTraits, isKept: (root: Root) => boolean): Dispatch[] {
  const { jobs, finish } = group;
  const [head] = jobs;
  const others = jobs.length + finish.length - 1;
  const label = others > 0 ? `${head.label} +${others}` : head.label;
  if (head.kind === 'map') {
    const { expression, lines } = mapped(group, memory);
    return [emitMap(label, expression, storesOf(jobs, lines, isKept), device.kind === 'cpu')];
  }
  const { expression, lines } = summed(group, memory);
  const sums = jobs.map(({ root }, i) => ({ line: lines[i], root, kept: isKept(root) }));
  return emitReduce(label, expression, head.axes, sums, SPREAD[device.kind], endOf(group, memory, isKept));
}

const storesOf = (jobs: readonly Job[], lines: readonly number[], isKept: (root: Root) => boolean) =>
  jobs.flatMap((job, i) => (isKept(job.root) ? [{ line: lines[i], access: job.store as Access }] : []));

function endOf(group: Group, memory: Materialised, isKept: (root: Root) => boolean): Finish | undefined {
  if (group.finish.length === 0) return undefined;
  const { dims } = group.finish[0];
  const { expression, lines } = finished(group, dims, memory);
  return { dims, lines: expression.lines, stores: storesOf(group.finish, lines, isKept) };
}
