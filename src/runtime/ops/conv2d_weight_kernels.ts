// Which kernels compute a convolution's weight gradient, for a case and a device.
import type { Candidate, DeviceTraits, Kernel } from '../kernel';
import {
  bySubgroup,
  byTile,
  type ConvCase,
  constants,
  exchanged,
  flops,
  sizes,
  threads,
  vectors,
  window,
} from './conv2d_case';
import { inSplits, subgroupLanes, subgroupSums, type Tile, tileDefines, tileName, tilesFor } from './product_kernels';

/** Inputs x, dy; output dw, and dy's column sums where they are asked for and its columns pass through the kernel whole. */
export function conv2dWeightGradientCandidates(c: ConvCase, device: DeviceTraits): Candidate[] {
  const size = c.kh * c.kw * c.ci * c.co;
  const one = (name: string, sumsColumns: boolean, partial: (columnSums: boolean) => Partial): Candidate => ({
    name,
    sumsColumns,
    make: ({ columnSums = false }) => {
      const { partial: kernel, splits } = partial(columnSums);
      return inSplits(kernel, splits, columnSums ? [size, c.co] : [size]);
    },
  });
  const lanes = subgroupLanes(device);
  const turned = lanes > 0 && c.co === 1 && c.ci % 4 === 0 && c.sy === 1 && c.sx === 1;
  const bySubgroups = (bytes: number) => (columnSums: boolean) =>
    turned
      ? subgroupWeightGradient(exchanged(c), lanes, { x: 1, dy: 0 }, bytes, false)
      : subgroupWeightGradient(c, lanes, { x: 0, dy: 1 }, bytes, columnSums);
  const subgroups =
    turned || bySubgroup(c.co, device)
      ? [
          one('subgroup', !turned, bySubgroups(SPLIT_BYTES)),
          one('subgroup, long splits', !turned, bySubgroups(4 * SPLIT_BYTES)),
        ]
      : [];
  const tiles = byTile(c.co, device)
    ? tilesFor(c.kh * c.kw * c.ci, c.co).map((tile) =>
        one(tileName(tile), true, (columnSums) => tiledWeightGradient(c, tile, columnSums)),
      )
    : [];
  return [...subgroups, ...tiles, one('direct', false, () => plainWeightGradient(c))];
}

/** A first pass over the pixels, in splits; it still lacks its last buffers, where the partial sums go. */
interface Partial {
  partial: Kernel;
  splits: number;
}

function plainWeightGradient(c: ConvCase): Partial {
  const blocks = c.kh * c.kw * Math.ceil(c.ci / 4) * Math.ceil(c.co / 4);
  const rows = c.n * c.oh;
  const rowsPerSplit = Math.ceil(rows / Math.max(1, Math.min(rows, Math.round(8192 / blocks))));
  const splits = Math.ceil(rows / rowsPerSplit);
  return {
    splits,
    partial: {
      shader: 'conv2d_weight_gradient',
      defines: vectors(c),
      constants: constants(c),
      params: [...sizes(c), splits, rowsPerSplit],
      buffers: [{ input: 0 }, { input: 1 }],
      workgroups: threads(blocks * splits),
      flops: flops(c),
    },
  };
}

/** Bytes of x and dy that a split reads: all workgroups of a split run together and share them in the cache. */
const SPLIT_BYTES = 384 * 1024;

/** Bytes of all splits' sums together: what every adapter binds. */
const MOST_SUMS = 2 ** 27;

function subgroupWeightGradient(
  c: ConvCase,
  lanes: number,
  inputs: { x: number; dy: number },
  splitBytes: number,
  columnSums: boolean,
): Partial {
  const sums = subgroupSums(lanes, c.co);
  const rows = c.n * c.oh;
  const blocks = [Math.ceil((c.kh * c.kw * c.ci) / sums.rows), Math.ceil(c.co / sums.columns)] as const;
  const rowBytes = 4 * (c.ow * c.co + c.w * c.sy * c.ci);
  const bound = Math.max(
    1,
    Math.min(Math.floor(splitBytes / rowBytes), Math.floor((rows * blocks[0] * blocks[1]) / 64)),
  );
  const most = Math.max(1, Math.min(64, Math.floor(MOST_SUMS / (4 * c.kh * c.kw * c.ci * c.co))));
  const rowsPerSplit = Math.max(bound, Math.ceil(rows / most));
  const splits = Math.ceil(rows / rowsPerSplit);
  return {
    splits,
    partial: {
      shader: 'conv2d_weight_gradient_subgroup',
      defines: { ...sums.defines, FLIP: inputs.x === 1, COLUMN_SUMS: columnSums },
      params: [...sizes(c), rowsPerSplit, ...window(c)],
      buffers: [{ input: inputs.x }, { input: inputs.dy }],
      workgroups: [...blocks, splits],
      flops: flops(c),
    },
  };
}

function tiledWeightGradient(c: ConvCase, tile: Tile, columnSums: boolean): Partial {
  const size = c.kh * c.kw * c.ci;
  const blocks = [Math.ceil(size / tile.rows), Math.ceil(c.co / tile.columns)] as const;
  const pixels = c.n * c.oh * c.ow;
  const wanted = Math.max(1, Math.min(Math.ceil(512 / (blocks[0] * blocks[1])), Math.ceil(pixels / 256)));
  const pixelsPerSplit = 16 * Math.ceil(pixels / wanted / 16);
  const splits = Math.ceil(pixels / pixelsPerSplit);
  return {
    splits,
    partial: {
      shader: 'conv2d_weight_gradient_tiled',
      defines: { ...tileDefines(tile), BY_COLUMN: false, COLUMN_SUMS: columnSums },
      constants: constants(c),
      params: [...sizes(c), pixelsPerSplit],
      buffers: [{ input: 0 }, { input: 1 }],
      workgroups: [...blocks, splits],
      flops: flops(c),
    },
  };
}
