// The convolution of one channel line by line of the kernel, and the text of such a line.
import { groupsFor, type Kernel } from '../kernel';
import { type ConvCase, flops } from './conv2d_case';

/** Pixels and, at most, channels that a workgroup keeps. */
const PIXELS = 16;
const CHANNELS = 16;

/** A convolution with one input channel and a multiple of four output channels. */
export function lineKernel(c: ConvCase, lanes: number, epilogue: string, flipped = false): Kernel {
  const blocks = Math.ceil(Math.min(CHANNELS, c.co) / lanes);
  const [columns, rows] = groupsFor(c.n * c.oh * Math.ceil(c.ow / PIXELS), 1);
  const weights = flipped ? [(c.kh * c.kw - 1) * c.co, -c.co] : [0, c.co];
  return {
    shader: 'conv2d_lines',
    defines: {
      LANES: `${lanes}`,
      PIXELS: `${PIXELS}`,
      BLOCKS: `${blocks}`,
      KW: `${c.kw}`,
      SX: `${c.sx}`,
      ...texts(c, lanes, blocks),
      EPILOGUE: epilogue,
    },
    params: [c.n, c.h, c.w, c.oh, c.ow, c.co, c.padTop, c.padLeft, c.kh, c.sy, ...weights],
    buffers: [{ input: 0 }, { input: 1 }, { output: 0 }],
    workgroups: [columns, rows, Math.ceil(c.co / (blocks * lanes))],
    flops: flops(c),
  };
}

/** Its sums `s<pixel>_<block>` at first, a line's multiply-adds, and where the sums go. */
function texts({ kw, sx }: ConvCase, lanes: number, blocks: number): Record<'ZEROS' | 'LINE' | 'STORES', string> {
  const sums = upTo(PIXELS).flatMap((pixel) =>
    upTo(blocks).map((block) => ({ pixel, block, name: `s${pixel}_${block}` })),
  );
  const reach = (PIXELS - 1) * sx + kw;
  const line = [
    ...upTo(Math.ceil(reach / lanes)).map((i) => `let x${i} = pixel(line, left + ${i * lanes});`),
    ...upTo(reach).map((i) => `let v${i} = subgroupBroadcast(x${Math.floor(i / lanes)}, ${i % lanes});`),
    ...upTo(kw).flatMap((kx) => [
      ...upTo(blocks).map((block) => `let w${kx}_${block} = weight[e + ${block * lanes}];`),
      ...sums.map(({ pixel, block, name }) => `${name} = fma(v${pixel * sx + kx}, w${kx}_${block}, ${name});`),
      'e += p.nextWeight;',
    ]),
  ];
  return {
    ZEROS: sums.map(({ name }) => `var ${name} = 0f;`).join(' '),
    LINE: line.join('\n    '),
    STORES: sums
      .map(({ pixel, block, name }) => `sums[${(pixel * blocks + block) * lanes} + lane] = ${name};`)
      .join('\n  '),
  };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
