import { expect, test } from 'vitest';
import { imageOfPlane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { Engine } from '../../src/runtime';
import { Batches, prepareData } from '../../src/training/batches';
import { betweenWeights, MEND_DEFAULTS, type MendNetwork, trainMend } from '../../src/training/mend';
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

test('the dial is a straight line between two sets of weights', () => {
  const set = (...values: number[]) => new Map([['w', { shape: [2], data: Float32Array.from(values) }]]);
  expect(betweenWeights(set(0, 4), set(2, 0), 0.25).get('w')?.data).toEqual(Float32Array.of(0.5, 3));
  expect(() => betweenWeights(set(0, 4), new Map(), 0.5)).toThrow('got no w of 2 values to mix with');
});
