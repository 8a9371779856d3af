/**
 * A convolution of an image repeated ×2 by nearest neighbour, without the larger image:
 *   y = conv2d(upsampleNearest(x), w), stride 1, 'same'
 * Repeating is a transposed convolution of stride 2 with a 2×2 box. After it comes that of w, turned around: together one
 * transposed convolution with (K + 1)² weights, of which a pixel meets ((K + 1)/2)² in place of K²: 4 for 9, 9 for 25.
 */
import type { Tensor } from '../graph';
import { groupsFor, type Kernels, only } from '../kernel';
import { ShapeError, showShape, sizeOf } from '../shape';
import { conv2d, conv2dInputGradient } from './conv2d';
import { upsampleNearest } from './resize';

/** y [N, 2H, 2W, CO] from x [N, H, W, CI] and w [K, K, CI, CO]. */
export function upsampleConv2d(x: Tensor, w: Tensor): Tensor {
  if (x.rank !== 4 || w.rank !== 4 || x.shape[3] !== w.shape[2]) {
    throw new ShapeError(
      'upsampleConv2d',
      `x ${showShape(x.shape)}, w ${showShape(w.shape)}`,
      'x [N, H, W, CI] and w [KH, KW, CI, CO]',
    );
  }
  const [side, width] = w.shape;
  // Without a tap to save, or with sides that the folded kernel (at most 9 taps a side) cannot have.
  if (side !== width || ![3, 5, 7].includes(side)) return conv2d(upsampleNearest(x), w);
  const inputSize: [number, number] = [2 * x.shape[1], 2 * x.shape[2]];
  return conv2dInputGradient(x, folded(w, side + 1), { inputSize, stride: 2, padding: (side - 1) / 2 });
}

/** [side, side, CO, CI] from weights [K, K, CI, CO] of K = side − 1; or the adjoint, the same sum with side = K. */
function folded(w: Tensor, side: number): Tensor {
  const [sourceSide, , columns, rows] = w.shape;
  const shape = [side, side, rows, columns];
  const last = Math.min(side, sourceSide) - 1;
  const kernels = (): Kernels => ({
    scratch: [],
    kernels: [
      {
        shader: 'fold_upsampling',
        params: [side, rows, columns, sourceSide, last, sizeOf(shape)],
        buffers: [{ input: 0 }, { output: 0 }],
        workgroups: groupsFor(sizeOf(shape), 64),
      },
    ],
  });
  const gradient = (d: Tensor): Tensor[] => [folded(d, sourceSide)];
  return w.graph.add(
    { kind: 'kernel', name: 'fold_upsampling', key: '', candidates: only(kernels), gradient },
    [w],
    shape,
    'fold_upsampling',
  );
}
