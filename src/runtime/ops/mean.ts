import type { Tensor } from '../graph';
import { normaliseAxes, sizeOf } from '../shape';
import { type ReduceOptions, sum } from './broadcast';
import { mul } from './pointwise';

/** The arithmetic mean over `axes`. */
export function mean(x: Tensor, axes?: readonly number[], options: ReduceOptions = {}): Tensor {
  const count = sizeOf(normaliseAxes(axes, x.rank, 'mean').map((d) => x.shape[d]));
  return mul(sum(x, axes, options), 1 / count);
}
