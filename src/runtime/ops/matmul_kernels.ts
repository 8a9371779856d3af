// Which kernels compute a batched matrix product, for a case and a device.
import { type DeviceTraits, groupsFor, type Kernels } from '../kernel';

/** a [batch,m,k] (or [batch,k,m] transposed) times b [batch,k,n] (or [batch,n,k]) gives c [batch,m,n]. */
export interface MatmulCase {
  batch: number;
  m: number;
  n: number;
  k: number;
  transposeA: boolean;
  transposeB: boolean;
}

/** Inputs a, b; output c. */
export function matmulKernels(c: MatmulCase, _device: DeviceTraits): Kernels {
  const count = c.batch * Math.ceil(c.m / 4) * Math.ceil(c.n / 4);
  const [aRow, aColumn] = c.transposeA ? [1, c.m] : [c.k, 1];
  const [bRow, bColumn] = c.transposeB ? [1, c.k] : [c.n, 1];
  return {
    scratch: [],
    kernels: [
      {
        shader: 'matmul',
        params: [c.batch, c.m, c.n, c.k, aRow, aColumn, bRow, bColumn],
        buffers: [{ input: 0 }, { input: 1 }, { output: 0 }],
        workgroups: groupsFor(count, 64),
        flops: 2 * c.batch * c.m * c.n * c.k,
      },
    ],
  };
}
