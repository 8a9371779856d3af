/** The presets as the page lists them, with the size and cost of the network that restores. */
import { ARCHITECTURES, PRESET_NAMES } from '../models/presets';
import { declareRestoring } from '../models/restoring_network';
import { Graph, ParameterSet, sizeOf } from '../runtime';
import { CGAN_DEFAULTS } from './cgan';
import { CIN_GAN_DEFAULTS } from './cin_gan';
import { networkOf, recipeOf } from './config';
import { DETAIL_CONTENT, detailConfig, MEND_DEFAULTS } from './mend';
import type { PresetInfo } from './messages';

export function presetInfos(): PresetInfo[] {
  return PRESET_NAMES.map((name) => {
    const { summary, patch } = ARCHITECTURES[name];
    const recipe = recipeOf(name);
    const mend = MEND_DEFAULTS[name];
    const network = networkOf({ preset: name, ...(recipe === 'mend' && { mend }) });
    const params = new ParameterSet('restorer');
    const graph = new Graph();
    declareRestoring(params, graph, network, patch);
    const { count } = params;
    return {
      name,
      summary,
      patch,
      cinGan: CIN_GAN_DEFAULTS[name],
      recipe,
      mend,
      cGan: CGAN_DEFAULTS[name],
      detail: detailConfig(name, mend),
      detailContent: DETAIL_CONTENT,
      parameters: count,
      macs: macsOf(graph),
    };
  });
}

/**
 * Multiply-accumulates of every convolution traced in `graph`: output elements × weights that make one of them; of a
 * transposed one, input elements × weights that each meets.
 */
export function macsOf(graph: Graph): number {
  let macs = 0;
  for (const node of graph.nodes) {
    const { op } = node;
    if (op.kind !== 'kernel' || !['conv2d', 'conv2d_input_gradient'].includes(op.name)) continue;
    const [x, weight] = node.inputs;
    const [kh, kw, ci] = weight.shape;
    macs += sizeOf(op.name === 'conv2d' ? node.shape : x.shape) * kh * kw * ci;
  }
  return macs;
}
