// What the kernels that multiply matrices share: convolutions, their gradients and matmul.
import { type DeviceTraits, groupsFor, type Kernel, type Kernels } from '../kernel';

/** Lanes of a CPU driver's subgroups, where subgroup_sums.wgsl knows them; else 0. */
export const subgroupLanes = ({ kind, subgroupSize }: DeviceTraits): 0 | 4 | 8 =>
  kind === 'cpu' && (subgroupSize === 4 || subgroupSize === 8) ? subgroupSize : 0;

/** subgroup_sums.wgsl for a result of so many columns: 2·lanes rows × `columns` columns a workgroup. */
export function subgroupSums(lanes: number, resultColumns: number, vector = resultColumns <= 2 * lanes ? 2 : 4) {
  const defines = { LANES: `${lanes}`, EIGHT_LANES: lanes === 8, VECTOR: `${vector}`, VECTOR4: vector === 4 };
  return { rows: 2 * lanes, columns: vector * lanes, defines };
}

/** Rows × columns that a workgroup of tile_sums.wgsl computes. */
export interface Tile {
  readonly rows: 32 | 64;
  readonly columns: 32 | 64;
}

export const tileName = ({ rows, columns }: Tile): string => `tiled ${rows}×${columns}`;

/**
 * The tiles for a result of so many rows and columns. First the one that a rule prefers: of half the side where whole
 * tiles would be so few as to leave most of a GPU idle, or would not be filled.
 */
export function tilesFor(resultRows: number, resultColumns: number): Tile[] {
  const columns = resultColumns > 32 ? 64 : 32;
  const rows = Math.ceil(resultRows / 64) * Math.ceil(resultColumns / columns) >= 256 ? 64 : 32;
  const others = ([32, 64] as const).flatMap((r) => ([32, 64] as const).map((c) => ({ rows: r, columns: c })));
  return [{ rows, columns }, ...others.filter((tile) => tile.rows !== rows || tile.columns !== columns)];
}

export const tileDefines = ({ rows, columns }: Tile) => ({ ROWS64: rows === 64, COLUMNS64: columns === 64 });

/** A kernel, less its last buffers, whose results of such sizes are parted into sums that a second kernel adds. */
export function inSplits(kernel: Kernel, splits: number, sizes: readonly number[]): Kernels {
  const outputs = sizes.map((_, output) => ({ output }));
  if (splits === 1) return { scratch: [], kernels: [{ ...kernel, buffers: [...kernel.buffers, ...outputs] }] };
  const partials = sizes.map((_, scratch) => ({ scratch }));
  const [size, second = 0] = sizes;
  return {
    scratch: sizes.map((floats) => floats * splits),
    kernels: [
      { ...kernel, buffers: [...kernel.buffers, ...partials] },
      {
        shader: 'sum_splits',
        defines: { TWO: sizes.length === 2 },
        params: [splits, size, second],
        buffers: [...partials, ...outputs],
        workgroups: groupsFor(size + second, 64),
      },
    ],
  };
}
