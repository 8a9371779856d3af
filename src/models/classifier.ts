/**
 * φ (a): a small VGG-like classifier that this project trains itself (src/training/classifier.ts) to tell
 * structure × defect on phantoms.
 *
 *   block1_conv1, block1_conv2   conv3 → F, F      max-pool 2
 *   block2_conv1, block2_conv2   conv3 → 2F, 2F    max-pool 2
 *   block3_conv1, block3_conv2   conv3 → 4F, 4F    max-pool 2
 *   block4_conv1                 conv3 → 4F        mean over H and W
 *   head                         dense → classes
 *
 * ReLU after each convolution, no norm: contrast and brightness are part of what the features must see.
 * Weights: `block1_conv1.weight`, `block1_conv1.bias` … `head.weight`, `head.bias`.
 */
import { Graph, heNormal, maxPool, mean, ParameterSet, relu, type Scope, type Tensor } from '../runtime';
import { convolution, dense } from './layers';
import { checkedLayers, type Phi, weightsOf } from './phi';
import type { Safetensors } from './safetensors';

export const CLASSIFIER_FIRST = 16;

export const CLASSIFIER_LAYERS = [
  'block1_conv1',
  'block1_conv2',
  'block2_conv1',
  'block2_conv2',
  'block3_conv1',
  'block3_conv2',
  'block4_conv1',
] as const;

type Layer = (typeof CLASSIFIER_LAYERS)[number];

/** Feature maps from the first layer down to `deepest`, after ReLU. */
export function classifierFeatures(
  p: Scope,
  image: Tensor,
  first: number,
  deepest: Layer = 'block4_conv1',
): Map<string, Tensor> {
  const maps = new Map<string, Tensor>();
  let h = image;
  for (const name of CLASSIFIER_LAYERS) {
    const block = Number(name[5]);
    if (block > 1 && name.endsWith('conv1')) h = maxPool(h);
    const channels = first * Math.min(2 ** (block - 1), 4);
    h = relu(convolution(p.child(name), h, { kernel: 3, channels, initialiser: heNormal() }));
    maps.set(name, h);
    if (name === deepest) break;
  }
  return maps;
}

/** @param image [N, H, W, 1] in −1..1  @returns logits [N, classes] */
export function classifier(p: Scope, image: Tensor, { first, classes }: { first: number; classes: number }): Tensor {
  const last = classifierFeatures(p, image, first).get('block4_conv1') as Tensor;
  return dense(p.child('head'), mean(last, [1, 2]), classes);
}

/** φ from the file that training wrote; the head is left out. */
export function classifierPhi(file: Safetensors): Phi {
  const first = file.tensors.get('block1_conv1.weight')?.shape[3];
  if (first === undefined)
    throw new Error(`got a file of ${[...file.tensors.keys()].join(', ')}, wanted block1_conv1.weight among them`);
  const params = new ParameterSet('phi');
  const scratch = new Graph();
  classifierFeatures(params.scope(scratch), scratch.input('image', [1, 16, 16, 1]), first);
  const phi: Phi = {
    name: 'mendscope',
    layers: CLASSIFIER_LAYERS,
    content: ['block3_conv2'],
    style: ['block1_conv1', 'block2_conv1', 'block3_conv1'],
    params,
    weights: weightsOf(params, file.tensors),
    features(image, wanted) {
      checkedLayers(phi, wanted);
      const deepest = CLASSIFIER_LAYERS.findLast((name) => wanted.includes(name));
      const maps = classifierFeatures(params.scope(image.graph), image, first, deepest);
      return wanted.map((name) => maps.get(name) as Tensor);
    },
  };
  return phi;
}
