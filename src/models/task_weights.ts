/**
 * Weights of a network in which each task has scales, shifts and an exit of its own: one task's alone, folded into what all
 * share, so that restoring costs what a network of one task costs; and those of other tasks beside them.
 */
import type { Values } from '../runtime';
import { isUNet, ownTasks, type RestoringNetwork } from './restoring_network';

type Weights = ReadonlyMap<string, Values>;

export interface OfTask {
  network: RestoringNetwork;
  weights: Weights;
}

/** Task `task`, counted from 0, of a network of several; a network that restores all alike as it is. */
export function ofTask(network: RestoringNetwork, weights: Weights, task: number): OfTask {
  const tasks = ownTasks(network);
  if (tasks === 0) return { network, weights };
  if (!(task >= 0 && task < tasks)) throw new RangeError(`got task ${task}, wanted one of the network's ${tasks}`);
  const own = new Map<string, Values>();
  for (const [name, values] of weights) {
    const [layer, kind] = split(name);
    if (isExit(layer)) own.set(name, channel(values, task));
    else if (kind === 'weight') own.set(name, scaled(values, row(weights.get(`${layer}.gamma`), task)));
    else if (kind === 'beta') own.set(`${layer}.bias`, row(values, task));
  }
  const { tasks: _, ...alone } = network as { tasks?: number } & RestoringNetwork;
  return { network: alone as RestoringNetwork, weights: own };
}

/**
 * The same network for other tasks: those of the same name keep what is theirs, new ones begin with the mean over those that
 * are known. One that restored all alike gives the same to each, where it can.
 *
 * @param known names of its tasks, in order @param wanted names of those it shall have, in order
 */
export function forTasks(
  network: RestoringNetwork,
  weights: Weights,
  known: readonly string[],
  wanted: readonly string[],
): OfTask {
  if (ownTasks(network) === 0)
    return wanted.length > 1 ? toEach(network, weights, wanted.length) : { network, weights };
  const from = wanted.map((name) => known.indexOf(name));
  const given = new Map<string, Values>();
  for (const [name, values] of weights) {
    const [layer, kind] = split(name);
    const parts = Array.from({ length: known.length }, (_, t) => (isExit(layer) ? channel : row)(values, t).data);
    if (isExit(layer))
      given.set(
        name,
        channels(
          from.map((t) => (t < 0 ? meanOf(parts) : parts[t])),
          values.shape,
        ),
      );
    else if (kind === 'weight') given.set(name, values);
    else given.set(name, rows(from.map((t) => (t < 0 ? meanOf(parts) : parts[t]))));
  }
  return { network: { ...network, tasks: wanted.length } as RestoringNetwork, weights: given };
}

function toEach(network: RestoringNetwork, weights: Weights, tasks: number): OfTask {
  if (!isUNet(network) || network.exit !== 'filter') return { network, weights };
  const given = new Map<string, Values>();
  const repeated = (data: Float32Array) => Array.from({ length: tasks }, () => data);
  for (const [name, values] of weights) {
    const [layer, kind] = split(name);
    if (isExit(layer)) given.set(name, channels(repeated(values.data), values.shape));
    else if (kind === 'weight') given.set(name, values);
    else {
      given.set(`${layer}.beta`, rows(repeated(values.data)));
      given.set(`${layer}.gamma`, rows(repeated(values.data.map(() => 1))));
    }
  }
  return { network: { ...network, tasks }, weights: given };
}

const isExit = (layer: string): boolean => layer === 'exit';

function split(name: string): [string, string] {
  const cut = name.lastIndexOf('.');
  return [name.slice(0, cut), name.slice(cut + 1)];
}

/** Of [T, C]. */
function row(values: Values | undefined, task: number): Values {
  if (!values)
    throw new RangeError('got a layer without scales of its tasks, wanted the weights of a network of several');
  const count = values.shape[1];
  return { shape: [count], data: values.data.slice(task * count, (task + 1) * count) };
}

/** Of […, T]: the last axis is 1 then. */
function channel({ shape, data }: Values, task: number): Values {
  const tasks = shape[shape.length - 1];
  return {
    shape: [...shape.slice(0, -1), 1],
    data: Float32Array.from({ length: data.length / tasks }, (_, i) => data[i * tasks + task]),
  };
}

function rows(parts: Float32Array[]): Values {
  return { shape: [parts.length, parts[0].length], data: Float32Array.from(parts.flatMap((part) => [...part])) };
}

function channels(parts: Float32Array[], shape: readonly number[]): Values {
  const data = new Float32Array(parts.length * parts[0].length);
  for (const [t, part] of parts.entries()) for (const [i, value] of part.entries()) data[i * parts.length + t] = value;
  return { shape: [...shape.slice(0, -1), parts.length], data };
}

/** Weights [KH, KW, CI, CO] times a factor for each CO. */
function scaled({ shape, data }: Values, { data: factors }: Values): Values {
  return { shape, data: data.map((value, i) => value * factors[i % factors.length]) };
}

function meanOf(parts: Float32Array[]): Float32Array {
  return parts[0].map((_, i) => parts.reduce((sum, part) => sum + part[i], 0) / parts.length);
}
