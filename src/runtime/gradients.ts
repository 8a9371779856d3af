/** Reverse-mode differentiation, graph to graph: the result is made of ops and can be differentiated again. */
import type { Tensor } from './graph';
import { add, broadcastTo } from './ops';
import { ShapeError, showShape } from './shape';

/**
 * d loss / d target for each target. Only nodes on a path from a target to the loss are visited, so nothing is ever
 * frozen or detached: what is not named costs nothing.
 * @param loss a scalar, shape []
 * @throws ShapeError where the loss is no scalar or does not depend on a target
 */
export function gradients(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
  if (loss.rank !== 0)
    throw new ShapeError('gradients', `a loss of shape ${showShape(loss.shape)}`, 'a scalar; take its sum or mean');
  const { graph } = loss;
  const first = Math.min(...targets.map((t) => t.id));
  const onPath = new Set<Tensor>(targets);
  for (let id = first; id <= loss.id; id++) {
    const node = graph.nodes[id];
    if (differentiableInputs(node).some((input) => onPath.has(input))) onPath.add(node);
  }
  const gradient = new Map<Tensor, Tensor>();
  gradient.set(loss, graph.constant(1));
  const wanted = new Set(targets);
  for (let id = loss.id; id >= first; id--) {
    const node = graph.nodes[id];
    const dy = gradient.get(node);
    if (!dy || !onPath.has(node) || !node.op.gradient) continue;
    const inputs = differentiableInputs(node);
    const need = inputs.map((input) => onPath.has(input));
    if (!need.includes(true)) continue;
    const rule = node.op.gradient;
    const parts = graph.labelled(`d(${node.label})`, () => rule(dy, need, node));
    parts.forEach((part, i) => {
      if (!part || !need[i]) return;
      const known = gradient.get(inputs[i]);
      gradient.set(inputs[i], known ? add(known, part) : part);
    });
    if (!wanted.has(node)) gradient.delete(node);
  }
  return targets.map((target) => {
    const d = gradient.get(target);
    if (!d)
      throw new ShapeError(
        'gradients',
        `a target ${describe(target)} that the loss does not depend on`,
        'targets on a path to the loss',
      );
    return d.rank === target.rank ? d : broadcastTo(d, target.shape);
  });
}

/** A `define` node computes its first input but passes gradients to the others alone. */
function differentiableInputs(node: Tensor): readonly Tensor[] {
  return node.op.kind === 'define' ? node.inputs.slice(1) : node.inputs;
}

const describe = (t: Tensor): string =>
  t.op.kind === 'parameter' || t.op.kind === 'input' ? `'${t.op.name}'` : `${t.op.kind} ${showShape(t.shape)}`;
