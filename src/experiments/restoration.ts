/** Evaluation planes through a trained network, at their own intensities again. */
import { cropped, mapPlane } from '../imaging/filters';
import type { Plane } from '../imaging/image';
import { meanOfMirrored, mirrored, WAYS, withMirroredMargin } from '../imaging/mirror';
import { denormaliseSigned, measureScale, normaliseSigned } from '../imaging/normalisation';
import { batchOf } from '../imaging/patches';
import { type Engine, Graph, ParameterSet, type Program, type Scope, type Tensor, type Values } from '../runtime';
import { NORMALISATION } from '../training/batches';

/** What training leaves: a network and its weights. */
export interface Trained {
  network: (p: Scope, image: Tensor) => Tensor;
  weights: ReadonlyMap<string, Values>;
}

/** Pixels a run at most: with 64 channels, as many as every adapter binds. */
const MOST_PIXELS = 2 ** 19;

/** Images a run: the four ways to lay one image where the adapter can hold them, or one. */
const slotsFor = (pixels: number): number => (WAYS * pixels <= MOST_PIXELS ? WAYS : 1);

export interface RestorationSettings {
  /** Each result is the mean over the image and its three mirror images. */
  flips: boolean;
  /** Pixels by which each image is continued in mirror image, so that the network's own borders fall outside it. */
  margin?: number;
  /** In −1..1; what is restored is cut off below it. */
  floor?: number;
}

/** Restores planes of one size. */
export async function restorePlanes(
  engine: Engine,
  { network, weights }: Trained,
  planes: Plane[],
  { flips, margin = 0, floor = Number.NEGATIVE_INFINITY }: RestorationSettings,
): Promise<Plane[]> {
  const scales = planes.map((plane) => measureScale(plane.data, NORMALISATION));
  const widened = planes.map((plane, i) => withMirroredMargin(normaliseSigned(plane, scales[i]), margin));
  const { width, height } = widened[0];
  const slots = slotsFor(width * height);
  const params = new ParameterSet('restoration');
  const graph = new Graph();
  const restored = network(params.scope(graph), graph.input('image', [slots, height, width, 1]));
  const program = await engine.compile(graph, { label: 'restoration', outputs: { restored } });
  params.write(engine, weights);
  const ways = flips ? WAYS : 1;
  const laid = (i: number) => mirrored(widened[Math.floor(i / ways)], i % ways);
  const results: Plane[] = [];
  const count = ways * widened.length;
  for (let from = 0; from < count; from += slots) {
    const batch = Array.from({ length: slots }, (_, s) => laid(Math.min(from + s, count - 1)));
    const made = await run(program, batch);
    results.push(...made.slice(0, count - from).map((plane) => mapPlane(plane, (value) => Math.max(value, floor))));
  }
  const out = widened.map((_, i) => (flips ? meanOfMirrored(results.slice(i * ways, (i + 1) * ways)) : results[i]));
  engine.release(params);
  return out.map((plane, i) =>
    denormaliseSigned(cropped(plane, margin, margin, planes[i].width, planes[i].height), scales[i]),
  );
}

async function run(program: Program, slots: Plane[]): Promise<Plane[]> {
  const { width, height } = slots[0];
  const pixels = width * height;
  program.run({ image: batchOf(slots) }, { seed: 0, step: 0 });
  const { restored } = await program.read();
  return slots.map((_, s) => ({ width, height, data: restored.subarray(s * pixels, (s + 1) * pixels) }));
}
