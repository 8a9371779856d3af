import type { Tensor } from '../graph';
import { normaliseAxes, sizeOf } from '../shape';
import { type ReduceOptions, sum } from './broadcast';
import { mul } from './pointwise';

/** The arithmetic mean over `axes`. */
export function mean(x: Tensor, axes?: readonly number[], options: ReduceOptions = {}): Tensor {
  const count = sizeOf(normaliseAxes(axes, x.rank, 'mean').map((d) => x.shape[d]));
  // Scaled before it is summed: the factor then costs no kernel of its own.
  return sum(mul(x, 1 / count), axes, options);
}
