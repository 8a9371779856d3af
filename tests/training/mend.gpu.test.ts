import { expect, test } from 'vitest';
import { imageOfPlane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { Engine, Graph, ParameterSet } from '../../src/runtime';
import { Batches, prepareData } from '../../src/training/batches';
import {
  betweenWeights,
  darkest,
  MEND_DEFAULTS,
  type MendNetwork,
  mendNetwork,
  trainMend,
} from '../../src/training/mend';
import { testGpu } from '../gpu_setup';

const pairs = Array.from({ length: 4 }, (_, seed) => {
  const { clean, defective } = phantomPair('embryo-noise', { seed, size: 32 });
  return { name: `${seed}`, clean: imageOfPlane(clean, 'float32'), defective: imageOfPlane(defective, 'float32') };
});
const data = { tasks: [{ kind: 'paired' as const, name: 'noise', axial: false, pairs }] };

const networks: MendNetwork[] = [
  { kind: 'unet', first: 4, kernel: 3 },
  { kind: 'resnet', shape: { first: 4, blocks: 1, dropout: 0, output: 'residual' } },
];

test.each(networks)(
  'mend learns from pairs with a $kind, and the same seed gives the same weights',
  async (network) => {
    const engine = await Engine.create({ gpu: testGpu() });
    const { training, validation } = prepareData(data, 0.25, 0);
    const [batches, kept] = [new Batches(training, 32), new Batches(validation, 32)];
    const config = { ...MEND_DEFAULTS, network, steps: 16, batch: 2, learningRate: 4e-3, averageDecay: 0.7, epoch: 4 };
    const seen: number[] = [];
    const tell = (_: number, { validation: loss }: Record<string, number>) => seen.push(loss);
    const first = await trainMend(engine, batches, kept, config, tell);
    expect(Math.min(...seen)).toBeLessThan(seen[0]);
    const again = await trainMend(engine, batches, kept, config);
    expect(again.weights).toEqual(first.weights);
  },
);

test('nothing restored is below the floor, and training still learns from what was', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const clean = { width: 2, height: 1, data: Float32Array.of(0.4, -0.5) };
  const task = { name: 'a', axial: false, pairs: [{ clean, defective: clean }], defective: [], clean: [] };
  const floor = darkest([task]);
  expect(floor).toBe(-0.5);
  expect(darkest([{ ...task, pairs: [] }])).toBeUndefined();
  const image = Float32Array.from({ length: 64 }, (_, i) => -1 + i / 32);
  const restoredWith = async (training: boolean): Promise<Float32Array> => {
    const graph = new Graph();
    const params = new ParameterSet('floor');
    const network: MendNetwork = { kind: 'unet', first: 2, kernel: 3, floor };
    const restored = mendNetwork(params.scope(graph), graph.input('image', [1, 8, 8, 1]), network, { training });
    const program = await engine.compile(graph, { label: 'floor', outputs: { restored } });
    params.initialise(engine, 1);
    program.run({ image });
    return (await program.read()).restored;
  };
  const [kept, trained] = [await restoredWith(false), await restoredWith(true)];
  expect(Math.min(...kept)).toBe(-0.5);
  expect(Math.min(...trained)).toBeLessThan(-0.5);
  kept.forEach((value, i) => {
    expect(value).toBeCloseTo(Math.max(-0.5, trained[i]), 5);
  });
});

test('the dial is a straight line between two sets of weights', () => {
  const set = (...values: number[]) => new Map([['w', { shape: [2], data: Float32Array.from(values) }]]);
  expect(betweenWeights(set(0, 4), set(2, 0), 0.25).get('w')?.data).toEqual(Float32Array.of(0.5, 3));
  expect(() => betweenWeights(set(0, 4), new Map(), 0.5)).toThrow('got no w of 2 values to mix with');
});
