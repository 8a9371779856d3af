/**
 * 2-D convolution (cross-correlation, as the field says it), its input gradient and its weight gradient:
 *   y[n,oy,ox,co] = Σ x[n, oy·S − top + ky, ox·S − left + kx, ci] · w[ky,kx,ci,co]
 * The three are closed under differentiation, so any order of derivative is made of them.
 */
import type { Tensor } from '../graph';
import { ShapeError, showShape } from '../shape';
import type { ConvCase } from './conv2d_case';
import { conv2dCandidates, conv2dInputGradientCandidates } from './conv2d_kernels';
import { conv2dWeightGradientCandidates } from './conv2d_weight_kernels';
import { add } from './pointwise';
import { type PadMode, pad, slice } from './rearrange';

/** Zero rows and columns added on each side. `same`: ⌈in / stride⌉ out, the odd one at the end (TensorFlow's rule). */
export type Padding = 'same' | 'valid' | number | readonly [top: number, bottom: number, left: number, right: number];

export interface ConvOptions {
  /** 1 to 4. */
  stride?: number;
  padding?: Padding;
  mode?: PadMode;
}

type Sides = readonly [number, number, number, number];

function sides(padding: Padding, [h, w]: readonly number[], [kh, kw]: readonly number[], stride: number): Sides {
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') return padding;
  const total = (extent: number, k: number): number =>
    Math.max((Math.ceil(extent / stride) - 1) * stride + k - extent, 0);
  const [ty, tx] = [total(h, kh), total(w, kw)];
  return [ty >> 1, ty - (ty >> 1), tx >> 1, tx - (tx >> 1)];
}

function checkOptions(op: string, stride: number, kernel: readonly number[]): void {
  if (![1, 2, 3, 4].includes(stride)) throw new ShapeError(op, `stride ${stride}`, 'a stride of 1, 2, 3 or 4');
  if (!kernel.every((k) => Number.isInteger(k) && k >= 1 && k <= 9)) {
    throw new ShapeError(op, `a ${kernel.join('×')} kernel`, 'a kernel of 1 to 9 on each side');
  }
}

/**
 * y [N, OH, OW, CO] from x [N, H, W, CI] and w [KH, KW, CI, CO]. No bias: add one of shape [CO].
 * @throws ShapeError for ranks, channels, kernels outside 1…9, strides outside 1…4, or an image smaller than the kernel
 */
export function conv2d(
  x: Tensor,
  w: Tensor,
  { stride = 1, padding = 'same', mode = 'zero' }: ConvOptions = {},
): Tensor {
  if (x.rank !== 4 || w.rank !== 4 || x.shape[3] !== w.shape[2]) {
    throw new ShapeError(
      'conv2d',
      `x ${showShape(x.shape)}, w ${showShape(w.shape)}`,
      'x [N, H, W, CI] and w [KH, KW, CI, CO]',
    );
  }
  const [kh, kw] = w.shape;
  checkOptions('conv2d', stride, [kh, kw]);
  const p = sides(padding, x.shape.slice(1, 3), [kh, kw], stride);
  if (mode === 'reflect' && p.some((amount) => amount > 0)) {
    const widened = pad(
      x,
      [
        [0, 0],
        [p[0], p[1]],
        [p[2], p[3]],
        [0, 0],
      ],
      'reflect',
    );
    return conv2d(widened, w, { stride, padding: 'valid' });
  }
  const out = (extent: number, k: number, before: number, after: number): number =>
    Math.floor((extent + before + after - k) / stride) + 1;
  const [n, h, wd, ci] = x.shape;
  const c: ConvCase = {
    n,
    h,
    w: wd,
    ci,
    kh,
    kw,
    oh: out(h, kh, p[0], p[1]),
    ow: out(wd, kw, p[2], p[3]),
    co: w.shape[3],
    sy: stride,
    sx: stride,
    padTop: p[0],
    padLeft: p[2],
  };
  if (c.oh < 1 || c.ow < 1) {
    throw new ShapeError(
      'conv2d',
      `an image of ${h}×${wd} padded by ${p.join(', ')}`,
      `at least the kernel's ${kh}×${kw}`,
    );
  }
  const parts = raggedParts(x);
  if (parts.length === 0) return forward(c, x, w);
  let start = 0;
  const sums = parts.map((part) => {
    const channels = part.shape[3];
    const weights = slice(w, [0, 0, start, 0], [kh, kw, channels, c.co]);
    start += channels;
    return forward({ ...c, ci: channels }, part, weights);
  });
  return sums.reduce((a, b) => add(a, b));
}

/**
 * The parts of a concatenation whose channels together do not fill vec4f where those of a large part do: convolved one by
 * one and added, they need no kernels that go channel by channel.
 */
function raggedParts({ op, inputs, shape }: Tensor): readonly Tensor[] {
  const ragged = op.kind === 'concat' && op.axis === 3 && shape[3] % 4 !== 0;
  return ragged && inputs.some((part) => part.shape[3] % 4 === 0 && part.shape[3] >= 8) ? inputs : [];
}

/** The attributes of a case that its tensors' shapes do not tell. */
const keyOf = (c: ConvCase): string => `h ${c.h} w ${c.w} kh ${c.kh} kw ${c.kw} s ${c.sy} pad ${c.padTop},${c.padLeft}`;

function forward(c: ConvCase, x: Tensor, w: Tensor): Tensor {
  return x.graph.add(
    {
      kind: 'kernel',
      name: 'conv2d',
      key: keyOf(c),
      fuses: c.co % 4 === 0,
      candidates: (device) => conv2dCandidates(c, device),
      gradient: (dy, need) => [need[0] ? inputGradient(c, dy, w) : null, need[1] ? weightGradient(c, x, dy) : null],
    },
    [x, w],
    [c.n, c.oh, c.ow, c.co],
    `conv2d ${keyOf(c)}`,
  );
}

function inputGradient(c: ConvCase, dy: Tensor, w: Tensor): Tensor {
  return dy.graph.add(
    {
      kind: 'kernel',
      name: 'conv2d_input_gradient',
      key: keyOf(c),
      fuses: c.ci % 4 === 0,
      candidates: (device) => conv2dInputGradientCandidates(c, device),
      gradient: (g, need) => [need[0] ? forward(c, g, w) : null, need[1] ? weightGradient(c, g, dy) : null],
    },
    [dy, w],
    [c.n, c.h, c.w, c.ci],
    `conv2d_input_gradient ${keyOf(c)}`,
  );
}

function weightGradient(c: ConvCase, x: Tensor, dy: Tensor): Tensor {
  return x.graph.add(
    {
      kind: 'kernel',
      name: 'conv2d_weight_gradient',
      key: keyOf(c),
      candidates: (device) => conv2dWeightGradientCandidates(c, device),
      gradient: (g, need) => [need[0] ? inputGradient(c, dy, g) : null, need[1] ? forward(c, x, g) : null],
    },
    [x, dy],
    [c.kh, c.kw, c.ci, c.co],
    `conv2d_weight_gradient ${keyOf(c)}`,
  );
}

/** d loss / d x of {@link conv2d}, for x of `inputSize`. */
export function conv2dInputGradient(
  dy: Tensor,
  w: Tensor,
  o: { inputSize: readonly [number, number]; stride?: number; padding?: Padding },
): Tensor {
  const { inputSize, stride = 1, padding = 'same' } = o;
  if (dy.rank !== 4 || w.rank !== 4 || dy.shape[3] !== w.shape[3]) {
    throw new ShapeError(
      'conv2dInputGradient',
      `dy ${showShape(dy.shape)}, w ${showShape(w.shape)}`,
      'dy [N, OH, OW, CO] and w [KH, KW, CI, CO]',
    );
  }
  const [kh, kw, ci, co] = w.shape;
  checkOptions('conv2dInputGradient', stride, [kh, kw]);
  const p = sides(padding, inputSize, [kh, kw], stride);
  const [n, oh, ow] = dy.shape;
  const c: ConvCase = {
    n,
    h: inputSize[0],
    w: inputSize[1],
    ci,
    oh,
    ow,
    co,
    kh,
    kw,
    sy: stride,
    sx: stride,
    padTop: p[0],
    padLeft: p[2],
  };
  checkOutput('conv2dInputGradient', c, p);
  return inputGradient(c, dy, w);
}

/** d loss / d w of {@link conv2d}, for w of `kernel`. */
export function conv2dWeightGradient(
  x: Tensor,
  dy: Tensor,
  o: { kernel: readonly [number, number]; stride?: number; padding?: Padding },
): Tensor {
  const { kernel, stride = 1, padding = 'same' } = o;
  if (x.rank !== 4 || dy.rank !== 4 || x.shape[0] !== dy.shape[0]) {
    throw new ShapeError(
      'conv2dWeightGradient',
      `x ${showShape(x.shape)}, dy ${showShape(dy.shape)}`,
      'x [N, H, W, CI] and dy [N, OH, OW, CO]',
    );
  }
  checkOptions('conv2dWeightGradient', stride, kernel);
  const [n, h, w, ci] = x.shape;
  const p = sides(padding, [h, w], kernel, stride);
  const [, oh, ow, co] = dy.shape;
  const c: ConvCase = {
    n,
    h,
    w,
    ci,
    oh,
    ow,
    co,
    kh: kernel[0],
    kw: kernel[1],
    sy: stride,
    sx: stride,
    padTop: p[0],
    padLeft: p[2],
  };
  checkOutput('conv2dWeightGradient', c, p);
  return weightGradient(c, x, dy);
}

function checkOutput(op: string, c: ConvCase, [top, bottom, left, right]: Sides): void {
  const oh = Math.floor((c.h + top + bottom - c.kh) / c.sy) + 1;
  const ow = Math.floor((c.w + left + right - c.kw) / c.sx) + 1;
  if (oh !== c.oh || ow !== c.ow)
    throw new ShapeError(op, `dy of ${c.oh}×${c.ow}`, `${oh}×${ow}, what a ${c.h}×${c.w} image gives`);
}

/**
 * Transposed convolution: the input gradient of the convolution with weights w [KH, KW, CO, CI], taken forwards.
 * Output extent: (in − 1) · stride − 2 · padding + K + outputPadding.
 */
export function convTranspose2d(
  x: Tensor,
  w: Tensor,
  o: { stride?: number; padding?: number; outputPadding?: number } = {},
): Tensor {
  const { stride = 1, padding = 0, outputPadding = 0 } = o;
  if (x.rank !== 4 || w.rank !== 4 || x.shape[3] !== w.shape[3]) {
    throw new ShapeError(
      'convTranspose2d',
      `x ${showShape(x.shape)}, w ${showShape(w.shape)}`,
      'x [N, H, W, CI] and w [KH, KW, CO, CI]',
    );
  }
  if (outputPadding < 0 || outputPadding >= stride) {
    throw new ShapeError(
      'convTranspose2d',
      `outputPadding ${outputPadding}`,
      `0 to ${stride - 1}, less than the stride`,
    );
  }
  const extent = (size: number, k: number): number => (size - 1) * stride - 2 * padding + k + outputPadding;
  const inputSize: [number, number] = [extent(x.shape[1], w.shape[0]), extent(x.shape[2], w.shape[1])];
  return conv2dInputGradient(x, w, { inputSize, stride, padding });
}
