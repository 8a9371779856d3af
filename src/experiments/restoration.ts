/** Evaluation planes through a trained network, at their own intensities again. */
import type { Plane } from '../imaging/image';
import { meanOfMirrored, mirrored, WAYS } from '../imaging/mirror';
import { measureScale, type Scale } from '../imaging/normalisation';
import { type Engine, Graph, ParameterSet, type Program, type Scope, type Tensor, type Values } from '../runtime';
import { NORMALISATION } from '../training/batches';

/** What training leaves: a network and its weights. */
export interface Trained {
  network: (p: Scope, image: Tensor) => Tensor;
  weights: ReadonlyMap<string, Values>;
}

/** Images a run; with flips, the four ways to lay one image. */
const SLOTS = WAYS;

/** Restores planes of one size. With `flips` each result is the mean over the image and its three mirror images. */
export async function restorePlanes(
  engine: Engine,
  { network, weights }: Trained,
  planes: Plane[],
  { flips }: { flips: boolean },
): Promise<Plane[]> {
  const { width, height } = planes[0];
  const params = new ParameterSet('restoration');
  const graph = new Graph();
  const restored = network(params.scope(graph), graph.input('image', [SLOTS, height, width, 1]));
  const program = await engine.compile(graph, { label: 'restoration', outputs: { restored } });
  params.write(engine, weights);
  const scales = planes.map((plane) => measureScale(plane.data, NORMALISATION));
  const normalised = planes.map((plane, i) =>
    plane.data.map((v) => (2 * (v - scales[i].offset)) / scales[i].range - 1),
  );
  const out: Plane[] = [];
  const perRun = flips ? 1 : SLOTS;
  for (let from = 0; from < planes.length; from += perRun) {
    const slots = Array.from({ length: SLOTS }, (_, s) =>
      flips
        ? mirrored({ width, height, data: normalised[from] }, s).data
        : normalised[Math.min(from + s, planes.length - 1)],
    );
    const results = await run(program, slots);
    if (flips)
      out.push(
        unscaled(meanOfMirrored(results.map((data) => ({ width, height, data }))).data, width, height, scales[from]),
      );
    else
      for (let s = 0; s < SLOTS && from + s < planes.length; s++)
        out.push(unscaled(results[s], width, height, scales[from + s]));
  }
  engine.release(params);
  return out;
}

async function run(program: Program, slots: Float32Array[]): Promise<Float32Array[]> {
  const pixels = slots[0].length;
  const image = new Float32Array(SLOTS * pixels);
  for (const [s, slot] of slots.entries()) image.set(slot, s * pixels);
  program.run({ image }, { seed: 0, step: 0 });
  const { restored } = await program.read();
  return slots.map((_, s) => restored.subarray(s * pixels, (s + 1) * pixels));
}

function unscaled(data: Float32Array, width: number, height: number, { offset, range }: Scale): Plane {
  return { width, height, data: Float32Array.from(data, (value) => ((value + 1) / 2) * range + offset) };
}
