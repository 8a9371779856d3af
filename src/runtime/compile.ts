/** From a graph to units of kernels over planned memory. No GPU here: what comes out can be printed and counted. */
import { byRule, type Choose } from './choices';
import type { Binding, Dispatch, Root, Unit } from './dispatch';
import { Scratch } from './expression';
import type { ParameterOwner, Tensor } from './graph';
import type { Copy } from './jobs';
import type { DeviceTraits } from './kernel';
import { materialise, neededBy } from './materialise';
import { type Life, type MemoryPlan, planMemory } from './memory_plan';
import { schedule } from './schedule';
import { ShapeError, showShape, sizeOf } from './shape';
import { alignedBytes, bytesOf } from './storage';
import type { Update } from './updates';

export interface ProgramSpec {
  /** Names the program in plans and errors. */
  readonly label: string;
  /** Tensors to read back. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly updates?: readonly Update[];
}

/** Where a root lies. */
export type Place =
  | { readonly in: 'inputs' | 'outputs'; readonly offset: number }
  | {
      readonly in: 'parameter';
      readonly set: ParameterOwner;
      readonly part: 'value' | 'gradient';
      readonly offset: number;
    }
  | { readonly in: 'arena'; readonly chunk: number; readonly offset: number };

export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  /** Bytes from the start of the inputs' or outputs' buffer. */
  readonly offset: number;
}

export interface Lowered {
  readonly units: readonly Unit[];
  readonly places: ReadonlyMap<Root, Place>;
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly memory: MemoryPlan<Root>;
}

/** Storage limits of the device. */
export interface MemoryLimits {
  readonly mostBindingBytes: number;
  readonly mostBufferBytes: number;
}

const trainedBy = ({ updates = [] }: ProgramSpec) =>
  updates.flatMap((u) => (u.kind === 'adam' ? u.trained.map((t) => ({ set: u.set, ...t })) : []));

/** The tensors that a program has to end up with: its outputs, and the gradients that its updates read. */
export const wantedBy = (spec: ProgramSpec): Tensor[] => [
  ...Object.values(spec.outputs),
  ...trainedBy(spec).map(({ gradient }) => gradient),
];

/**
 * @param choose which kernels compute an op
 * @throws ShapeError where one tensor is larger than the device can bind
 */
export function lower(spec: ProgramSpec, device: DeviceTraits, limits: MemoryLimits, choose: Choose = byRule): Lowered {
  const gradients = trainedBy(spec);
  const wanted = wantedBy(spec);
  const needed = neededBy(wanted);
  const memory = materialise(needed, wanted, device.maxStorageBuffers - 2);
  for (const node of needed) {
    if (memory.has(node) && bytesOf(node) > limits.mostBindingBytes) throw tooLarge(node, limits);
  }
  const places = new Map<Root, Place>();
  const inputs = placeInputs(needed, places);
  const outputs = slotsOf(Object.entries(spec.outputs).map(([name, t]) => ({ name, shape: t.shape })));
  const copies: Copy[] = [];
  const sink = (node: Tensor, place: Place): void => {
    const storage = memory.storageOf(node);
    const root =
      storage && storage.offset === 0 && sizeOf(storage.root.shape) === sizeOf(node.shape) ? storage.root : null;
    if (root && root.op.kind !== 'input' && root.op.kind !== 'parameter' && !places.has(root)) {
      places.set(root, place);
    } else {
      const to = new Scratch(sizeOf(node.shape));
      copies.push({ from: node, to });
      places.set(to, place);
    }
  };
  for (const [i, node] of Object.values(spec.outputs).entries())
    sink(node, { in: 'outputs', offset: outputs.slots[i].offset });
  for (const { set, entry, gradient } of gradients)
    sink(gradient, { in: 'parameter', set, part: 'gradient', offset: entry.offset * 4 });

  const units = schedule(needed, copies, memory, device, places, (node) => choose(node, device));
  const plan = planMemory(livesOf(units, places), limits.mostBufferBytes);
  for (const [root, at] of plan.places) places.set(root, { in: 'arena', ...at });
  return {
    units,
    places,
    inputs: inputs.slots,
    outputs: outputs.slots,
    inputBytes: inputs.bytes,
    outputBytes: outputs.bytes,
    memory: plan,
  };
}

function tooLarge(node: Tensor, limits: MemoryLimits): ShapeError {
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const what = `${node.label || node.op.kind} ${showShape(node.shape)}, ${mib(bytesOf(node))}`;
  return new ShapeError(
    'compile',
    what,
    `tensors of at most ${mib(limits.mostBindingBytes)}, what this adapter binds; use smaller crops or tiles`,
  );
}

function slotsOf(entries: readonly { name: string; shape: readonly number[] }[]): { slots: Slot[]; bytes: number } {
  let bytes = 0;
  const slots = entries.map(({ name, shape }) => {
    const slot = { name, shape, offset: bytes };
    bytes += alignedBytes(sizeOf(shape));
    return slot;
  });
  return { slots, bytes };
}

function placeInputs(needed: readonly Tensor[], places: Map<Root, Place>): { slots: Slot[]; bytes: number } {
  const nodes = needed.filter((node) => node.op.kind === 'input');
  const laid = slotsOf(
    nodes.map((node) => ({ name: node.op.kind === 'input' ? node.op.name : '', shape: node.shape })),
  );
  for (const [i, node] of nodes.entries()) places.set(node, { in: 'inputs', offset: laid.slots[i].offset });
  for (const node of needed) {
    if (node.op.kind === 'parameter') {
      const { set, name } = node.op;
      places.set(node, { in: 'parameter', set, part: 'value', offset: set.get(name).offset * 4 });
    }
  }
  return laid;
}

/** What a program takes of a device. */
export interface Footprint {
  /** Bytes of its buffers, parameters apart. */
  readonly bytes: number;
  /** What it is read back through. */
  readonly outputBytes: number;
  /** The largest of its bindings. */
  readonly bindingBytes: number;
  readonly flops: number;
  /** Inputs that its outputs depend on. */
  readonly inputs: readonly string[];
}

export function footprintOf({ units, places, inputs, inputBytes, outputBytes, memory }: Lowered): Footprint {
  const dispatches = units.flatMap((unit) => unit.dispatches);
  return {
    bytes: inputBytes + outputBytes + memory.peakBytes,
    outputBytes,
    bindingBytes: Math.max(...[...places.keys()].map(rootBytes)),
    flops: dispatches.reduce((sum, { flops }) => sum + flops, 0),
    inputs: inputs.map(({ name }) => name),
  };
}

/** First and last unit of every root that still needs a place. */
function livesOf(units: readonly Unit[], places: ReadonlyMap<Root, Place>): Life<Root>[] {
  const spans = new Map<Root, { first: number; last: number }>();
  units.forEach((unit, at) => {
    for (const root of touched(unit)) {
      if (places.has(root)) continue;
      const span = spans.get(root);
      if (span) span.last = at;
      else spans.set(root, { first: at, last: at });
    }
  });
  return [...spans].map(([key, span]) => ({ key, bytes: rootBytes(key), ...span }));
}

const touched = (unit: Unit): Set<Root> => new Set(unit.dispatches.flatMap((d) => d.bindings.map((b) => b.root)));

export const rootBytes = (root: Root): number => (root instanceof Scratch ? alignedBytes(root.floats) : bytesOf(root));

/** Bytes that a dispatch touches, each tensor once and without padding. */
export function dispatchBytes({ bindings }: Dispatch): number {
  const floats = (binding: Binding): number =>
    (binding.root instanceof Scratch ? binding.root.floats : sizeOf(binding.root.shape)) - binding.offset;
  return 4 * bindings.reduce((sum, binding) => sum + floats(binding), 0);
}
