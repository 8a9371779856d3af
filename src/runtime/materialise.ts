/** Chooses which elementwise results get memory and which are computed again where they are used. */
import type { Tensor } from './graph';
import { sizeOf, splitStrides, stridesOf } from './shape';
import { Materialised } from './storage';

/** Recomputing a shared value that reads this many full-size tensors costs more than keeping it. */
const SHARED_READS = 3;
/** The same in calls: a normal number is some twenty. */
const SHARED_CALLS = 16;
/** A value broadcast this many times is computed once. */
const BROADCAST = 8;
/** Longer expressions are cut, so that pipelines stay quick to compile. */
const LONGEST = 48;

/** What computing a node inside another kernel takes. */
interface Cost {
  readonly roots: ReadonlySet<Tensor>;
  readonly calls: number;
}

/** The nodes that `wanted` need, in an order in which each stands after its inputs. */
export function neededBy(wanted: readonly Tensor[]): Tensor[] {
  const needed = new Set<Tensor>();
  const stack = [...wanted];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    stack.push(...computedInputs(node));
  }
  return [...needed].sort((a, b) => a.id - b.id);
}

/** The inputs that a node's value comes from; a `define` has its value from the first alone. */
const computedInputs = (node: Tensor): readonly Tensor[] =>
  node.op.kind === 'define' ? node.inputs.slice(0, 1) : node.inputs;

/**
 * @param wanted tensors that must end up in memory (a program's outputs and gradients)
 * @param mostRoots tensors that one kernel may read
 */
export function materialise(needed: readonly Tensor[], wanted: readonly Tensor[], mostRoots: number): Materialised {
  const memory = new Materialised();
  const joined = onlyJoined(needed);
  for (const node of wanted) memory.bind(node);
  for (const node of needed) {
    if (node.op.kind === 'kernel') for (const input of node.inputs) memory.bind(input);
    if (node.op.kind === 'reshape' && !joined.has(node) && !memory.layoutOf(node)) memory.bind(node.inputs[0]);
  }
  const users = new Map<Tensor, number>();
  for (const node of needed) for (const input of computedInputs(node)) users.set(input, (users.get(input) ?? 0) + 1);

  const costs = new Map<Tensor, Cost>();
  const costOf = (node: Tensor): Cost => {
    const cost = costs.get(node);
    if (memory.has(node) || !cost) return { roots: new Set([memory.layoutOf(node)?.root ?? node]), calls: 0 };
    return cost;
  };
  for (const node of needed) {
    if (memory.has(node) && node.op.kind !== 'map') {
      if (node.op.kind === 'reduce' || node.op.kind === 'concat')
        for (const input of node.inputs) limit(memory, costOf, [input], mostRoots);
      continue;
    }
    limit(memory, costOf, computedInputs(node), mostRoots);
    const inputs = computedInputs(node).map(costOf);
    const roots = new Set(inputs.flatMap((cost) => [...cost.roots]));
    const own = node.op.kind === 'random' ? SHARED_CALLS : node.op.kind === 'map' ? 1 : 0;
    costs.set(node, { roots, calls: own + inputs.reduce((total, cost) => total + cost.calls, 0) });
    if (memory.has(node)) continue;
    const { calls } = costs.get(node) as Cost;
    const size = sizeOf(node.shape);
    const large = [...roots].filter((root) => sizeOf(root.shape) >= size).length;
    const shared = (users.get(node) ?? 0) > 1;
    if (node.op.kind === 'map' && (calls > LONGEST || (shared && (large >= SHARED_READS || calls >= SHARED_CALLS))))
      memory.add(node);
    if (node.op.kind === 'view') {
      const [input] = node.inputs;
      const repeated = size >= BROADCAST * sizeOf(input.shape);
      if (repeated && costOf(input).calls > 0 && costOf(input).roots.size > 0) memory.bind(input);
    }
  }
  return memory;
}

/** Reshapes that are parts of concatenations and nothing else: those are computed before they are reshaped. */
function onlyJoined(needed: readonly Tensor[]): Set<Tensor> {
  const users = needed.flatMap((node) =>
    computedInputs(node).map((input) => ({ input, joins: node.op.kind === 'concat' })),
  );
  const parts = new Set(users.filter(({ joins }) => joins).map(({ input }) => input));
  for (const { input, joins } of users) if (!joins) parts.delete(input);
  const splits = (node: Tensor): boolean =>
    splitStrides(node.inputs[0].shape, node.shape, stridesOf(node.shape)) !== null;
  return new Set([...parts].filter((node) => node.op.kind === 'reshape' && splits(node)));
}

/** Cuts the largest input out until the kernel reads few enough tensors. */
function limit(
  memory: Materialised,
  costOf: (node: Tensor) => Cost,
  inputs: readonly Tensor[],
  mostRoots: number,
): void {
  const roots = (): number => new Set(inputs.flatMap((input) => [...costOf(input).roots])).size;
  while (roots() > mostRoots) {
    const largest = inputs.reduce((a, b) => (costOf(b).roots.size > costOf(a).roots.size ? b : a));
    if (costOf(largest).roots.size <= 1) return;
    memory.add(largest);
  }
}
