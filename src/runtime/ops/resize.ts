/** Nearest and bilinear resizing of images [N, H, W, C]. */
import type { Tensor } from '../graph';
import { groupsFor, type Kernels, only } from '../kernel';
import { ShapeError, showShape, sizeOf } from '../shape';
import { broadcastTo, reshape } from './broadcast';

/** Each pixel repeated `factor` times along both axes. */
export function upsampleNearest(x: Tensor, factor = 2): Tensor {
  if (x.rank !== 4 || !Number.isInteger(factor) || factor < 1) {
    throw new ShapeError(
      'upsampleNearest',
      `${showShape(x.shape)} by ${factor}`,
      'an image [N, H, W, C] and a whole factor of at least 1',
    );
  }
  const [n, h, w, c] = x.shape;
  const repeated = broadcastTo(reshape(x, [n, h, 1, w, 1, c]), [n, h, factor, w, factor, c]);
  return reshape(repeated, [n, h * factor, w * factor, c]);
}

/** Bilinear, half-pixel centres (align_corners = false), edges clamped, no antialiasing. */
export function resizeBilinear(x: Tensor, [oh, ow]: readonly [number, number]): Tensor {
  if (x.rank !== 4) throw new ShapeError('resizeBilinear', showShape(x.shape), 'an image [N, H, W, C]');
  const [n, h, w, c] = x.shape;
  const out = [n, oh, ow, c];
  const key = `bilinear ${h}×${w} ${oh}×${ow}`;
  return x.graph.add(
    {
      kind: 'kernel',
      name: 'resize_bilinear',
      key,
      candidates: only(() => resizeKernels(false, x.shape, out)),
      gradient: (d) => [adjoint(d, [h, w])],
    },
    [x],
    out,
    key,
  );
}

/** The transpose of the interpolation to dy's size from h × w. */
function adjoint(dy: Tensor, [h, w]: readonly [number, number]): Tensor {
  const [n, oh, ow, c] = dy.shape;
  const shape = [n, h, w, c];
  const key = `bilinear adjoint ${h}×${w} ${oh}×${ow}`;
  return dy.graph.add(
    {
      kind: 'kernel',
      name: 'resize_bilinear_adjoint',
      key,
      candidates: only(() => resizeKernels(true, shape, dy.shape)),
      gradient: (d) => [resizeBilinear(d, [oh, ow])],
    },
    [dy],
    shape,
    key,
  );
}

function resizeKernels(isAdjoint: boolean, small: readonly number[], large: readonly number[]): Kernels {
  const [n, h, w, c] = small;
  return {
    scratch: [],
    kernels: [
      {
        shader: 'resize_bilinear',
        defines: { ADJOINT: isAdjoint },
        params: [n, h, w, c, large[1], large[2]],
        buffers: [{ input: 0 }, { output: 0 }],
        workgroups: groupsFor(sizeOf(isAdjoint ? small : large), 64),
      },
    ],
  };
}
