import { conv2d, upsampleConv2d } from '../../src/runtime';
import * as conv from '../reference/conv2d';
import * as resize from '../reference/resize';
import { anywhere } from '../reference/sample';
import { AS_A_GPU, checkOps, type OpCase, WITHOUT_SUBGROUPS } from './check_op';

type Size4 = [number, number, number, number];

/** The definition knows nothing of folding: the image is repeated, then convolved. */
const upsampled = (name: string, x: Size4, w: Size4): OpCase => ({
  name,
  inputs: { x: anywhere(...x), w: anywhere(...w) },
  build: ({ x, w }) => upsampleConv2d(x, w),
  reference: ({ x, w }) => conv.conv2d(resize.upsampleNearest(x), w),
});

const cases: OpCase[] = [
  upsampled('kernel 3, batch 2, channels not a multiple of 4', [2, 3, 4, 3], [3, 3, 3, 5]),
  upsampled('kernel 3, channels that fill vec4f', [1, 3, 2, 8], [3, 3, 8, 4]),
  upsampled('kernel 3 on a 1×1 image', [2, 1, 1, 2], [3, 3, 2, 3]),
  upsampled('kernel 5', [1, 3, 4, 2], [5, 5, 2, 4]),
  upsampled('kernel 7, larger than the image', [1, 2, 3, 1], [7, 7, 1, 2]),
  upsampled('kernel 1, which has no tap to save', [1, 3, 2, 2], [1, 1, 2, 3]),
  upsampled('kernel 2, even', [1, 2, 3, 2], [2, 2, 2, 2]),
  upsampled('a kernel that is not square', [1, 3, 2, 2], [3, 5, 2, 2]),
  upsampled('kernel 9, which folded would be too large', [1, 3, 3, 1], [9, 9, 1, 1]),
  {
    name: 'one behind another, between the layers that they stand between',
    inputs: { x: anywhere(1, 2, 2, 4), w: anywhere(3, 3, 4, 4), v: anywhere(3, 3, 4, 4), last: anywhere(3, 3, 4, 1) },
    build: ({ x, w, v, last }) => conv2d(upsampleConv2d(upsampleConv2d(x, w), v), last),
    reference: ({ x, w, v, last }) => {
      const once = conv.conv2d(resize.upsampleNearest(x), w);
      return conv.conv2d(conv.conv2d(resize.upsampleNearest(once), v), last);
    },
  },
];

checkOps('convolution of an image repeated ×2', cases);
checkOps('convolution of an image repeated ×2, kernels for GPUs', cases, AS_A_GPU);
checkOps('convolution of an image repeated ×2, without subgroups', cases, WITHOUT_SUBGROUPS);
