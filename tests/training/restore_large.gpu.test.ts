import { beforeAll, expect, test } from 'vitest';
import { getPlane, type Image, imageOfPlane, type Plane } from '../../src/imaging/image';
import { meanOfMirrored, mirrored, WAYS } from '../../src/imaging/mirror';
import { Random } from '../../src/imaging/random';
import { ARCHITECTURES } from '../../src/models/presets';
import { restorer } from '../../src/models/restorer';
import { Engine, Graph, OutOfMemoryError, ParameterSet } from '../../src/runtime';
import { runConfig } from '../../src/training/config';
import type { ModelFile } from '../../src/training/model_file';
import { Cancelled, restoreImage } from '../../src/training/restore';
import type { TileSchedule } from '../../src/training/tile_plan';
import { testGpu } from '../gpu_setup';

const { restorer: shape, generator } = ARCHITECTURES.tiny;

/** A model of drawn weights. */
function drawnModel(): ModelFile {
  const params = new ParameterSet('restorer');
  const graph = new Graph();
  restorer(params.scope(graph), graph.input('image', [1, 4, 4, 1]), shape);
  const random = new Random(2);
  const weights = params.unpack(params.initialValues(1));
  for (const { data } of weights.values()) data.set(data.map((value) => value + 0.1 * random.normal()));
  return {
    record: {
      kind: 'model',
      version: 1,
      preset: 'tiny',
      tasks: [{ name: 'noise', axial: false }],
      restorer: shape,
      generator,
      normalisation: { low: 2, high: 99.8 },
      config: runConfig({ preset: 'tiny', seed: 1 }),
      steps: { cinGan: 0, cGan: 0 },
      provenance: { program: 'test', adapter: '', created: '', seconds: 0, data: [], phi: '' },
    },
    sets: new Map([['restorer', weights]]),
  };
}

const [WIDTH, HEIGHT] = [103, 70];
const image = imageOfPlane(
  {
    width: WIDTH,
    height: HEIGHT,
    data: Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => 300 + 200 * Math.sin(i / 40) + (i % WIDTH) * 4),
  },
  'float32',
);
const BUDGET = 1.1e6;
const planeOf = (one: Image): Plane => getPlane(one, { t: 0, z: 0, c: 0 });

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.create({ gpu: testGpu() });
});

const rangeOf = (data: ArrayLike<number>): number => {
  const values = Array.from(data);
  return Math.max(...values) - Math.min(...values);
};

test('an image that is too large for one run is restored piece by piece, and the same', async () => {
  const model = drawnModel();
  const schedules: TileSchedule[] = [];
  const shares: number[] = [];
  const whole = await restoreImage(engine, model, image, { onSchedule: (schedule) => schedules.push(schedule) });
  expect(schedules).toEqual([]);
  const tiled = await restoreImage(engine, model, image, {
    budget: BUDGET,
    onSchedule: (schedule) => schedules.push(schedule),
    onProgress: (done, total) => shares.push(done / total),
  });
  expect(schedules).toHaveLength(1);
  expect(schedules[0].deviceBytes).toBeLessThanOrEqual(BUDGET);
  expect(schedules[0].tiles).toBeGreaterThan(schedules[0].passes.length);
  expect(shares.at(-1)).toBe(1);
  expect(shares.every((share, i) => i === 0 || share >= shares[i - 1])).toBe(true);
  expect(tiled.size).toEqual(image.size);
  const range = rangeOf(whole.data);
  const difference = Math.max(...Array.from(tiled.data, (value, i) => Math.abs(value - whole.data[i])));
  expect(difference / range).toBeLessThanOrEqual(1e-4);
});

test('cancelling stops between two tiles', async () => {
  let looks = 0;
  const restoring = restoreImage(engine, drawnModel(), image, { budget: BUDGET, cancelled: () => ++looks > 5 });
  await expect(restoring).rejects.toBeInstanceOf(Cancelled);
  expect(looks).toBe(6);
});

test('a device with less memory than it promised is asked for less', async () => {
  const compile = engine.compile.bind(engine);
  let refusals = 0;
  engine.compile = (graph, spec) => {
    if (!spec.label.startsWith('restore ')) return compile(graph, spec);
    refusals++;
    return Promise.reject(new OutOfMemoryError('compile', engine.footprint(spec).bytes, 'no more'));
  };
  try {
    const wide = imageOfPlane({ width: 256, height: 256, data: new Float32Array(256 * 256).fill(5) }, 'float32');
    const schedules: TileSchedule[] = [];
    const restored = await restoreImage(engine, drawnModel(), wide, { onSchedule: (s) => schedules.push(s) });
    expect(refusals).toBeGreaterThan(0);
    expect(schedules).toHaveLength(1);
    expect(restored.data.every(Number.isFinite)).toBe(true);
  } finally {
    engine.compile = compile;
  }
});

test('with flips, the mean of the four mirrored restorations, each laid back', async () => {
  const model = drawnModel();
  const laid = (way: number) => imageOfPlane(mirrored(planeOf(image), way), 'float32');
  const ways: Plane[] = [];
  for (let way = 0; way < WAYS; way++) ways.push(planeOf(await restoreImage(engine, model, laid(way))));
  const wanted = meanOfMirrored(ways);
  const shares: number[] = [];
  const restored = await restoreImage(engine, model, image, { flips: true, onProgress: (done) => shares.push(done) });
  const error = wanted.data.map((value, i) => Math.abs(value - restored.data[i]));
  expect(Math.max(...error)).toBeLessThan(1e-5 * rangeOf(wanted.data));
  expect(Math.max(...wanted.data.map((value, i) => Math.abs(value - ways[0].data[i])))).toBeGreaterThan(1);
  expect(shares.at(-1)).toBe(1);
});
