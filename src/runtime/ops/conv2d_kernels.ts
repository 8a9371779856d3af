// Which kernels compute a convolution or its input gradient, for a case and a device.
import { type Candidate, type DeviceTraits, type Extras, groupsFor, type Kernel, type Kernels } from '../kernel';
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
import { lineKernel } from './conv2d_lines';
import { subgroupLanes, subgroupSums, type Tile, tileDefines, tileName, tilesFor } from './product_kernels';

/** WGSL of what is done to four channels of a result before they are stored, at a vec4f index into it and their column. */
const IDENTITY_EPILOGUE = 'fn epilogue(sum: vec4f, element: u32, column: u32) -> vec4f { return sum; }';

/** After a source, weights and a result. */
const epilogueOf = ({ epilogue }: Extras): string => epilogue?.(4) ?? IDENTITY_EPILOGUE;

/** Inputs x, w; output y. The epilogue belongs to the last kernel. */
export function conv2dCandidates(c: ConvCase, device: DeviceTraits): Candidate[] {
  const products = c.co === 1 && c.kh * c.kw > 1 && c.sy === 1 && c.sx === 1 && productsByTap(c, device, false);
  const pixels = Math.ceil(c.ow / 4) * c.n * c.oh;
  const direct = (extras: Extras): Kernel => ({
    shader: 'conv2d',
    defines: { ...vectors(c), EPILOGUE: epilogueOf(extras) },
    constants: constants(c),
    params: sizes(c),
    buffers: [{ input: 0 }, { input: 1 }, { output: 0 }],
    workgroups: threads(pixels * Math.ceil(c.co / 4)),
    flops: flops(c),
  });
  return candidatesOf(c, device, false, products || undefined, direct);
}

/** Inputs dy, w; output dx. */
export function conv2dInputGradientCandidates(c: ConvCase, device: DeviceTraits): Candidate[] {
  const products = c.ci <= 3 ? productsByTap(c, device, true) : undefined;
  const pixels = c.n * c.h * Math.ceil(Math.ceil(c.w / c.sx) / 4) * c.sx;
  const direct = (extras: Extras): Kernel => ({
    shader: 'conv2d_input_gradient',
    defines: { ...vectors(c), EPILOGUE: epilogueOf(extras) },
    constants: constants(c),
    params: sizes(c),
    buffers: [{ input: 0 }, { input: 1 }, { output: 0 }],
    workgroups: threads(pixels * Math.ceil(c.ci / 4)),
    flops: flops(c),
  });
  return candidatesOf(c, device, true, products, direct);
}

function candidatesOf(
  c: ConvCase,
  device: DeviceTraits,
  inputGradient: boolean,
  products: Kernels | undefined,
  direct: (extras: Extras) => Kernel,
): Candidate[] {
  const { result } = sides(c, inputGradient);
  const one = (name: string, kernel: (extras: Extras) => Kernel): Candidate => ({
    name,
    make: (extras) => ({ scratch: [], kernels: [kernel(extras)] }),
  });
  const lanes = bySubgroup(result.channels, device);
  const oneChannel = inputGradient ? c.co === 1 && c.sy === 1 && c.sx === 1 : c.ci === 1;
  const byLine =
    lanes && oneChannel && c.kw > 1
      ? [one('by line', (e) => lineKernel(inputGradient ? exchanged(c) : c, lanes, epilogueOf(e), inputGradient))]
      : [];
  const subgroups = lanes ? [one('subgroup', (e) => subgroupKernel(c, lanes, inputGradient, epilogueOf(e)))] : [];
  const narrow =
    lanes && result.channels > 2 * lanes
      ? [one('subgroup, narrow', (e) => subgroupKernel(c, lanes, inputGradient, epilogueOf(e), 0, 2))]
      : [];
  const tiles = byTile(result.channels, device)
    ? tilesFor(c.n * result.h * result.w, result.channels).map((tile) =>
        one(tileName(tile), (e) => tiledKernel(c, inputGradient, tile, epilogueOf(e))),
      )
    : [];
  const byTap = products ? [{ name: 'by tap', make: () => products }] : [];
  return [...byLine, ...subgroups, ...narrow, ...tiles, ...byTap, one('direct', direct)];
}

/** What a forward convolution or an input gradient reads and writes, and the phases into which its stride parts it. */
function sides(c: ConvCase, inputGradient: boolean) {
  return inputGradient
    ? { source: { h: c.oh, w: c.ow, depth: c.co }, result: { h: c.h, w: c.w, channels: c.ci }, phases: [c.sy, c.sx] }
    : { source: { h: c.h, w: c.w, depth: c.ci }, result: { h: c.oh, w: c.ow, channels: c.co }, phases: [1, 1] };
}

function tiledKernel(c: ConvCase, inputGradient: boolean, tile: Tile, epilogue: string): Kernel {
  const { source, result, phases } = sides(c, inputGradient);
  const pixels = c.n * Math.ceil(result.h / phases[0]) * Math.ceil(result.w / phases[1]);
  const [columns, rows] = groupsFor(pixels, tile.rows);
  const depth4 = source.depth % 4 === 0;
  return {
    shader: 'conv2d_tiled',
    defines: {
      ...tileDefines(tile),
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
  vector?: number,
): Kernel {
  const { source, result, phases } = sides(c, inputGradient);
  const pixels = c.n * Math.ceil(result.h / phases[0]) * Math.ceil(result.w / phases[1]);
  const sums = subgroupSums(lanes, result.channels, vector);
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

/** A part of the products by taps: lines of the kernel, and rows of the source and of the result. */
interface TapPart {
  lines: [from: number, end: number];
  sourceRows: [from: number, end: number];
  rows: [from: number, end: number];
}

/**
 * Few result channels: first every source pixel times every tap's weights, a product of matrices, then the sum over the
 * taps. In parts where the products of all would be too much memory; undefined if one line of the kernel is.
 */
function productsByTap(c: ConvCase, device: DeviceTraits, inputGradient: boolean): Kernels | undefined {
  const { source, result } = sides(c, inputGradient);
  const pitch = (lines: number) => 4 * Math.ceil((lines * c.kw * result.channels) / 4);
  const size = (lines: number, rows: number) => rows * source.w * pitch(lines);
  const lanes = subgroupLanes(device);
  if (!lanes) return undefined;
  const most = SCRATCH_BYTES / 4;
  // A band of the image costs its halo; a part of the lines leaves most of a subgroup's columns empty.
  const bandRows = Math.floor(most / size(c.kh, 1)) - (c.kh - 1);
  const inBands = !inputGradient && c.n === 1 && bandRows >= 2 * c.kh;
  const parts = inBands
    ? bands(c, bandRows)
    : lineParts(c, source.h, result.h, (lines) => size(lines, c.n * source.h) <= most);
  if (!parts) return undefined;
  const kernels = parts.flatMap(({ lines: [first, end], sourceRows, rows }): Kernel[] => {
    const product: ConvCase = {
      n: c.n,
      h: sourceRows[1] - sourceRows[0],
      w: source.w,
      ci: (end - first) * c.kw * result.channels,
      oh: source.h,
      ow: source.w,
      co: source.depth,
      kh: 1,
      kw: 1,
      sy: 1,
      sx: 1,
      padTop: sourceRows[0],
      padLeft: 0,
    };
    const weightStart = first * c.kw * result.channels * source.depth;
    return [
      {
        ...subgroupKernel(product, lanes, true, IDENTITY_EPILOGUE, weightStart),
        buffers: [{ input: 0 }, { input: 1 }, { scratch: 0 }],
        flops: flops({ ...product, oh: product.h }),
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
          product.h,
          sourceRows[0],
          ...rows,
        ],
        buffers: [{ scratch: 0 }, { output: 0 }],
        workgroups: threads(c.n * (rows[1] - rows[0]) * result.w * result.channels),
      },
    ];
  });
  const sizes = parts.map(({ lines: [first, end], sourceRows: [from, to] }) => size(end - first, c.n * (to - from)));
  return { scratch: [Math.max(...sizes)], kernels };
}

/** All lines of the kernel, over bands of the image's rows. */
function bands(c: ConvCase, most: number): TapPart[] {
  const rows = Math.ceil(c.oh / Math.ceil(c.oh / most));
  return Array.from({ length: Math.ceil(c.oh / rows) }, (_, band) => {
    const [from, end] = [band * rows, Math.min(c.oh, (band + 1) * rows)];
    return {
      lines: [0, c.kh],
      sourceRows: [Math.max(0, from - c.padTop), Math.min(c.h, end - c.padTop + c.kh - 1)],
      rows: [from, end],
    };
  });
}

/** The whole image, as many lines of the kernel at a time as fit. */
function lineParts(
  { kh }: ConvCase,
  sourceRows: number,
  rows: number,
  holds: (lines: number) => boolean,
): TapPart[] | undefined {
  let lines = kh;
  while (lines > 0 && !holds(lines)) lines--;
  if (lines === 0) return undefined;
  return Array.from({ length: Math.ceil(kh / lines) }, (_, part) => ({
    lines: [part * lines, Math.min(kh, (part + 1) * lines)],
    sourceRows: [0, sourceRows],
    rows: [0, rows],
  }));
}
