/** The kernels that end a step: Adam, and the moving average of weights. */
import type { Dispatch } from './dispatch';
import { Scratch } from './expression';
import { floatBits, groupsFor, mostTurns } from './kernel';
import type { ParameterSet } from './parameters';
import type { Buffers, Placed } from './program_memory';
import { sizeOf } from './shape';
import type { Update } from './updates';

/** The kernels of an update, a kernel for each unbroken run of flat parameters. */
export function updateDispatches(update: Update, slot: number): Placed[] {
  const set = update.kind === 'adam' ? update.set : update.target;
  const entries = update.kind === 'adam' ? update.trained.map((t) => t.entry) : set.entries;
  const runs: { first: number; floats: number }[] = [];
  for (const { offset, shape } of [...entries].sort((a, b) => a.offset - b.offset)) {
    const floats = Math.ceil(sizeOf(shape) / 64) * 64;
    const last = runs[runs.length - 1];
    if (last && last.first + last.floats === offset) last.floats += floats;
    else runs.push({ first: offset, floats });
  }
  return runs.map(({ first, floats }) => {
    const range =
      (buffer: (buffers: Buffers) => GPUBuffer) =>
      (buffers: Buffers): GPUBufferBinding => ({ buffer: buffer(buffers), offset: first * 4, size: floats * 4 });
    const place = (of: ParameterSet, part: 'value' | 'gradient' | 'm' | 'v') =>
      range((buffers) => buffers.part(of, part));
    const memory =
      update.kind === 'adam'
        ? (['value', 'gradient', 'm', 'v'] as const).map((part) => place(set, part))
        : [place(set, 'value'), place(update.source, 'value')];
    const threads = Math.ceil(floats / 4 / mostTurns(floats / 4));
    const params =
      update.kind === 'adam'
        ? [floats / 4, slot, ...[update.beta1, update.beta2, update.eps].map(floatBits), threads]
        : [floats / 4, floatBits(update.decay), threads];
    const dispatch: Dispatch = {
      label: `${update.kind} ${set.name}`,
      shader: update.kind === 'adam' ? 'adam' : 'moving_average',
      defines: {},
      constants: {},
      params,
      bindings: memory.map(() => ({ root: new Scratch(floats), offset: 0 })),
      usesRun: update.kind === 'adam',
      workgroups: groupsFor(threads, 64),
      flops: floats * 12,
    };
    return { dispatch, memory, bytes: floats * 4 * (update.kind === 'adam' ? 7 : 3) };
  });
}
