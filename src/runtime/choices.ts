/**
 * Which of an op's kernels a device runs. Without a table the first candidate, by rule; with one, what it remembers, so that
 * a run with another's table computes bit for bit the same on the same adapter.
 */
import type { AdapterReport } from './adapter';
import type { Tensor } from './graph';
import type { Candidate, DeviceTraits } from './kernel';
import { shadersVersion } from './shaders';

/** Plain data: it can be stored, or put into a checkpoint, and given to an engine. */
export interface KernelChoices {
  /** Of the shaders that were timed. */
  readonly kernels: string;
  readonly adapter: string;
  /** Op and shapes → candidate. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** Picks one of a node's candidates. */
export type Choose = (node: Tensor, device: DeviceTraits) => Candidate;

export const candidatesOf = ({ op }: Tensor, device: DeviceTraits): readonly Candidate[] =>
  op.kind === 'kernel' ? op.candidates(device) : [];

/** What the rule prefers. */
export const byRule: Choose = (node, device) => candidatesOf(node, device)[0];

/** What tells apart kernels that are timed apart: the op, its attributes, the shapes it takes and gives. */
export function choiceKey({ op, inputs, shape }: Tensor): string {
  const shapes = [...inputs.map((input) => input.shape), shape].map((s) => s.join('×'));
  return op.kind === 'kernel' ? `${op.name} ${op.key}: ${shapes.join(', ')}` : '';
}

export class ChoiceTable {
  private readonly kernels = shadersVersion();
  private readonly adapter: string;
  private readonly chosen = new Map<string, string>();

  /** @param given ignored where it was made for other kernels or on another adapter */
  constructor({ name, vendor, architecture }: AdapterReport, given?: KernelChoices) {
    this.adapter = [name, vendor, architecture].join(' | ');
    if (given?.kernels === this.kernels && given.adapter === this.adapter)
      for (const [key, name] of Object.entries(given.chosen)) this.chosen.set(key, name);
  }

  has(node: Tensor): boolean {
    return this.chosen.has(choiceKey(node));
  }

  remember(node: Tensor, { name }: Candidate): void {
    this.chosen.set(choiceKey(node), name);
  }

  readonly choose: Choose = (node, device) => {
    const name = this.chosen.get(choiceKey(node));
    const candidates = candidatesOf(node, device);
    return candidates.find((candidate) => candidate.name === name) ?? candidates[0];
  };

  toJSON(): KernelChoices {
    const { kernels, adapter } = this;
    return { kernels, adapter, chosen: Object.fromEntries([...this.chosen].sort(([a], [b]) => (a < b ? -1 : 1))) };
  }
}
