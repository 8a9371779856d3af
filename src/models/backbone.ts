/**
 * The authors' image-to-image network, shared by the CIN-GAN generator and the restorer (method.md section 2;
 * Johnson et al. 2016 with nearest-neighbour upsampling):
 *
 *   enter  conv7        → F    norm ReLU
 *   down1  conv3 s2     → 2F   norm ReLU
 *   down2  conv3 s2     → 4F   norm ReLU
 *   blockB x + (a: conv3 4F norm ReLU dropout; b: conv3 4F norm)      B = 1 … blocks
 *   up1    nearest ×2 + conv3 → 2F   norm ReLU
 *   up2    nearest ×2 + conv3 → F    norm ReLU
 *
 * `exit` (conv7 → 1) differs between the two and stands in their own files. Zero 'same' padding; H and W must be
 * multiples of 4.
 */
import { relu, type Scope, ShapeError, type Tensor, upsampleNearest } from '../runtime';
import { type Dropout, type Norm, normedConvolution, residualBlock } from './layers';

export interface Backbone {
  /** Channels F of the first layer. */
  first: number;
  /** Residual blocks. */
  blocks: number;
  /** Share of units dropped inside a block while training. */
  dropout: number;
  /** A bias before every norm, as the authors' Keras layers have; it does nothing but be counted. */
  bias?: boolean;
}

/** H and W must be multiples of this. */
export const BACKBONE_MULTIPLE = 4;

export function backbone(p: Scope, x: Tensor, { first, blocks, bias }: Backbone, norm: Norm, dropout: Dropout): Tensor {
  if (x.shape[1] % BACKBONE_MULTIPLE || x.shape[2] % BACKBONE_MULTIPLE)
    throw new ShapeError('backbone', `an image of ${x.shape[1]}×${x.shape[2]}`, 'multiples of 4; pad it first');
  const layer = (name: string, from: Tensor, kernel: number, channels: number, stride = 1) =>
    relu(normedConvolution(p.child(name), from, { kernel, channels, stride, bias: bias ?? false }, norm));
  let h = layer('enter', x, 7, first);
  h = layer('down1', h, 3, 2 * first, 2);
  h = layer('down2', h, 3, 4 * first, 2);
  for (let b = 1; b <= blocks; b++) h = residualBlock(p.child(`block${b}`), h, { norm, dropout, bias });
  h = layer('up1', upsampleNearest(h), 3, 2 * first);
  return layer('up2', upsampleNearest(h), 3, first);
}

/** Pixels to each side of an output pixel that it depends on, norms aside. */
export function backboneReach({ blocks }: Backbone): number {
  // conv7 3, down1 1, down2 2, each block two conv3 at stride 4, up1 (conv3 at stride 2), up2 1, exit 3; nearest ×2 adds
  // at most one pixel of its own resolution on the way.
  return 3 + 1 + 2 + blocks * 8 + 4 + 2 + 3;
}
