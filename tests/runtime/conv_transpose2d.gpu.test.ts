import { convTranspose2d } from '../../src/runtime';
import * as reference from '../reference/conv2d';
import { anywhere } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

type Size4 = [number, number, number, number];

function transposed(name: string, x: Size4, w: Size4, options: reference.TransposeOptions): OpCase {
  return {
    name,
    inputs: { x: anywhere(...x), w: anywhere(...w) },
    build: ({ x, w }) => convTranspose2d(x, w, options),
    reference: ({ x, w }) => reference.convTranspose2d(x, w, options),
  };
}

checkOps('convTranspose2d', [
  transposed('kernel 3, stride 2, padding 1, output padding 1 (DeblurGAN)', [1, 3, 4, 3], [3, 3, 2, 3], {
    stride: 2,
    padding: 1,
    outputPadding: 1,
  }),
  transposed('kernel 4, stride 2, padding 1, batch 2, channels 4', [2, 3, 2, 4], [4, 4, 4, 4], {
    stride: 2,
    padding: 1,
  }),
  transposed('kernel 2, stride 2', [1, 3, 4, 2], [2, 2, 1, 2], { stride: 2 }),
  transposed('kernel 3, stride 1, padding 1', [1, 4, 3, 2], [3, 3, 3, 2], { padding: 1 }),
  transposed('kernel 5, stride 3, padding 1, output padding 2', [1, 3, 2, 1], [5, 5, 2, 1], {
    stride: 3,
    padding: 1,
    outputPadding: 2,
  }),
  transposed('kernel 1, stride 2, output padding 1: gaps stay zero', [1, 2, 3, 2], [1, 1, 2, 2], {
    stride: 2,
    outputPadding: 1,
  }),
  transposed('a 1×1 image, kernel 9', [1, 1, 1, 2], [9, 9, 1, 2], {}),
  transposed('kernel 4, stride 4', [1, 2, 3, 1], [4, 4, 3, 1], { stride: 4 }),
]);
