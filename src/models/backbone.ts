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
import { relu, type Scope, type Tensor } from '../runtime';
import { type ConvolutionShape, type Dropout, type Norm, normedConvolution, residualBlock } from './layers';
import type { Point, Stage } from './stages';

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

/** What follows the backbone: `exit` and the output. */
export interface Exit {
  /** Whether it has a norm behind its convolution. */
  normed: boolean;
  build: (p: Scope, features: Tensor, image: Tensor) => Tensor;
}

/**
 * The backbone and an exit as stages: down to a quarter of the extent, each block, up again.
 * Reaches: conv7 3; down1 reads one pixel more, 4 once rounded to its own pixels; down2 8. A block's conv3 4 each. up1
 * one of its own pixels, 2; up2 one more, 3; conv7 6.
 */
export function backboneStages(
  { first, blocks, bias = false }: Backbone,
  norm: Norm,
  dropout: Dropout,
  exit: Exit,
): Stage[] {
  const layer = (p: Scope, from: Tensor, shape: ConvolutionShape): Tensor =>
    relu(normedConvolution(p, from, { bias, ...shape }, norm));
  const at = (step: number, channels: number, reach: number): Point => ({ step, channels, reach });
  const down: Stage = {
    name: 'down',
    norms: [at(1, first, 3), at(2, 2 * first, 4), at(4, 4 * first, 8)],
    output: at(4, 4 * first, 8),
    build(p, x) {
      const enter = layer(p.child('enter'), x, { kernel: 7, channels: first });
      const h = layer(p.child('down1'), enter, { kernel: 3, channels: 2 * first, stride: 2 });
      return layer(p.child('down2'), h, { kernel: 3, channels: 4 * first, stride: 2 });
    },
  };
  const block = (b: number): Stage => ({
    name: `block${b}`,
    norms: [at(4, 4 * first, 4), at(4, 4 * first, 8)],
    output: at(4, 4 * first, 8),
    build: (p, x) => residualBlock(p.child(`block${b}`), x, { norm, dropout, bias }),
  });
  const up: Stage = {
    name: 'up',
    norms: [at(2, 2 * first, 2), at(1, first, 3), ...(exit.normed ? [at(1, 1, 6)] : [])],
    output: at(1, 1, 6),
    build(p, x, image) {
      const h = layer(p.child('up1'), x, { kernel: 3, channels: 2 * first, upsampled: true });
      const features = layer(p.child('up2'), h, { kernel: 3, channels: first, upsampled: true });
      return exit.build(p, features, image);
    },
  };
  return [down, ...Array.from({ length: blocks }, (_, b) => block(b + 1)), up];
}
