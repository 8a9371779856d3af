import { pad } from '../../src/runtime';
import * as reference from '../reference/layout';
import { anywhere } from '../reference/sample';
import { checkOps, type OpCase } from './check_op';

function padded(name: string, shape: number[], widths: [number, number][], mode: 'zero' | 'reflect'): OpCase {
  return {
    name: `${mode}, ${name}`,
    inputs: { x: anywhere(...shape) },
    build: ({ x }) => pad(x, widths, mode),
    reference: ({ x }) => reference.pad(x, widths, mode),
  };
}

const image = (top: number, bottom: number, left: number, right: number): [number, number][] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

checkOps('pad', [
  padded('batch 2, one pixel around', [2, 3, 4, 3], image(1, 1, 1, 1), 'zero'),
  padded('batch 2, one pixel around', [2, 3, 4, 3], image(1, 1, 1, 1), 'reflect'),
  padded('another width on each side', [1, 4, 5, 2], image(0, 3, 2, 1), 'zero'),
  padded('another width on each side', [1, 4, 5, 2], image(0, 3, 2, 1), 'reflect'),
  padded('as wide as the mirror reaches', [1, 4, 5, 1], image(3, 3, 4, 4), 'reflect'),
  padded(
    'channels and samples',
    [1, 2, 2, 3],
    [
      [1, 0],
      [0, 0],
      [0, 0],
      [2, 1],
    ],
    'zero',
  ),
  padded('channels that fill vec4f', [2, 3, 4, 8], image(1, 2, 2, 0), 'zero'),
  padded('channels that fill vec4f', [2, 3, 4, 8], image(2, 1, 3, 2), 'reflect'),
  padded('so large that a CPU thread takes several columns', [2, 61, 70, 2], image(3, 2, 4, 3), 'zero'),
  padded('so large that a CPU thread takes several columns', [2, 61, 70, 1], image(3, 2, 4, 3), 'reflect'),
  padded('the same, channels that fill vec4f', [1, 40, 67, 8], image(1, 2, 2, 0), 'reflect'),
  padded('a vector', [5], [[2, 3]], 'zero'),
  padded('a vector', [5], [[4, 2]], 'reflect'),
  padded('a 1×1 image', [1, 1, 1, 1], image(2, 2, 1, 1), 'zero'),
]);
