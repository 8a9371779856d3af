/** The dispatches of a kernel op. */
import type { Binding, Dispatch, Root } from './dispatch';
import { emitMap } from './emit';
import { type Line, Scratch } from './expression';
import { type Job, storageOf, written } from './jobs';
import type { Candidate } from './kernel';
import { sizeOf } from './shape';
import type { Materialised } from './storage';

export function emitKernel(job: Job, memory: Materialised, candidate: Candidate): Dispatch[] {
  const { node } = job;
  const { epilogue } = job;
  const inputsOf = distinct(node.inputs.map((input) => storageOf(input, memory)));
  const columnSums = job.columnSums !== undefined;
  const { scratch, kernels } = candidate.make({ epilogue: epilogue?.source, columnSums });
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
