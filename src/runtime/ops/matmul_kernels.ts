// Which kernels compute a batched matrix product, for a case and a device.
import { type Candidate, type DeviceTraits, groupsFor, type Kernel } from '../kernel';
import { inSplits, subgroupLanes, subgroupSums, type Tile, tileDefines, tileName, tilesFor } from './product_kernels';

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
export function matmulCandidates(c: MatmulCase, device: DeviceTraits): Candidate[] {
  const [aRow, aColumn] = c.transposeA ? [1, c.m] : [c.k, 1];
  const [bRow, bColumn] = c.transposeB ? [1, c.k] : [c.n, 1];
  const shared = {
    params: [c.batch, c.m, c.n, c.k, aRow, aColumn, bRow, bColumn],
    buffers: [{ input: 0 }, { input: 1 }],
    flops: 2 * c.batch * c.m * c.n * c.k,
  };
  const result = c.batch * c.m * c.n;
  const one = (name: string, kernel: Kernel, splits = 1): Candidate[] =>
    fits(kernel.workgroups) ? [{ name, make: () => inSplits(kernel, splits, [result]) }] : [];

  const lanes = c.n % 4 === 0 && c.m > 1 ? subgroupLanes(device) : 0;
  const bySubgroup = (): Candidate[] => {
    const { rows, columns, defines } = subgroupSums(lanes, c.n);
    const workgroups = [Math.ceil(c.m / rows), Math.ceil(c.n / columns), c.batch] as const;
    return one('subgroup', { shader: 'matmul_subgroup', defines, ...shared, workgroups });
  };
  const byTile = (tile: Tile): Candidate[] => {
    const blocks = [Math.ceil(c.m / tile.rows), Math.ceil(c.n / tile.columns)] as const;
    const wanted = Math.min(Math.ceil(512 / (blocks[0] * blocks[1] * c.batch)), Math.ceil(c.k / 256));
    const perSplit = 16 * Math.ceil(c.k / wanted / 16);
    const splits = Math.ceil(c.k / perSplit);
    const kernel = {
      ...shared,
      shader: 'matmul_tiled',
      defines: { ...tileDefines(tile), BY_COLUMN: false },
      params: [...shared.params, perSplit],
      workgroups: [...blocks, c.batch * splits] as const,
    };
    return one(tileName(tile), kernel, splits);
  };
  const workgroups = groupsFor(c.batch * Math.ceil(c.m / 4) * Math.ceil(c.n / 4), 64);
  return [
    ...(lanes ? bySubgroup() : []),
    ...(device.kind === 'gpu' && c.m >= 8 && c.n >= 8 ? tilesFor(c.m, c.n).flatMap(byTile) : []),
    ...one('direct', { shader: 'matmul', ...shared, workgroups }),
  ];
}
