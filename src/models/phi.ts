/**
 * φ, the pretrained classifier behind the content and style terms, as a part that can be exchanged: something that
 * turns images into named feature maps with weights that no optimiser touches.
 */
import type { ParameterSet, Tensor, Values } from '../runtime';

/** Our own classifier's, or ImageNet's. */
export type PhiName = 'mendscope' | 'squeezenet';

export interface Phi {
  /** Written into the record of every model trained with it. */
  name: PhiName;
  /** Layers that `features` offers, shallow to deep. */
  layers: readonly string[];
  /** Which layers the terms use unless a setting says otherwise: content high, style low. */
  content: readonly string[];
  style: readonly string[];
  /** Frozen: no update names it. Fill it with `params.write(engine, weights)` before a program that uses φ runs. */
  params: ParameterSet;
  weights: Map<string, Values>;
  /** @param image [N, H, W, 1] in −1..1  @returns the wanted layers in order, each [N, h, w, C] */
  features(image: Tensor, layers: readonly string[]): Tensor[];
}

/** Refuses a layer name that φ does not have, naming those it has. */
export function checkedLayers(phi: Phi, wanted: readonly string[]): readonly string[] {
  const unknown = wanted.filter((name) => !phi.layers.includes(name));
  if (unknown.length > 0)
    throw new Error(`φ '${phi.name}' has no layer ${unknown.join(', ')}; it has ${phi.layers.join(', ')}`);
  return wanted;
}

/** Those of `tensors` that the declared set wants; a file may hold a classification head that φ has no use for. */
export function weightsOf(params: ParameterSet, tensors: ReadonlyMap<string, Values>): Map<string, Values> {
  return new Map(
    params.entries.map(({ name, shape }) => {
      const values = tensors.get(name);
      if (values?.shape.join() !== shape.join())
        throw new Error(
          `φ: got ${values ? `[${values.shape.join(', ')}]` : 'nothing'} for ${name}, wanted [${shape.join(', ')}]; ` +
            'choose the weights of this network',
        );
      return [name, values as Values];
    }),
  );
}
