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

const nameOf = ({ name, vendor, architecture }: AdapterReport): string => [name, vendor, architecture].join(' | ');

/** Whether something read from a file or a store is a table at all. */
export function isKernelChoices(given: unknown): given is KernelChoices {
  const table = given as Partial<KernelChoices> | null | undefined;
  return (
    typeof table?.kernels === 'string' &&
    typeof table.adapter === 'string' &&
    typeof table.chosen === 'object' &&
    table.chosen !== null &&
    Object.values(table.chosen).every((name) => typeof name === 'string')
  );
}

/** Why a table says nothing about this adapter, for people; undefined where it does. */
export function whyUnusable(given: unknown, adapter: AdapterReport): string | undefined {
  if (!isKernelChoices(given)) return 'a table of kernels that cannot be read';
  if (given.adapter !== nameOf(adapter)) return `kernels chosen on ${given.adapter.split(' | ')[0]}`;
  return given.kernels === shadersVersion() ? undefined : 'kernels chosen by another version of this program';
}

export class ChoiceTable {
  private readonly adapter: string;
  private readonly chosen = new Map<string, string>();

  /** @param given ignored where {@link whyUnusable} says why */
  constructor(report: AdapterReport, given?: KernelChoices) {
    this.adapter = nameOf(report);
    if (given && whyUnusable(given, report) === undefined)
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

  /** What these nodes run by, those that the table does not hold by rule: nothing of them is left open. */
  settled(nodes: Iterable<Tensor>, device: DeviceTraits): KernelChoices {
    const chosen = new Map<string, string>();
    for (const node of nodes)
      if (candidatesOf(node, device).length > 1) chosen.set(choiceKey(node), this.choose(node, device).name);
    return this.plain(chosen);
  }

  toJSON(): KernelChoices {
    return this.plain(this.chosen);
  }

  private plain(chosen: ReadonlyMap<string, string>): KernelChoices {
    const sorted = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1));
    return { kernels: shadersVersion(), adapter: this.adapter, chosen: Object.fromEntries(sorted) };
  }
}
