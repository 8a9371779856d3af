/**
 * Trains φ (a): tell structure × defect on phantoms that no restoration is tested on.
 *
 *   L = mean over the batch of −log softmax(logits)[class]
 */
import { measureScale } from '../imaging/normalisation';
import { classifierPhantom, DEFECTS } from '../imaging/phantoms/classifier_phantom';
import { STRUCTURES } from '../imaging/phantoms/structures';
import type { Random } from '../imaging/random';
import { CLASSIFIER_FIRST, classifier } from '../models/classifier';
import { type StoredTensor, writeSafetensors } from '../models/safetensors';
import {
  adam,
  type Engine,
  exp,
  Graph,
  log,
  mean,
  mul,
  ParameterSet,
  type Program,
  sub,
  sum,
  type Tensor,
} from '../runtime';
import { drawRandom, NORMALISATION } from './batches';
import { learningRateAt } from './schedule';

export interface ClassifierConfig {
  seed: number;
  steps: number;
  batch: number;
  /** Side of the phantoms in pixels. */
  size: number;
  /** Channels of the first layer. */
  first: number;
  learningRate: number;
  decayShare: number;
  /** Held-out images that are counted at the end. */
  heldOut: number;
  logEvery: number;
}

export const CLASSIFIER_DEFAULTS: ClassifierConfig = {
  seed: 0,
  steps: 1000, // reaches 94 %; a few minutes on a software adapter
  batch: 16,
  size: 64,
  first: CLASSIFIER_FIRST,
  learningRate: 1e-3,
  decayShare: 0.5,
  heldOut: 1024,
  logEvery: 20,
};

export const CLASSES = STRUCTURES.length * DEFECTS.length;

export interface ClassifierEvent {
  step: number;
  loss: number;
  /** Share of the held-out images whose structure and defect are both right; at the end only. */
  accuracy?: number;
  /** The weights as a file; at the end only. */
  file?: Uint8Array;
}

export async function* trainClassifier(engine: Engine, config: ClassifierConfig): AsyncGenerator<ClassifierEvent> {
  const { batch, size, first, seed } = config;
  const params = new ParameterSet('classifier');
  const graph = new Graph();
  const logits = classifier(params.scope(graph), graph.input('image', [batch, size, size, 1]), {
    first,
    classes: CLASSES,
  });
  const loss = crossEntropy(logits, graph.input('label', [batch, CLASSES]));
  const learningRate = graph.input('learningRate', []);
  const step = await engine.compile(graph, {
    label: 'classifier step',
    outputs: { loss },
    updates: [adam(params, loss, { learningRate })],
  });
  params.initialise(engine, seed);

  let last = Number.NaN;
  for (let i = 0; i < config.steps; i++) {
    const { image, label } = drawBatch(drawRandom(seed, 'classifier', i), batch, size);
    step.run({ image, label, learningRate: learningRateAt(config, i) }, { seed, step: i });
    if ((i + 1) % config.logEvery === 0 || i === 0) {
      last = (await step.read()).loss[0];
      yield { step: i + 1, loss: last };
    }
  }

  const accuracy = await heldOutAccuracy(engine, params, config);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { shape, data }] of await params.read()) tensors.set(name, { shape, data, dtype: 'F16' });
  const record = JSON.stringify({ kind: 'classifier', config, structures: STRUCTURES, defects: DEFECTS, accuracy });
  const file = writeSafetensors(tensors, { format: 'mendscope', mendscope: record });
  yield { step: config.steps, loss: last, accuracy, file };
}

/** mean(log Σ exp z − z·y), y one-hot [N, classes]. The mean logit is taken off first; the rest stays small. */
export function crossEntropy(logits: Tensor, label: Tensor): Tensor {
  const z = sub(logits, mean(logits, [1], { keepDims: true }));
  return mean(sub(log(sum(exp(z), [1])), sum(mul(z, label), [1])));
}

/** Labelled phantoms, each scaled by its own percentiles to −1..1 as every image is before φ sees it. */
export function drawBatch(random: Random, count: number, size: number): { image: Float32Array; label: Float32Array } {
  const image = new Float32Array(count * size * size);
  const label = new Float32Array(count * CLASSES);
  for (let n = 0; n < count; n++) {
    const { plane, structure, defect } = classifierPhantom(random, size);
    const { offset, range } = measureScale(plane.data, NORMALISATION);
    image.set(
      plane.data.map((v) => (2 * (v - offset)) / range - 1),
      n * size * size,
    );
    label[n * CLASSES + STRUCTURES.indexOf(structure) * DEFECTS.length + DEFECTS.indexOf(defect)] = 1;
  }
  return { image, label };
}

/** On phantoms of a seed that training never draws from. */
async function heldOutAccuracy(
  engine: Engine,
  params: ParameterSet,
  { batch, size, first, seed, heldOut }: ClassifierConfig,
): Promise<number> {
  const graph = new Graph();
  const logits = classifier(params.scope(graph), graph.input('image', [batch, size, size, 1]), {
    first,
    classes: CLASSES,
  });
  const program: Program = await engine.compile(graph, { label: 'classifier', outputs: { logits } });
  let right = 0;
  const rounds = Math.ceil(heldOut / batch);
  for (let i = 0; i < rounds; i++) {
    const { image, label } = drawBatch(drawRandom(seed + 1, 'validation', i), batch, size);
    program.run({ image }, { seed, step: i });
    const out = (await program.read()).logits;
    for (let n = 0; n < batch; n++) if (best(out, n) === best(label, n)) right++;
  }
  return right / (rounds * batch);
}

function best(values: Float32Array, n: number): number {
  const row = values.subarray(n * CLASSES, (n + 1) * CLASSES);
  return row.reduce((top, value, i) => (value > row[top] ? i : top), 0);
}
