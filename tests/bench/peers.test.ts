import { expect, test } from 'vitest';
import { channelsFirst, channelsLast, outputsFirst, outputsLast } from '../../scripts/peers/layout.mjs';
import { convolutionModel } from '../../scripts/peers/onnx_model.mjs';
import { peerCases } from '../../src/bench/peers/cases';
import type { PeerRow } from '../../src/bench/peers/compare';
import { samePadding } from '../../src/bench/peers/contract';
import { careNodes, generatorNodes, networkFlops, weightShapes } from '../../src/bench/peers/networks';
import { commonWeights } from '../../src/bench/peers/ours';
import { peerTable } from '../../src/bench/peers/peer_table';

test.each([careNodes(1, 32), generatorNodes(1, 32)])('$name as a list has the weights of the model', (network) => {
  const weights = commonWeights(network);
  const shapes = [...weights].map(([name, { shape }]) => [name, [...shape]]);
  expect(Object.fromEntries(weightShapes(network))).toEqual(Object.fromEntries(shapes));
  // A zero somewhere would hide a layer that an engine computes wrongly.
  for (const [, { data }] of weights) expect(data.every((value) => value !== 0)).toBe(true);
});

test('operations are those of the convolutions, forward and both gradients', () => {
  const { nodes, batch } = careNodes(4, 128);
  const macs = nodes.map((node) =>
    node.op === 'conv' ? batch * node.side ** 2 * node.kernel ** 2 * node.ci * node.co : 0,
  );
  const forward = 2 * macs.reduce((a, b) => a + b);
  expect(networkFlops(careNodes(4, 128), false)).toBe(forward);
  // The image needs no gradient.
  expect(networkFlops(careNodes(4, 128), true)).toBe(3 * forward - 2 * macs[0]);
  expect(networkFlops(careNodes(4, 128), true) / 1e9).toBeCloseTo(91, 0);
});

test('the cases are those of the comparison, smaller where quick', () => {
  const names = peerCases(false).map(({ name }) => name);
  expect(names).toHaveLength(16);
  expect(names).toContain('conv 3×3 64→64, 4×128², weight gradient');
  expect(names).toContain('train CARE U-Net, 4×128²');
  expect(names).toContain('restore CARE U-Net, 1×1024²');
  expect(peerCases(true).map(({ name }) => name)).toContain('train IN generator, 1×32²');
});

test('same padding is TensorFlow’s', () => {
  expect(samePadding(128, 3, 1)).toEqual([1, 1]);
  expect(samePadding(128, 3, 2)).toEqual([0, 1]);
  expect(samePadding(128, 4, 2)).toEqual([1, 1]);
  expect(samePadding(5, 1, 2)).toEqual([0, 0]);
});

test('rearranging there and back changes nothing, and moves what it says', () => {
  const data = Float32Array.from({ length: 2 * 3 * 4 * 5 }, (_, i) => i);
  const shape: [number, number, number, number] = [2, 3, 4, 5];
  expect(channelsLast(channelsFirst(data, shape), shape)).toEqual(data);
  expect(outputsLast(outputsFirst(data, shape), shape)).toEqual(data);
  const at = (i: number[]) => ((i[0] * 3 + i[1]) * 4 + i[2]) * 5 + i[3];
  expect(channelsFirst(data, shape)[((1 * 5 + 4) * 3 + 2) * 4 + 3]).toBe(at([1, 2, 3, 4]));
  expect(outputsFirst(data, shape)[((4 * 4 + 3) * 2 + 1) * 3 + 2]).toBe(at([1, 2, 3, 4]));
});

test('an ONNX model holds its weights with outputs first', () => {
  const w = Float32Array.of(1, 2, 3, 4, 5, 6);
  const model: Uint8Array = convolutionModel({ n: 1, size: 8, ci: 2, co: 3, k: 1, stride: 1 }, w);
  const wanted = new Uint8Array(Float32Array.of(1, 4, 2, 5, 3, 6).buffer);
  expect(Buffer.from(model).indexOf(wanted)).toBeGreaterThan(0);
  expect(Buffer.from(model).indexOf('Conv')).toBeGreaterThan(0);
});

test('the table says who is wrong, who cannot and who had one sample', () => {
  const row = (engine: string, given: Partial<PeerRow>): PeerRow => ({ case: 'a case', engine, samples: 5, ...given });
  const rows = [
    row('mendscope', { gflops: 20, milliseconds: 5, ofPeak: 0.4, errors: [0] }),
    row('quick and wrong', { gflops: 90, milliseconds: 1.11, ofPeak: 0.9, errors: [0.64], wrong: true }),
    row('slow', { gflops: 2.5, milliseconds: 40_000, ofPeak: 0.05, errors: [1e-6, 2e-6], samples: 1 }),
    row('another', { cannot: 'it cannot train' }),
    row('not timed', { errors: [1], wrong: true, samples: undefined }),
  ];
  const cells = (
    peerTable([{ rows, peakGflops: 50 }])
      .split('\n')
      .at(-1) ?? ''
  ).split(' | ');
  expect(cells).toEqual([
    '| a case',
    '20.0, 5.00, 40 %',
    'wrong (6e-1): 90.0, 1.11, 90 %',
    '2.50, 40000, 5 %, one sample',
    'cannot: it cannot train',
    'wrong (1e+0)',
    '8.0× |',
  ]);
});
