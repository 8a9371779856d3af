// Which kernels compute a convolution, its input gradient and its weight gradient, for a case and a device.
import { type DeviceTraits, type Extras, groupsFor, type Kernel, type Kernels } from '../kernel';
import { inSplits, subgroupLanes, subgroupSums, tileSums } from './product_kernels';

/** x [n,h,w,ci] convolved with w [kh,kw,ci,co] gives y [n,oh,ow,co]. */
export interface ConvCase {
  n: number;
  h: number;
  w: number;
  ci: number;
  oh: number;
  ow: number;
  co: number;
  kh: number;
  kw: number;
  sy: number;
  sx: number;
  padTop: number;
  padLeft: number;
}

/** WGSL of what is done to four channels of a result before they are stored, at a vec4f index into it and their column. */
const IDENTITY_EPILOGUE = 'fn epilogue(sum: vec4f, element: u32, column: u32) -> vec4f { return sum; }';

/** After a source, weights and a result. */
const epilogueOf = ({ epilogue }: Extras): string => epilogue?.(4) ?? IDENTITY_EPILOGUE;

const threads = (count: number) => groupsFor(count, 64);
const flops = (c: ConvCase) => 2 * c.n * c.oh * c.ow * c.co * c.kh * c.kw * c.ci;
/** Window and stride as numbers in the uniform block, where a kernel is quick to run but slow to compile. */
const window = (c: ConvCase) => [c.kh, c.kw, c.sy, c.sx];
/** The same as constants, where the compiler gains by them. */
const constants = (c: ConvCase) => ({ KH: c.kh, KW: c.kw, SY: c.sy, SX: c.sx });
const vectors = (c: ConvCase) => ({ CI4: c.ci % 4 === 0, CO4: c.co % 4 === 0 });
const sizes = (c: ConvCase) => [c.n, c.h, c.w, c.ci, c.oh, c.ow, c.co, c.padTop, c.padLeft];

/** CPU drivers share loads by subgroup broadcast; the channels written must fill vec4f. */
const bySubgroup = (channels: number, device: DeviceTraits) => (channels % 4 === 0 ? subgroupLanes(device) : 0);

/** GPUs multiply tiles in workgroup memory, where there are channels enough to fill a good part of one. */
const byTile = (channels: number, device: DeviceTraits) => device.kind === 'gpu' && channels >= 8 && channels % 4 === 0;

/** Inputs x, w; output y. The epilogue belongs to the last kernel. */
export function conv2dKernels(c: ConvCase, device: DeviceTraits, extras: Extras = {}): Kernels {
  const epilogue = epilogueOf(extras);
  const lanes = bySubgroup(c.co, device);
  if (lanes) return { scratch: [], kernels: [subgroupKernel(c, lanes, false, epilogue)] };
  if (byTile(c.co, device)) return { scratch: [], kernels: [tiledKernel(c, false, epilogue)] };
  const taps = c.kh * c.kw;
  const products = c.co === 1 && taps > 1 && c.sy === 1 && c.sx === 1 ? productsByTap(c, device, false) : undefined;
  if (products) return products;
  return {
    scratch: [],
    kernels: [
      {
        shader: 'conv2d',
        defines: { ...vectors(c), EPILOGUE: epilogue },
        constants: constants(c),
        params: sizes(c),
        buffers: [{ input: 0 }, { input: 1 }, { output: 0 }],
        workgroups: threads(c.n * c.oh * Math.ceil(c.ow / 4) * Math.ceil(c.co / 4)),
        flops: flops(c),
      },
    ],
  };
}

/** Inputs dy, w; output dx. */
export function conv2dInputGradientKernels(c: ConvCase, device: DeviceTraits, extras: Extras = {}): Kernels {
  const epilogue = epilogueOf(extras);
  const lanes = bySubgroup(c.ci, device);
  if (lanes) return { scratch: [], kernels: [subgroupKernel(c, lanes, true, epilogue)] };
  if (byTile(c.ci, device)) return { scratch: [], kernels: [tiledKernel(c, true, epilogue)] };
  const products = c.ci <= 3 ? productsByTap(c, device, true) : undefined;
  if (products) return products;
  return {
    scratch: [],
    kernels: [
      {
        shader: 'conv2d_input_gradient',
        defines: { ...vectors(c), EPILOGUE: epilogue },
        constants: constants(c),
        params: sizes(c),
        buffers: [{ input: 0 }, { input: 1 }, { output: 0 }],
        workgroups: threads(c.n * c.h * Math.ceil(Math.ceil(c.w / c.sx) / 4) * c.sx * Math.ceil(c.ci / 4)),
        flops: flops(c),
      },
    ],
  };
}

/** What a forward convolution or an input gradient reads and writes, and the phases into which its stride parts it. */
function sides(c: ConvCase, inputGradient: boolean) {
  return inputGradient
    ? { source: { h: c.oh, w: c.ow, depth: c.co }, result: { h: c.h, w: c.w, channels: c.ci }, phases: [c.sy, c.sx] }
    : { source: { h: c.h, w: c.w, depth: c.ci }, result: { h: c.oh, w: c.ow, channels: c.co }, phases: [1, 1] };
}

function tiledKernel(c: ConvCase, inputGradient: boolean, epilogue: string): Kernel {
  const { source, result, phases } = sides(c, inputGradient);
  const pixels = c.n * Math.ceil(result.h / phases[0]) * Math.ceil(result.w / phases[1]);
  const tile = tileSums(pixels * phases[0] * phases[1], result.channels);
  const [columns, rows] = groupsFor(pixels, tile.rows);
  const depth4 = source.depth % 4 === 0;
  return {
    shader: 'conv2d_tiled',
    defines: {
      ...tile.defines,
      INPUT_GRADIENT: inputGradient,
      BY_COLUMN: inputGradient,
      DEPTH4: depth4,
      WEIGHTS4: depth4 || !inputGradient,
      EPILOGUE: epilogue,
    },
    constants: constants(c),
    params: [c.n, source.h, source.w, source.depth, result.h, result.w, result.channels, c.padTop, c.padLeft],
    buffers: [{ input: 0 }, { input: 1 }, { output: 0 }],
    workgroups: [columns, rows, Math.ceil(result.channels / tile.columns) * phases[0] * phases[1]],
    flops: flops(c),
  };
}

/** Forward or input gradient, 2·lanes pixels × lanes·vector channels a workgroup. */
function subgroupKernel(
  c: ConvCase,
  lanes: number,
  inputGradient: boolean,
  epilogue = IDENTITY_EPILOGUE,
  weightStart = 0,
): Kernel {
  const { source, result, phases } = sides(c, inputGradient);
  const pixels = c.n * Math.ceil(result.h / phases[0]) * Math.ceil(result.w / phases[1]);
  const sums = subgroupSums(lanes, result.channels);
  const [columns, rows] = groupsFor(pixels, sums.rows);
  return {
    shader: 'conv2d_subgroup',
    defines: {
      ...sums.defines,
      INPUT_GRADIENT: inputGradient,
      DEPTH4: source.depth % 4 === 0,
      EPILOGUE: epilogue,
    },
    params: [
      c.n,
      source.h,
      source.w,
      source.depth,
      result.h,
      result.w,
      result.channels,
      c.padTop,
      c.padLeft,
      Math.ceil(result.channels / 4),
      weightStart,
      ...window(c),
    ],
    buffers: [{ input: 0 }, { input: 1 }, { output: 0 }],
    workgroups: [columns, rows, Math.ceil(result.channels / sums.columns) * phases[0] * phases[1]],
    flops: flops(c),
  };
}

/** Scratch of one kernel, in bytes: half the least binding limit. */
const SCRATCH_BYTES = 64 * 1024 * 1024;

/**
 * Few result channels: first every source pixel times every tap's weights, a product of matrices, then the sum over the
 * taps. In parts of the kernel's lines where the products of all would be too much memory; undefined if one line is.
 */
function productsByTap(c: ConvCase, device: DeviceTraits, inputGradient: boolean): Kernels | undefined {
  const { source, result } = sides(c, inputGradient);
  const pitch = (lines: number) => 4 * Math.ceil((lines * c.kw * result.channels) / 4);
  const size = (lines: number) => c.n * source.h * source.w * pitch(lines);
  let lines = c.kh;
  while (lines > 0 && 4 * size(lines) > SCRATCH_BYTES) lines--;
  const lanes = subgroupLanes(device);
  if (lines === 0 || !lanes) return undefined;
  const kernels: Kernel[] = [];
  for (let first = 0; first < c.kh; first += lines) {
    const end = Math.min(c.kh, first + lines);
    const product: ConvCase = {
      n: c.n,
      h: source.h,
      w: source.w,
      ci: (end - first) * c.kw * result.channels,
      oh: source.h,
      ow: source.w,
      co: source.depth,
      kh: 1,
      kw: 1,
      sy: 1,
      sx: 1,
      padTop: 0,
      padLeft: 0,
    };
    const weightStart = first * c.kw * result.channels * source.depth;
    kernels.push(
      {
        ...subgroupKernel(product, lanes, true, IDENTITY_EPILOGUE, weightStart),
        buffers: [{ input: 0 }, { input: 1 }, { scratch: 0 }],
      },
      {
        shader: 'conv2d_gather_taps',
        defines: { INPUT_GRADIENT: inputGradient },
        constants: { KW: c.kw, SY: c.sy, SX: c.sx },
        params: [
          c.n,
          source.h,
          source.w,
          pitch(end - first),
          result.h,
          result.w,
          result.channels,
          c.padTop,
          c.padLeft,
          first,
          end,
        ],
        buffers: [{ scratch: 0 }, { output: 0 }],
        workgroups: threads(c.n * result.h * result.w * result.channels),
      },
    );
  }
  return { scratch: [size(lines)], kernels };
}

/** Whether dy's sums over the pixels come with dw: where its columns pass through the kernel whole. */
export const weightGradientSumsColumns = (c: ConvCase, device: DeviceTraits): boolean =>
  bySubgroup(c.co, device) > 0 || byTile(c.co, device);

/** Inputs x, dy; output dw, and dy's column sums where they are asked for. */
export function conv2dWeightGradientKernels(c: ConvCase, device: DeviceTraits, extras: Extras = {}): Kernels {
  const { columnSums = false } = extras;
  const size = c.kh * c.kw * c.ci * c.co;
  const lanes = subgroupLanes(device);
  const { partial, splits } =
    lanes && c.co % 4 === 0
      ? subgroupWeightGradient(c, lanes, { x: 0, dy: 1 }, columnSums)
      : lanes && c.co === 1 && c.ci % 4 === 0 && c.sy === 1 && c.sx === 1
        ? subgroupWeightGradient(exchanged(c), lanes, { x: 1, dy: 0 }, false)
        : byTile(c.co, device)
          ? tiledWeightGradient(c, columnSums)
          : plainWeightGradient(c);
  return inSplits(partial, splits, columnSums ? [size, c.co] : [size]);
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

/** One output channel, stride 1: dy takes the place of x, with its taps turned around, and x that of dy. */
const exchanged = (c: ConvCase): ConvCase => ({
  ...c,
  h: c.oh,
  w: c.ow,
  ci: 1,
  oh: c.h,
  ow: c.w,
  co: c.ci,
  padTop: c.kh - 1 - c.padTop,
  padLeft: c.kw - 1 - c.padLeft,
});

/** Bytes of x and dy that a split reads: all workgroups of a split run together and share them in the cache. */
const SPLIT_BYTES = 384 * 1024;

function subgroupWeightGradient(
  c: ConvCase,
  lanes: number,
  inputs: { x: number; dy: number },
  columnSums: boolean,
): Partial {
  const sums = subgroupSums(lanes, c.co);
  const rows = c.n * c.oh;
  const blocks = [Math.ceil((c.kh * c.kw * c.ci) / sums.rows), Math.ceil(c.co / sums.columns)] as const;
  const rowBytes = 4 * (c.ow * c.co + c.w * c.sy * c.ci);
  const bound = Math.max(
    1,
    Math.min(Math.floor(SPLIT_BYTES / rowBytes), Math.floor((rows * blocks[0] * blocks[1]) / 64)),
  );
  const rowsPerSplit = Math.max(bound, Math.ceil(rows / 64));
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

function tiledWeightGradient(c: ConvCase, columnSums: boolean): Partial {
  const size = c.kh * c.kw * c.ci;
  const tile = tileSums(size, c.co);
  const blocks = [Math.ceil(size / tile.rows), Math.ceil(c.co / tile.columns)] as const;
  const pixels = c.n * c.oh * c.ow;
  const wanted = Math.max(1, Math.min(Math.ceil(512 / (blocks[0] * blocks[1])), Math.ceil(pixels / 256)));
  const pixelsPerSplit = 16 * Math.ceil(pixels / wanted / 16);
  const splits = Math.ceil(pixels / pixelsPerSplit);
  return {
    splits,
    partial: {
      shader: 'conv2d_weight_gradient_tiled',
      defines: { ...tile.defines, BY_COLUMN: false, COLUMN_SUMS: columnSums },
      constants: constants(c),
      params: [...sizes(c), pixelsPerSplit],
      buffers: [{ input: 0 }, { input: 1 }],
      workgroups: [...blocks, splits],
      flops: flops(c),
    },
  };
}
