/**
 * The layers that every network here is written in. A layer is a function of a scope (where its weights live) and a
 * tensor [N, H, W, C]; there is no train or eval flag: what differs between the two is an argument.
 *
 * Names of the weights, so that others' weights load by name: a convolution or dense layer owns `weight`
 * ([KH, KW, CI, CO] or [in, out]) and `bias` [CO]; with a norm behind it, `gamma` and `beta` ([C], or [T, C] where the
 * norm is conditional) take the bias's place.
 */
import {
  add,
  broadcastTo,
  concat,
  conditionalInstanceNorm,
  conv2d,
  dropout,
  glorotUniform,
  type Initialiser,
  instanceNorm,
  matmul,
  mul,
  ones,
  relu,
  reshape,
  type Scope,
  type Tensor,
  upsampleConv2d,
  zeros,
} from '../runtime';

/** A norm with its scale and shift: z = γ (x − μ)/√(σ² + 1e-5) + β, statistics over H and W of one sample. */
export type Norm = (p: Scope, x: Tensor) => Tensor;

/** One γ and β per channel. */
export const instance: Norm = (p, x) => {
  const channels = [x.shape[3]];
  return instanceNorm(x, {
    gamma: p.parameter('gamma', channels, ones()),
    beta: p.parameter('beta', channels, zeros()),
  });
};

/** One γ and β per task and channel (Dumoulin et al. 2017). `task`: [N, T], one-hot or a mixture. */
export function conditional(task: Tensor): Norm {
  return (p, x) => {
    const shape = [task.shape[1], x.shape[3]];
    return conditionalInstanceNorm(x, p.parameter('gamma', shape, ones()), p.parameter('beta', shape, zeros()), task);
  };
}

export interface ConvolutionShape {
  kernel: number;
  channels: number;
  stride?: number;
  /** 'same' is zero padding to ceil(in / stride); a number pads each side by as much. */
  padding?: 'same' | 'valid' | number;
  mode?: 'zero' | 'reflect';
  /** Of the image repeated ×2 by nearest neighbour; stride 1 and 'same' then. */
  upsampled?: boolean;
  /** True where nothing behind the layer takes a bias's place. */
  bias?: boolean;
  /** First weights; Glorot's, as in Keras, unless a deep stack of ReLUs without norms needs He's. */
  initialiser?: Initialiser;
}

export function convolution(p: Scope, x: Tensor, shape: ConvolutionShape): Tensor {
  const { kernel, channels, stride = 1, padding = 'same', mode = 'zero', bias = true, upsampled, initialiser } = shape;
  return p.labelled(() => {
    const weight = p.parameter('weight', [kernel, kernel, x.shape[3], channels], initialiser ?? glorotUniform());
    const y = upsampled ? upsampleConv2d(x, weight) : conv2d(x, weight, { stride, padding, mode });
    return bias ? add(y, p.parameter('bias', [channels], zeros())) : y;
  });
}

/** What a network calls for its convolutions. */
export type Convolution = (p: Scope, x: Tensor, shape: ConvolutionShape) => Tensor;

/** Convolution with a scale and a shift a task and channel in place of a bias: γ_t (w ∗ x) + β_t. @param task [N, T], one-hot */
export const taskConvolution =
  (task: Tensor): Convolution =>
  (p, x, shape) => {
    const y = convolution(p, x, { ...shape, bias: false });
    const own = [task.shape[1], shape.channels];
    const of = (values: Tensor) => reshape(matmul(task, values), [task.shape[0], 1, 1, shape.channels]);
    return p.labelled(() => add(mul(y, of(p.parameter('gamma', own, ones()))), of(p.parameter('beta', own, zeros()))));
  };

/** Convolution, then norm: a bias would be subtracted again with the mean, so there is none unless asked for. */
export function normedConvolution(p: Scope, x: Tensor, shape: ConvolutionShape, norm: Norm): Tensor {
  const y = convolution(p, x, { bias: false, ...shape });
  return p.labelled(() => norm(p, y));
}

/** x [N, in] → [N, units]. */
export function dense(p: Scope, x: Tensor, units: number): Tensor {
  return p.labelled(() => {
    const y = matmul(x, p.parameter('weight', [x.shape[1], units], glorotUniform()));
    return add(y, p.parameter('bias', [units], zeros()));
  });
}

export interface Dropout {
  rate: number;
  /** The layer's own counter-based stream; each layer of a graph takes the next. */
  nextStream: () => number;
}

/** No units dropped: what a restorer runs with once it is trained. */
export const NO_DROPOUT: Dropout = { rate: 0, nextStream: () => 0 };

export function dropUnits(x: Tensor, { rate, nextStream }: Dropout): Tensor {
  return rate > 0 ? dropout(x, rate, nextStream()) : x;
}

/** Stream numbers from `first` upwards, each given once. */
export function streamsFrom(first: number): () => number {
  let next = first;
  return () => next++;
}

export interface ResidualBlock {
  norm: Norm;
  dropout: Dropout;
  bias?: boolean;
  mode?: 'zero' | 'reflect';
}

/** x + norm(conv3(dropout(relu(norm(conv3 x))))), channels unchanged. */
export function residualBlock(p: Scope, x: Tensor, { norm, dropout: drop, bias, mode }: ResidualBlock): Tensor {
  const shape: ConvolutionShape = { kernel: 3, channels: x.shape[3], bias: bias ?? false, ...sides(1, mode) };
  const inner = dropUnits(relu(normedConvolution(p.child('a'), x, shape, norm)), drop);
  return add(x, normedConvolution(p.child('b'), inner, shape, norm));
}

/** Reflection pads `side` pixels on each side; zero padding leaves it to 'same'. */
export function sides(side: number, mode: 'zero' | 'reflect' = 'zero'): Pick<ConvolutionShape, 'padding' | 'mode'> {
  return mode === 'reflect' ? { padding: side, mode } : { padding: 'same', mode };
}

/** The images with one plane per entry of `code` [N, T] behind them, constant over H and W. */
export function withPlanes(x: Tensor, code: Tensor): Tensor {
  return concat([x, spread(code, x)], 3);
}

function spread(code: Tensor, like: Tensor): Tensor {
  const [n, h, w] = like.shape;
  const tasks = code.shape[1];
  return broadcastTo(reshape(code, [n, 1, 1, tasks]), [n, h, w, tasks]);
}
