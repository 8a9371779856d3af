/** The WGSL files, and their expansion: `#if ${NAME}` by wgsl-preprocessor, `${NAME}` replaced by text. */
import { wgsl } from 'wgsl-preprocessor/wgsl-preprocessor.js';
import adam from '../../shaders/adam.wgsl?raw';
import conv2d from '../../shaders/conv2d.wgsl?raw';
import conv2dGatherTaps from '../../shaders/conv2d_gather_taps.wgsl?raw';
import conv2dInputGradient from '../../shaders/conv2d_input_gradient.wgsl?raw';
import conv2dLines from '../../shaders/conv2d_lines.wgsl?raw';
import conv2dSubgroup from '../../shaders/conv2d_subgroup.wgsl?raw';
import conv2dTiled from '../../shaders/conv2d_tiled.wgsl?raw';
import conv2dWeightGradient from '../../shaders/conv2d_weight_gradient.wgsl?raw';
import conv2dWeightGradientSubgroup from '../../shaders/conv2d_weight_gradient_subgroup.wgsl?raw';
import conv2dWeightGradientTiled from '../../shaders/conv2d_weight_gradient_tiled.wgsl?raw';
import copy from '../../shaders/copy.wgsl?raw';
import fmaPeak from '../../shaders/fma_peak.wgsl?raw';
import foldUpsampling from '../../shaders/fold_upsampling.wgsl?raw';
import map from '../../shaders/map.wgsl?raw';
import matmul from '../../shaders/matmul.wgsl?raw';
import matmulSubgroup from '../../shaders/matmul_subgroup.wgsl?raw';
import matmulTiled from '../../shaders/matmul_tiled.wgsl?raw';
import maxPool from '../../shaders/max_pool.wgsl?raw';
import movingAverage from '../../shaders/moving_average.wgsl?raw';
import oneHot from '../../shaders/one_hot.wgsl?raw';
import pad from '../../shaders/pad.wgsl?raw';
import pointwise from '../../shaders/pointwise.wgsl?raw';
import quotient from '../../shaders/quotient.wgsl?raw';
import random from '../../shaders/random.wgsl?raw';
import reduce from '../../shaders/reduce.wgsl?raw';
import resizeBilinear from '../../shaders/resize_bilinear.wgsl?raw';
import subgroupSums from '../../shaders/subgroup_sums.wgsl?raw';
import sumSplits from '../../shaders/sum_splits.wgsl?raw';
import tileSums from '../../shaders/tile_sums.wgsl?raw';

const files: Readonly<Record<string, string>> = {
  adam,
  conv2d,
  conv2d_gather_taps: conv2dGatherTaps,
  conv2d_input_gradient: conv2dInputGradient,
  conv2d_lines: conv2dLines,
  conv2d_subgroup: conv2dSubgroup,
  conv2d_tiled: conv2dTiled,
  conv2d_weight_gradient: conv2dWeightGradient,
  conv2d_weight_gradient_subgroup: conv2dWeightGradientSubgroup,
  conv2d_weight_gradient_tiled: conv2dWeightGradientTiled,
  copy,
  fma_peak: fmaPeak,
  fold_upsampling: foldUpsampling,
  map,
  matmul,
  matmul_subgroup: matmulSubgroup,
  matmul_tiled: matmulTiled,
  max_pool: maxPool,
  moving_average: movingAverage,
  one_hot: oneHot,
  pad,
  reduce,
  resize_bilinear: resizeBilinear,
  sum_splits: sumSplits,
};

/** A hash (FNV-1a) of all shaders' text: what was timed of others says nothing of these. */
export function shadersVersion(): string {
  let hash = 0x811c9dc5;
  for (const text of [...Object.values(files), pointwise, quotient, random, subgroupSums, tileSums])
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

export type Defines = Readonly<Record<string, boolean | string>>;

/** The WGSL of a shader with its switches and texts put in. @throws Error where a `${NAME}` has no value */
export function expandShader(name: string, defines: Defines): string {
  const source = files[name];
  if (source === undefined) throw new Error(`no shader '${name}'; there are ${Object.keys(files).join(', ')}`);
  const library = (of: Defines): string =>
    [pointwise, ...(of.RANDOM ? [random] : [])].map((file) => expand(name, file, of)).join('\n');
  return expand(name, source, {
    ...defines,
    ...(source.includes('${QUOTIENT}') && { QUOTIENT: quotient }),
    ...(source.includes('${SUMS}') && { SUMS: expand(name, subgroupSums, defines) }),
    ...(source.includes('${TILE}') && { TILE: expand(name, tileSums, defines) }),
    ...(source.includes('${FUNCTIONS}') && { FUNCTIONS: library(defines) }),
    ...(defines.FUSED && { EPILOGUE: `${library({ VEC4: true })}\n${defines.EPILOGUE}` }),
  });
}

function expand(name: string, source: string, defines: Defines): string {
  const strings: string[] = [];
  const values: (boolean | string)[] = [];
  let from = 0;
  for (const match of source.matchAll(/\$\{(\w+)\}/g)) {
    const value = defines[match[1]];
    if (value === undefined) throw new Error(`shader '${name}' needs a value for ${match[1]}`);
    strings.push(source.slice(from, match.index));
    values.push(value);
    from = match.index + match[0].length;
  }
  strings.push(source.slice(from));
  return wgsl(Object.assign(strings, { raw: strings }) as unknown as TemplateStringsArray, ...values);
}
