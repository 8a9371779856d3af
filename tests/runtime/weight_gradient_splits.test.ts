import { expect, test } from 'vitest';
import { conv2dWeightGradientCandidates } from '../../src/runtime/ops/conv2d_weight_kernels';
import { DEVICES } from './devices';

const same = (n: number, side: number, ci: number, co: number, k: number) => ({
  ...{ n, h: side, w: side, ci, oh: side, ow: side, co },
  ...{ kh: k, kw: k, sy: 1, sx: 1, padTop: (k - 1) / 2, padLeft: (k - 1) / 2 },
});

/** Bytes that the least capable adapter binds. */
const BOUND = 2 ** 27;

test.each(Object.entries(DEVICES))(
  'sums of all splits fit into one binding, however wide the layer, %s',
  (_, device) => {
    for (const layer of [same(8, 32, 128, 256, 5), same(8, 32, 256, 128, 5), same(8, 64, 512, 512, 3)])
      for (const { name, make } of conv2dWeightGradientCandidates(layer, device)) {
        const { scratch } = make({});
        for (const floats of scratch) expect(4 * floats, name).toBeLessThanOrEqual(BOUND);
      }
  },
);
