import { expect, test } from 'vitest';
import { trainFaithful } from '../../src/experiments/mend_training';
import { imageOfPlane, type Plane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import type { RestoringNetwork } from '../../src/models/restoring_network';
import { Engine, Graph } from '../../src/runtime';
import { Batches, prepareData, type TaskPlanes } from '../../src/training/batches';
import { aboveFloor, darkest, floorsOf } from '../../src/training/floor';
import { betweenWeights, MEND_DEFAULTS } from '../../src/training/mend';
import { testGpu } from '../gpu_setup';

const pairs = Array.from({ length: 4 }, (_, seed) => {
  const { clean, defective } = phantomPair('embryo-noise', { seed, size: 32 });
  return { name: `${seed}`, clean: imageOfPlane(clean, 'float32'), defective: imageOfPlane(defective, 'float32') };
});
const data = { tasks: [{ kind: 'paired' as const, name: 'noise', axial: false, pairs }] };

const networks: [string, RestoringNetwork][] = [
  ['U-Net', { kind: 'unet', first: 4, kernel: 3 }],
  ['U-Net that sees 0..1', { kind: 'unet', first: 4, kernel: 3, unit: true }],
  ['U-Net that ends in a filter', { kind: 'unet', first: 4, kernel: 3, exit: 'filter' }],
  ['U-Net that sees 0..1 and ends in a filter', { kind: 'unet', first: 4, kernel: 3, unit: true, exit: 'filter' }],
  ['ResNet', { first: 4, blocks: 1, dropout: 0, output: 'residual' }],
];

test.each(networks)(
  'mend learns from pairs with a %s, and the same seed gives the same weights',
  async (_, network) => {
    const engine = await Engine.create({ gpu: testGpu() });
    const { training, validation } = prepareData(data, 0.25, 0);
    const [batches, kept] = [new Batches(training, 32), new Batches(validation, 32)];
    const config = {
      ...MEND_DEFAULTS.tiny,
      network,
      steps: 16,
      batch: 2,
      learningRate: 4e-3,
      averageDecay: 0.7,
      epoch: 4,
      seed: 0,
      floors: darkest(training),
    };
    const seen: number[] = [];
    const tell = (_: number, { validation: loss }: Record<string, number>) => seen.push(loss);
    const first = await trainFaithful(engine, batches, kept, config, tell);
    expect(Math.min(...seen)).toBeLessThan(seen[0]);
    const again = await trainFaithful(engine, batches, kept, config);
    expect(again.weights).toEqual(first.weights);
  },
);

test('while training, what lies below a floor keeps a tenth of its depth, each sample below its own', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const plane = (...values: number[]) => ({ width: 2, height: 1, data: Float32Array.from(values) });
  const task = (clean: Plane): TaskPlanes => ({
    name: 'a',
    axial: false,
    pairs: [{ clean, defective: clean }],
    defective: [],
    clean: [],
  });
  const floors = darkest([task(plane(0.5, -0.5)), task(plane(1, -1))]);
  expect(floors).toEqual([-0.5, -1]);
  const batch = { clean: new Float32Array(), defective: new Float32Array(), task: Float32Array.of(0, 1, 1, 0, 0, 1) };
  const floor = floorsOf(batch, floors);
  expect([...floor]).toEqual([-1, -0.5, -1]);
  const graph = new Graph();
  const kept = aboveFloor(graph.input('y', [3, 1, 2, 1]), graph.input('floor', [3, 1, 1, 1]));
  const program = await engine.compile(graph, { label: 'floor', outputs: { kept } });
  program.run({ y: Float32Array.of(-2, 0, -2, 0, -0.75, 3), floor });
  const expected = [-1.1, 0, -0.65, 0, -0.75, 3];
  (await program.read()).kept.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 6);
  });
});

test('the dial is a straight line between two sets of weights', () => {
  const set = (...values: number[]) => new Map([['w', { shape: [2], data: Float32Array.from(values) }]]);
  expect(betweenWeights(set(0, 4), set(2, 0), 0.25).get('w')?.data).toEqual(Float32Array.of(0.5, 3));
  expect(() => betweenWeights(set(0, 4), new Map(), 0.5)).toThrow('got no w of 2 values to mix with');
});
