// Which kernels compute a batched matrix product, for a case and a device.
import { type DeviceTraits, groupsFor, type Kernels } from '../kernel';
import { inSplits, subgroupLanes, subgroupSums, tileSums } from './product_kernels';

/** a [batch,m,k] (or [batch,k,m] transposed) times b [batch,k,n] (or [batch,n,k]) gives c [batch,m,n]. */
export interface MatmulCase {
  batch: number;
  m: number;
  n: number;
  k: number;
  transposeA: boolean;
  transposeB: boolean;
}

const fits = (workgroups: readonly number[]) => workgroups.every((side) => side <= 65535);

/** Inputs a, b; output c. */
export function matmulKernels(c: MatmulCase, device: DeviceTraits): Kernels {
  const [aRow, aColumn] = c.transposeA ? [1, c.m] : [c.k, 1];
  const [bRow, bColumn] = c.transposeB ? [1, c.k] : [c.n, 1];
  const params = [c.batch, c.m, c.n, c.k, aRow, aColumn, bRow, bColumn];
  const flops = 2 * c.batch * c.m * c.n * c.k;
  const buffers = [{ input: 0 }, { input: 1 }];
  const lanes = subgroupLanes(device);
  if (lanes && c.n % 4 === 0 && c.m > 1) {
    const { rows, columns, defines } = subgroupSums(lanes, c.n);
    const workgroups = [Math.ceil(c.m / rows), Math.ceil(c.n / columns), c.batch] as const;
    if (fits(workgroups)) {
      return inSplits({ shader: 'matmul_subgroup', defines, params, buffers, workgroups, flops }, 1, [
        c.batch * c.m * c.n,
      ]);
    }
  }
  if (device.kind === 'gpu' && c.m >= 8 && c.n >= 8) {
    const { rows, columns, defines } = tileSums(c.m, c.n);
    const blocks = [Math.ceil(c.m / rows), Math.ceil(c.n / columns)] as const;
    const wanted = Math.min(Math.ceil(512 / (blocks[0] * blocks[1] * c.batch)), Math.ceil(c.k / 256));
    const perSplit = 16 * Math.ceil(c.k / wanted / 16);
    const splits = Math.ceil(c.k / perSplit);
    const workgroups = [...blocks, c.batch * splits] as const;
    if (fits(workgroups)) {
      const switches = { ...defines, BY_COLUMN: false };
      const kernel = {
        shader: 'matmul_tiled',
        defines: switches,
        params: [...params, perSplit],
        buffers,
        workgroups,
        flops,
      };
      return inSplits(kernel, splits, [c.batch * c.m * c.n]);
    }
  }
  const workgroups = groupsFor(c.batch * Math.ceil(c.m / 4) * Math.ceil(c.n / 4), 64);
  return inSplits({ shader: 'matmul', params, buffers, workgroups, flops }, 1, [c.batch * c.m * c.n]);
}
