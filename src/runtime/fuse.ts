/** Jobs that a kernel op does besides its own: at its end, or on what it reads anyway. */
import type { Root } from './dispatch';
import { epilogueOf } from './epilogue';
import { Expression } from './expression';
import type { Tensor } from './graph';
import { type Job, storageOf } from './jobs';
import type { Candidate, DeviceTraits } from './kernel';
import { sameShape, stridesOf } from './shape';
import type { Materialised } from './storage';

/** Elementwise jobs put at the end of the convolution that they alone read. */
export function fuse(
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
export function joinColumnSums(jobs: readonly Job[], memory: Materialised, choose: (node: Tensor) => Candidate): Job[] {
  const kernels = new Map<Root, { job: Job; at: number }>();
  for (const [at, job] of jobs.entries()) {
    if (job.kind !== 'kernel' || !choose(job.node).sumsColumns) continue;
    const { root, offset } = storageOf(job.node.inputs[1], memory);
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
