/** What a program changes at the end of a run: parameters by Adam, averaged parameters by their moving average. */
import { gradients } from './gradients';
import { Tensor } from './graph';
import type { Declared, ParameterSet } from './parameters';
import { ShapeError, sameShape } from './shape';

export interface AdamOptions {
  /** A number, or a scalar input fed at each run. */
  learningRate: number | Tensor;
  beta1?: number;
  beta2?: number;
  eps?: number;
  /** Trains these alone. */
  only?: (name: string) => boolean;
}

export interface AdamUpdate {
  readonly kind: 'adam';
  readonly set: ParameterSet;
  readonly trained: readonly { readonly entry: Declared; readonly gradient: Tensor }[];
  readonly learningRate: number | { readonly input: string };
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

export interface AverageUpdate {
  readonly kind: 'average';
  readonly target: ParameterSet;
  readonly source: ParameterSet;
  readonly decay: number;
}

export type Update = AdamUpdate | AverageUpdate;

/**
 * One Adam step (Kingma & Ba 2015) down the loss for the parameters of `set` that its graph uses.
 * @throws ShapeError where the loss does not depend on one of them
 */
export function adam(set: ParameterSet, loss: Tensor, options: AdamOptions): AdamUpdate {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, only = () => true } = options;
  const parameters = loss.graph.nodes.filter(
    (node) => node.op.kind === 'parameter' && node.op.set === set && only(node.op.name),
  );
  if (parameters.length === 0)
    throw new ShapeError('adam', `no parameter of '${set.name}' in the graph`, 'a loss that uses the set');
  const found = gradients(loss, parameters);
  const trained = parameters.map((node, i) => ({
    entry: set.get(node.op.kind === 'parameter' ? node.op.name : ''),
    gradient: found[i],
  }));
  return { kind: 'adam', set, trained, learningRate: rateOf(learningRate), beta1, beta2, eps };
}

function rateOf(rate: number | Tensor): number | { input: string } {
  if (!(rate instanceof Tensor)) return rate;
  if (rate.op.kind !== 'input' || rate.rank !== 0)
    throw new ShapeError('adam', `a learning rate that is a ${rate.op.kind}`, 'a number or a scalar input');
  return { input: rate.op.name };
}

/** target ← decay · target + (1 − decay) · source, after the run's other updates. @throws ShapeError for unlike sets */
export function ema(target: ParameterSet, source: ParameterSet, decay: number): AverageUpdate {
  const [a, b] = [target.entries, source.entries];
  if (a.length !== b.length || !a.every((entry, i) => entry.name === b[i].name && sameShape(entry.shape, b[i].shape))) {
    throw new ShapeError(
      'ema',
      `sets '${target.name}' and '${source.name}' that differ`,
      'the same parameters in both',
    );
  }
  return { kind: 'average', target, source, decay };
}
