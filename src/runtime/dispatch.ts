/** One kernel over tensors in memory: what the plan lists and the program replays. */

import type { Scratch } from './expression';
import type { Tensor } from './graph';

export type Root = Tensor | Scratch;

export interface Binding {
  readonly root: Root;
  /** First element, a multiple of {@link BINDING_ALIGNMENT}. */
  readonly offset: number;
}

export interface Dispatch {
  readonly label: string;
  readonly shader: string;
  readonly defines: Readonly<Record<string, boolean | string>>;
  readonly constants: Readonly<Record<string, number>>;
  readonly params: readonly number[];
  readonly bindings: readonly Binding[];
  readonly usesRun: boolean;
  readonly workgroups: readonly [number, number, number];
  readonly flops: number;
}

/** Kernels that run one after another and may share scratch memory. */
export interface Unit {
  readonly dispatches: readonly Dispatch[];
}
