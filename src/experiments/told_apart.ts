/**
 * How well a small classifier tells two kinds of image apart: real defects from synthetic ones, or from clean images.
 * It learns on one half of the images and is counted on the other, where a coin would be right half of the time.
 */
import type { Plane } from '../imaging/image';
import { PatchSampler } from '../imaging/patches';
import type { Random } from '../imaging/random';
import { classifier } from '../models/classifier';
import { adam, bceWithLogits, type Engine, Graph, ParameterSet, slice } from '../runtime';
import { drawRandom } from '../training/batches';
import type { PaintedPlane } from './painted_planes';
import type { Task } from './sources';

/**
 * Of the classifier and its training; `counted` batches are judged. At four times the rate and a fifth of the steps it gave
 * every image one answer where these tell seven in ten apart (microtubules under haze too weak by half).
 */
export const CLASSIFIER = { first: 8, steps: 1000, batch: 16, patch: 64, learningRate: 5e-4, counted: 40 };

/** @returns the share of held-out patches that were told apart rightly, ½ to 1 where it learned anything */
export async function toldApart(
  engine: Engine,
  these: Plane[],
  those: Plane[],
  seed: number,
  settings: Partial<typeof CLASSIFIER> = {},
): Promise<number> {
  const { first, steps, batch, patch, learningRate, counted } = { ...CLASSIFIER, ...settings };
  const params = new ParameterSet('told apart');
  const graph = new Graph();
  const image = graph.input('image', [batch, patch, patch, 1]);
  const label = graph.input('label', [batch, 1]);
  const logit = slice(classifier(params.scope(graph), image, { first, classes: 2 }), [0, 0], [batch, 1]);
  const loss = bceWithLogits(logit, label);
  const step = await engine.compile(graph, {
    label: 'told apart',
    outputs: { loss },
    updates: [adam(params, loss, { learningRate })],
  });
  params.initialise(engine, seed);
  const half = Math.floor(these.length / 2);
  const learned = samplers(these.slice(0, half), those.slice(0, half), patch);
  const held = samplers(these.slice(half), those.slice(half), patch);
  for (let i = 0; i < steps; i++) {
    step.run(drawn(learned, drawRandom(seed, 'classifier', i), batch, patch), { seed, step: i });
    if (i % 10 === 9) await step.finished();
  }

  const g = new Graph();
  const judged = classifier(params.scope(g), g.input('image', [batch, patch, patch, 1]), { first, classes: 2 });
  const judge = await engine.compile(g, { label: 'told apart, counted', outputs: { judged } });
  let right = 0;
  for (let i = 0; i < counted; i++) {
    const fed = drawn(held, drawRandom(seed, 'validation', i), batch, patch);
    judge.run({ image: fed.image });
    const { judged: logits } = await judge.read();
    for (let n = 0; n < batch; n++) if (logits[2 * n] > 0 === fed.label[n] > 0.5) right++;
  }
  engine.release(params);
  return right / (counted * batch);
}

/** Real defects from those painted on the same clean planes, and from the clean planes. */
export async function paintedToldApart(
  engine: Engine,
  task: Task,
  planes: PaintedPlane[],
  seed: number,
): Promise<{ task: Task; synthetic: number; clean: number }> {
  const [real, synthetic, clean] = (['real', 'synthetic', 'clean'] as const).map((kind) => planes.map((p) => p[kind]));
  return {
    task,
    synthetic: await toldApart(engine, real, synthetic, seed),
    clean: await toldApart(engine, real, clean, seed),
  };
}

const samplers = (these: Plane[], those: Plane[], size: number): PatchSampler[] =>
  [these, those].map(
    (planes) =>
      new PatchSampler(
        planes.map((plane) => [plane]),
        { size, flips: true, quarterTurns: false },
      ),
  );

/** A batch whose samples come from either side by lot; label 1: the first side. */
function drawn([these, those]: PatchSampler[], random: Random, batch: number, patch: number) {
  const image = new Float32Array(batch * patch * patch);
  const label = new Float32Array(batch);
  for (let n = 0; n < batch; n++) {
    label[n] = random.integer(2);
    const [one] = (label[n] === 1 ? these : those).batch(random, 1);
    image.set(one, n * patch * patch);
  }
  return { image, label };
}
