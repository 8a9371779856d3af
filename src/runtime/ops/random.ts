/** Random numbers inside a step, from a counter: element, stream, step and seed decide them (src/runtime/random.ts). */
import type { Graph, Tensor } from '../graph';
import { groupsFor, type Kernels, only } from '../kernel';
import { type Shape, ShapeError } from '../shape';
import { greater, mul } from './pointwise';

/** Uniform in [0, 1). Tensors of one stream and shape are the same numbers within a step. */
export function randomUniform(graph: Graph, shape: Shape, stream: number): Tensor {
  return graph.add({ kind: 'random', fn: 'random_uniform', stream }, [], shape, `uniform ${stream} ${shape.join(' ')}`);
}

/** Standard normal (Box–Muller). */
export function randomNormal(graph: Graph, shape: Shape, stream: number): Tensor {
  return graph.add({ kind: 'random', fn: 'random_normal', stream }, [], shape, `normal ${stream} ${shape.join(' ')}`);
}

/** Zeroes a share `rate` of the elements and scales the rest by 1 / (1 − rate) (Srivastava et al. 2014). */
export function dropout(x: Tensor, rate: number, stream: number): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new ShapeError('dropout', `rate ${rate}`, 'a share of at least 0 and below 1');
  if (rate === 0) return x;
  const kept = greater(1 - rate, randomUniform(x.graph, x.shape, stream));
  return mul(x, mul(kept, 1 / (1 - rate)));
}

/** [N, T] with a 1 in column index[n], for whole numbers in index [N]. */
export function oneHot(index: Tensor, tasks: number): Tensor {
  if (index.rank !== 1) throw new ShapeError('oneHot', `an index of rank ${index.rank}`, 'one of shape [N]');
  return index.graph.add(
    { kind: 'kernel', name: 'one_hot', key: `${tasks}`, candidates: only(() => oneHotKernels(index.shape[0], tasks)) },
    [index],
    [index.shape[0], tasks],
    `one_hot ${tasks}`,
  );
}

function oneHotKernels(n: number, tasks: number): Kernels {
  const kernel = {
    shader: 'one_hot',
    params: [n, tasks],
    buffers: [{ input: 0 }, { output: 0 }],
    workgroups: groupsFor(n * tasks, 64),
  };
  return { scratch: [], kernels: [kernel] };
}
