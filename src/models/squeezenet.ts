/**
 * φ (b): SqueezeNet 1.1 (Iandola et al. 2016) from a safetensors file with torchvision's tensor names.
 *
 *   conv1  conv3 s2 → 64, no padding          max-pool 3 s2
 *   fire2 (16, 64)   fire3 (16, 64)           max-pool 3 s2
 *   fire4 (32, 128)  fire5 (32, 128)          max-pool 3 s2
 *   fire6 (48, 192)  fire7 (48, 192)  fire8 (64, 256)  fire9 (64, 256)
 *
 * fire(s, e) = squeeze conv1 → s, then conv1 → e beside conv3 → e, concatenated; ReLU after each convolution. Pools
 * round their size up (ceil mode): the last window may hang over the edge. Weights keep torchvision's names with the
 * dimensions turned to [KH, KW, CI, CO].
 */
import {
  add,
  concat,
  conv2d,
  div,
  Graph,
  maxPool,
  ParameterSet,
  pad,
  relu,
  type Scope,
  sub,
  type Tensor,
  type Values,
  zeros,
} from '../runtime';
import { checkedLayers, type Phi, weightsOf } from './phi';
import type { Safetensors } from './safetensors';

/** Layer → [place in torchvision's `features`, squeeze channels, expand channels of each half]. */
const FIRES: Record<string, readonly [number, number, number]> = {
  fire2: [3, 16, 64],
  fire3: [4, 16, 64],
  fire4: [6, 32, 128],
  fire5: [7, 32, 128],
  fire6: [9, 48, 192],
  fire7: [10, 48, 192],
  fire8: [11, 64, 256],
  fire9: [12, 64, 256],
};
const POOL_AFTER = ['conv1', 'fire3', 'fire5'];

export const SQUEEZENET_LAYERS = ['conv1', ...Object.keys(FIRES)] as const;

/** Mean and standard deviation of ImageNet's red, green and blue in 0..1; grey images take the three in turn. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], sd: [0.229, 0.224, 0.225] };

/** @param rgb [N, H, W, 3], already in the network's own scale  @returns every layer down to `deepest`, after ReLU */
export function squeezenetFeatures(p: Scope, rgb: Tensor, deepest = 'fire9'): Map<string, Tensor> {
  const maps = new Map<string, Tensor>();
  let h = rgb;
  for (const name of SQUEEZENET_LAYERS) {
    h = name === 'conv1' ? torchConvolution(p, 'features.0', h, 3, 64, 2) : fire(p, h, FIRES[name]);
    maps.set(name, h);
    if (name === deepest) break;
    if (POOL_AFTER.includes(name)) h = ceilPool(h);
  }
  return maps;
}

function fire(p: Scope, x: Tensor, [place, squeeze, expand]: readonly [number, number, number]): Tensor {
  const at = `features.${place}`;
  const s = torchConvolution(p, `${at}.squeeze1x1`, x, 1, squeeze);
  const half1 = torchConvolution(p, `${at}.expand1x1`, s, 1, expand);
  return concat([half1, torchConvolution(p, `${at}.expand3x3`, s, 3, expand, 1, 1)], 3);
}

function torchConvolution(
  p: Scope,
  name: string,
  x: Tensor,
  k: number,
  channels: number,
  stride = 1,
  padding = 0,
): Tensor {
  const weight = p.parameter(`${name}.weight`, [k, k, x.shape[3], channels], zeros());
  return relu(add(conv2d(x, weight, { stride, padding }), p.parameter(`${name}.bias`, [channels], zeros())));
}

/** Max-pool 3 stride 2, size rounded up. What lies over the edge is 0, which never beats a ReLU's output. */
function ceilPool(x: Tensor): Tensor {
  const over = (extent: number) => 2 * (Math.ceil((extent - 3) / 2) + 1) + 1 - extent;
  const [, height, width] = x.shape;
  const padded = pad(
    x,
    [
      [0, 0],
      [0, over(height)],
      [0, over(width)],
      [0, 0],
    ],
    'zero',
  );
  return maxPool(padded, { size: 3, stride: 2 });
}

/** One grey image in −1..1 → the scale that ImageNet networks were trained in. */
export function imagenetScale(image: Tensor): Tensor {
  const grey = div(add(image, 1), 2);
  return concat(
    IMAGENET.mean.map((mean, c) => div(sub(grey, mean), IMAGENET.sd[c])),
    3,
  );
}

/** φ from a file the user supplies. */
export function squeezenetPhi(file: Safetensors): Phi {
  const params = new ParameterSet('phi');
  const scratch = new Graph();
  squeezenetFeatures(params.scope(scratch), scratch.input('rgb', [1, 96, 96, 3]));
  const phi: Phi = {
    name: 'squeezenet',
    layers: SQUEEZENET_LAYERS,
    content: ['fire5'],
    style: ['conv1', 'fire2', 'fire4'],
    params,
    weights: weightsOf(params, kernelsLast(file)),
    features(image, layers) {
      checkedLayers(phi, layers);
      const deepest = SQUEEZENET_LAYERS.findLast((name) => layers.includes(name));
      const maps = squeezenetFeatures(params.scope(image.graph), imagenetScale(image), deepest);
      return layers.map((name) => maps.get(name) as Tensor);
    },
  };
  return phi;
}

/** torchvision's [CO, CI, KH, KW] → [KH, KW, CI, CO]. */
export function kernelsLast({ tensors }: Safetensors): Map<string, Values> {
  const turned = new Map<string, Values>(tensors);
  for (const [name, { shape, data }] of tensors) {
    if (shape.length !== 4) continue;
    const [co, ci, kh, kw] = shape;
    const kernel = new Float32Array(data.length);
    for (let o = 0; o < co; o++)
      for (let i = 0; i < ci; i++)
        for (let k = 0; k < kh * kw; k++) kernel[(k * ci + i) * co + o] = data[(o * ci + i) * kh * kw + k];
    turned.set(name, { shape: [kh, kw, ci, co], data: kernel });
  }
  return turned;
}
