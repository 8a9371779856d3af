import { expect, test } from 'vitest';
import { imageOfPlane, makeImage, type Plane } from '../../src/imaging/image';
import { Batches, drawRandom, networkPlanes, prepareData } from '../../src/training/batches';
import type { PairedTask, TrainingData, UnpairedTask } from '../../src/training/messages';

/** A ramp whose samples tell where they came from: `base` + x + 100 y. */
function ramp(base: number, size = 16): Plane {
  return {
    width: size,
    height: size,
    data: Float32Array.from({ length: size * size }, (_, i) => base + (i % size) + 100 * Math.floor(i / size)),
  };
}
const image = (base: number, size?: number) => imageOfPlane(ramp(base, size), 'float32');

const paired: PairedTask = {
  kind: 'paired',
  name: 'a',
  axial: false,
  pairs: Array.from({ length: 10 }, (_, i) => ({ name: `${i}`, defective: image(i), clean: image(i) })),
};
const unpaired: UnpairedTask = {
  kind: 'unpaired',
  name: 'b',
  axial: true,
  defective: [{ name: 'd', image: image(0) }],
  clean: [{ name: 'c', image: image(5) }],
};
const data: TrainingData = { tasks: [paired, unpaired] };

test('every image is scaled by its own percentiles to −1..1', () => {
  const [plane] = networkPlanes(
    makeImage(
      { x: 101 },
      'float32',
      Float32Array.from({ length: 101 }, (_, i) => 7 * i + 3),
    ),
    {
      low: 10,
      high: 90,
      eps: 0,
    },
  );
  expect(plane.data[10]).toBeCloseTo(-1, 6);
  expect(plane.data[90]).toBeCloseTo(1, 6);
  expect(plane.data[100]).toBeCloseTo(1.25, 6);
});

test('a share of the pairs is kept back; without pairs everything is trained on', () => {
  const { training, validation } = prepareData(data, 0.2, 1);
  expect(training.map((task) => task.pairs.length)).toEqual([8, 0]);
  expect(validation.map((task) => task.pairs.length)).toEqual([2, 0]);
  expect(training[1].clean.length).toBe(1);
});

test('the same draw is the same batch; another step, seed or draw is another', () => {
  const batches = new Batches(prepareData(data, 0, 1).training, 8);
  const draw = (seed: number, kind: 'critic' | 'cgan', step: number) =>
    batches.unpaired(drawRandom(seed, kind, step), 3);
  expect(draw(1, 'critic', 5)).toEqual(draw(1, 'critic', 5));
  for (const other of [draw(2, 'critic', 5), draw(1, 'cgan', 5), draw(1, 'critic', 6)])
    expect(other).not.toEqual(draw(1, 'critic', 5));
});

test('real pairs come from tasks that have some, both images cropped alike; sources carry their task', () => {
  const batches = new Batches(prepareData(data, 0, 1).training, 8);
  expect(batches.paired).toEqual([0]);
  const { defective, clean, task } = batches.real(drawRandom(3, 'cgan', 0), 6);
  expect(defective).toEqual(clean);
  expect([...task]).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
  const sources = batches.sources(drawRandom(3, 'cgan', 0), 20);
  const tasks = Array.from({ length: 20 }, (_, n) => sources.task[2 * n + 1]);
  expect(new Set(tasks)).toEqual(new Set([0, 1]));
});

test('a pair of unlike sizes is named', () => {
  const odd: PairedTask = { ...paired, pairs: [{ name: 'odd', defective: image(0), clean: image(0, 12) }] };
  expect(() => prepareData({ tasks: [odd] }, 0, 1)).toThrow(
    "Got pair 'odd' of T1 Z1 C1 Y16 X16 and T1 Z1 C1 Y12 X12; wanted two images of one size.",
  );
});
