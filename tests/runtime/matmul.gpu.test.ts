import { gram, matmul } from '../../src/runtime';
import * as reference from '../reference/matmul';
import { anywhere } from '../reference/sample';
import { AS_A_GPU, checkOps, type OpCase, WITHOUT_SUBGROUPS } from './check_op';

function product(M: number, K: number, N: number, batch?: number): OpCase[] {
  const lead = batch === undefined ? [] : [batch];
  return [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => {
      const a = transposeA ? [...lead, K, M] : [...lead, M, K];
      const b = transposeB ? [...lead, N, K] : [...lead, K, N];
      const options = { transposeA, transposeB };
      return {
        name: `[${a}]${transposeA ? 'ᵀ' : ''} × [${b}]${transposeB ? 'ᵀ' : ''}`,
        inputs: { a: anywhere(...a), b: anywhere(...b) },
        build: ({ a, b }) => matmul(a, b, options),
        reference: ({ a, b }) => reference.matmul(a, b, options),
      } satisfies OpCase;
    }),
  );
}

const gramOf = (...shape: [number, number, number, number]): OpCase => ({
  name: `gram of [${shape}]`,
  inputs: { x: anywhere(...shape) },
  build: ({ x }) => gram(x),
  reference: ({ x }) => reference.gram(x),
});

checkOps('matmul', [
  ...product(3, 5, 2),
  ...product(4, 8, 4),
  ...product(2, 3, 5, 3),
  ...product(1, 1, 1),
  ...product(1, 7, 1, 2),
  ...product(2, 130, 3),
  ...product(17, 3, 19),
]);

const wide = [...product(17, 300, 36), ...product(9, 40, 12, 3), ...product(40, 9, 68)];
checkOps('matmul, wide', wide);
checkOps('matmul, wide, without subgroups', wide, WITHOUT_SUBGROUPS);
checkOps('matmul, wide, as on a GPU', wide, AS_A_GPU);

checkOps('gram', [gramOf(2, 3, 5, 3), gramOf(1, 4, 2, 4), gramOf(1, 1, 1, 2), gramOf(2, 5, 3, 1), gramOf(1, 9, 11, 5)]);
