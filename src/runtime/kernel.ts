/** What an op asks the device to run: data only, so that a plan can be printed, counted and replayed. */

/** Which tensor a storage binding is: the op's n-th input, its n-th output, or a scratch block that lives for the op alone. */
export type Operand = { readonly input: number } | { readonly output: number } | { readonly scratch: number };

export interface Kernel {
  /** File stem in `shaders/`. */
  readonly shader: string;
  /** `#if` switches (boolean) and `${NAME}` text of the shader. */
  readonly defines?: Readonly<Record<string, boolean | string>>;
  /** WGSL `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
  /** 32-bit words of the uniform block at `@group(0) @binding(0)`; floats through {@link floatBits}. */
  readonly params: readonly number[];
  /** Storage bindings 1, 2, … in order. */
  readonly buffers: readonly Operand[];
  /** Whether the kernel reads the run's seed and step (uniform `run` at binding {@link RUN_BINDING}). */
  readonly usesRun?: boolean;
  readonly workgroups: readonly [number, number, number];
  /** Multiply-adds count as two. */
  readonly flops?: number;
}

export interface Kernels {
  /** Sizes of the scratch blocks, in floats. */
  readonly scratch: readonly number[];
  readonly kernels: readonly Kernel[];
}

/** What a kernel op does besides its own work, in the same kernels. */
export interface Extras {
  /** WGSL for the last kernel, whose bindings from `first` on are free: what is done to the result before it is stored. */
  readonly epilogue?: (first: number) => string;
  /** Output 1: the second input summed over all axes but the last. */
  readonly columnSums?: boolean;
}

/** One way to compute an op; any of them gives the same but for rounding. */
export interface Candidate {
  readonly name: string;
  readonly make: (extras: Extras) => Kernels;
  /** Whether it can give {@link Extras.columnSums}. */
  readonly sumsColumns?: boolean;
}

/** The candidates of an op that has but one. */
export const only =
  (make: (device: DeviceTraits) => Kernels) =>
  (device: DeviceTraits): readonly Candidate[] => [{ name: 'plain', make: () => make(device) }];

/** What a kernel chooser may know of the device. */
export interface DeviceTraits {
  /** `cpu`: a software adapter, where long vectors and registers pay and workgroup memory does not. */
  readonly kind: 'cpu' | 'gpu';
  readonly maxInvocations: number;
  readonly maxWorkgroupStorage: number;
  readonly maxStorageBuffers: number;
  readonly subgroups: boolean;
  /** Lanes of every subgroup where the device has but one size, else 0. */
  readonly subgroupSize: number;
  readonly f16: boolean;
}

/** Threads that keep a device busy, below which none takes more than one element. */
const ENOUGH_THREADS = 1024;

/** Elements that each thread can take one after another, of so many in all. */
export const mostTurns = (elements: number, fits: (turns: number) => boolean = () => true): number =>
  [16, 8, 4, 2].find((turns) => elements >= turns * ENOUGH_THREADS && fits(turns)) ?? 1;

/** The same by device: CPU drivers gain by working out a thread's coordinates but once, GPUs want neighbours side by side. */
export const turnsFor = (elements: number, { kind }: DeviceTraits): number =>
  kind === 'cpu' ? mostTurns(elements) : 1;

/** Offsets at which a buffer may be bound: 256 bytes, in floats. */
export const BINDING_ALIGNMENT = 64;

/** Binding of the run uniform: `vec4u(seed, step, 0, 0)`. */
export const RUN_BINDING = 15;

const bits = new DataView(new ArrayBuffer(4));

/** The 32-bit word of a float, for {@link Kernel.params}. */
export function floatBits(value: number): number {
  bits.setFloat32(0, value, true);
  return bits.getUint32(0, true);
}

/**
 * Workgroups for `invocations` threads in groups of `size`, folded over x and y so that neither passes 65,535, into rows of
 * about one length: a group beyond the last would compute as long as any other, since subgroups stay together.
 */
export function groupsFor(invocations: number, size: number): [number, number, number] {
  const groups = Math.max(1, Math.ceil(invocations / size));
  const rows = Math.ceil(groups / 65535);
  return [Math.ceil(groups / rows), rows, 1];
}
