import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/models/safetensors';
import { kernelsLast, SQUEEZENET_LAYERS, squeezenetFeatures, squeezenetPhi } from '../../src/models/squeezenet';
import { Engine, Graph } from '../../src/runtime';
import { testGpu } from '../gpu_setup';

interface Expected {
  shape: [number, number, number];
  mean: number;
  max: number;
  l2: number;
  first8: number[];
}

const folder = join(process.env.MENDSCOPE_DATA ?? '', 'phi');
const present = process.env.MENDSCOPE_DATA !== undefined && existsSync(join(folder, 'golden_features.json'));
if (!present) console.warn('squeezenet.gpu.test.ts: skipped, $MENDSCOPE_DATA/phi is not there');

// float32 sums of up to 2304 products after nine layers, against features recorded in float32 elsewhere.
const TOLERANCE = 2e-4;

test.skipIf(!present)('SqueezeNet 1.1 gives the recorded features at every layer', async () => {
  const golden = JSON.parse(readFileSync(join(folder, 'golden_features.json'), 'utf8'))['torchvision/synthetic96'];
  const file = readSafetensors(readFileSync(join(folder, 'squeezenet1_1.safetensors')));
  const engine = await Engine.create({ gpu: testGpu() });
  const graph = new Graph();
  const { params, weights } = squeezenetPhi(file);
  const maps = squeezenetFeatures(params.scope(graph), graph.input('rgb', [1, 96, 96, 3]));
  const program = await engine.compile(graph, { label: 'squeezenet', outputs: Object.fromEntries(maps) });
  params.write(engine, weights);
  program.run({ rgb: synthetic96() });
  const got = await program.read();
  for (const name of SQUEEZENET_LAYERS) {
    const wanted: Expected = golden[name === 'conv1' ? 'conv1_relu' : name];
    const [channels, height, width] = wanted.shape;
    expect(maps.get(name)?.shape).toEqual([1, height, width, channels]);
    const data = got[name];
    const scale = Math.max(wanted.max, 1);
    const close = (value: number, to: number, unit: number) =>
      expect(Math.abs(value - to) / unit).toBeLessThan(TOLERANCE);
    close(data.reduce((sum, v) => sum + v, 0) / data.length, wanted.mean, scale);
    close(
      data.reduce((top, v) => Math.max(top, v), 0),
      wanted.max,
      scale,
    );
    close(Math.sqrt(data.reduce((sum, v) => sum + v * v, 0)), wanted.l2, wanted.l2);
    // Recorded channel first: the first eight columns of the first channel's first row.
    wanted.first8.forEach((value, column) => {
      close(data[(column % width) * channels + Math.floor(column / width) * width * channels], value, scale);
    });
  }
});

test.skipIf(!present)('a file of another network is refused by name', () => {
  const other = readSafetensors(readFileSync(join(folder, 'lpips_squeeze.safetensors')));
  expect(() => squeezenetPhi(other)).toThrow('φ: got nothing for features.0.weight, wanted [3, 3, 3, 64]');
  expect(kernelsLast(other).size).toBe(7);
});

/** sin(0.05 (col+1)(c+1)) + cos(0.07 row), as the recording's own description says. */
function synthetic96(): Float32Array {
  const rgb = new Float32Array(96 * 96 * 3);
  for (let i = 0; i < rgb.length; i++) {
    const c = i % 3;
    const column = Math.floor(i / 3) % 96;
    const row = Math.floor(i / 288);
    rgb[i] = Math.sin(0.05 * (column + 1) * (c + 1)) + Math.cos(0.07 * row);
  }
  return rgb;
}
