export { broadcastTo, type ReduceOptions, reshape, sum } from './broadcast';
export {
  type ConvOptions,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  convTranspose2d,
  type Padding,
} from './conv2d';
export { conditionalInstanceNorm, instanceNorm, moments, partialMoments } from './instance_norm';
export { gram, matmul } from './matmul';
export { mean } from './mean';
export {
  abs,
  add,
  clamp,
  div,
  exp,
  greater,
  greaterEqual,
  leakyRelu,
  log,
  maximum,
  minimum,
  mul,
  neg,
  relu,
  rsqrt,
  select,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
} from './pointwise';
export { averagePool, maxPool, type PoolOptions } from './pool';
export { dropout, oneHot, randomNormal, randomUniform } from './random';
export { concat, type PadMode, pad, slice, transpose } from './rearrange';
export { resizeBilinear, upsampleNearest } from './resize';
export { upsampleConv2d } from './upsample_conv2d';
