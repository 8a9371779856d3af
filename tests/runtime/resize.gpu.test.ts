import { resizeBilinear, upsampleNearest } from '../../src/runtime';
import * as reference from '../reference/resize';
import { anywhere } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

type Size4 = [number, number, number, number];

const nearest = (name: string, x: Size4, factor?: number): OpCase => ({
  name: `nearest, ${name}`,
  inputs: { x: anywhere(...x) },
  build: ({ x }) => upsampleNearest(x, factor),
  reference: ({ x }) => reference.upsampleNearest(x, factor),
});

const bilinear = (name: string, x: Size4, size: [number, number]): OpCase => ({
  name: `bilinear, ${name}`,
  inputs: { x: anywhere(...x) },
  build: ({ x }) => resizeBilinear(x, size),
  reference: ({ x }) => reference.resizeBilinear(x, size),
});

checkOps('resize', [
  nearest('×2, batch 2', [2, 3, 4, 3]),
  nearest('×2, channels 4', [1, 3, 2, 4]),
  nearest('×3', [1, 2, 3, 1], 3),
  nearest('×1', [1, 2, 3, 2], 1),
  nearest('a 1×1 image', [1, 1, 1, 1], 2),
  bilinear('×2, batch 2', [2, 3, 4, 3], [6, 8]),
  bilinear('up by a fraction', [1, 3, 5, 2], [4, 7]),
  bilinear('down by a fraction', [1, 7, 6, 2], [4, 5]),
  bilinear('halved', [1, 6, 4, 1], [3, 2]),
  bilinear('one axis up, one down', [1, 3, 7, 1], [5, 3]),
  bilinear('to the same size', [1, 3, 4, 2], [3, 4]),
  bilinear('a 1×1 image spread', [1, 1, 1, 2], [3, 4]),
  bilinear('to one pixel', [1, 4, 5, 2], [1, 1]),
]);
