/*
 * One stream of random numbers, three times: the engine's on the GPU, its twin in TypeScript (src/runtime/random.ts) and
 * the definition.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { dropout, Engine, Graph, gradients, mul, randomNormal, randomUniform, sum } from '../../src/runtime';
import { normalAt, uniformAt } from '../../src/runtime/random';
import { testGpu } from '../gpu_setup';
import * as reference from '../reference/random';

const COUNT = 6000;
const STREAM = 7;
const RATE = 0.25;
const RUNS = [
  { seed: 1, step: 0 },
  { seed: 1, step: 1 },
  { seed: 123456789, step: 1000 },
];

describe('random numbers of a step', () => {
  const runs: Record<string, Float32Array>[] = [];

  beforeAll(async () => {
    const engine = await Engine.create({ gpu: testGpu() });
    const graph = new Graph();
    const x = graph.input('x', [3, 20, 100]);
    const c = graph.input('c', [3, 20, 100]);
    const dropped = dropout(x, RATE, STREAM + 2);
    const [dx] = gradients(sum(mul(dropped, c)), [x]);
    const program = await engine.compile(graph, {
      label: 'random',
      outputs: {
        uniform: randomUniform(graph, [3, 20, 100], STREAM),
        odd: randomUniform(graph, [7, 11], STREAM),
        other: randomUniform(graph, [3, 20, 100], STREAM + 1),
        normal: randomNormal(graph, [3, 20, 100], STREAM + 1),
        dropped,
        dx,
      },
    });
    const feeds = { x: new Float32Array(COUNT).fill(2), c: new Float32Array(COUNT).fill(3) };
    for (const run of RUNS) {
      program.run(feeds, run);
      runs.push(await program.read());
    }
  });

  it.each(RUNS.map((run, i) => ({ ...run, i })))('uniform, seed $seed step $step: bit for bit', ({ seed, step, i }) => {
    const wanted = Float32Array.from(reference.uniform(seed, step, STREAM, COUNT));
    expect(runs[i].uniform).toEqual(wanted);
    expect(runs[i].odd).toEqual(wanted.slice(0, 77));
    const counter = { seed, step, stream: STREAM };
    expect(Float32Array.from({ length: COUNT }, (_, element) => uniformAt(counter, element))).toEqual(wanted);
  });

  it.each(RUNS.map((run, i) => ({ ...run, i })))('normal, seed $seed step $step: to 1e-5', ({ seed, step, i }) => {
    const wanted = reference.normal(seed, step, STREAM + 1, COUNT);
    const counter = { seed, step, stream: STREAM + 1 };
    wanted.forEach((value, element) => {
      expect(Math.abs(normalAt(counter, element) - value)).toBeLessThan(1e-12);
      expect(Math.abs(runs[i].normal[element] - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    });
  });

  it('another step, seed or stream gives other numbers', () => {
    const [a, b, c] = runs.map((run) => run.uniform);
    const equal = (p: Float32Array, q: Float32Array) => p.filter((value, i) => value === q[i]).length;
    expect(equal(a, b)).toBeLessThan(3);
    expect(equal(b, c)).toBeLessThan(3);
    expect(equal(a, runs[0].other)).toBeLessThan(3);
  });

  it('is uniform, and normal, as far as 6,000 numbers tell', () => {
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value / COUNT, 0);
    const uniform = runs[2].uniform;
    const bins = new Array<number>(20).fill(0);
    for (const value of uniform) bins[Math.floor(value * 20)]++;
    const chiSquare = bins.reduce((total, n) => total + (n - COUNT / 20) ** 2 / (COUNT / 20), 0);
    expect(chiSquare).toBeLessThan(43.8); // 19 degrees of freedom, p = 0.001
    const neighbours = uniform.slice(1).map((value, i) => (value - 0.5) * (uniform[i] - 0.5));
    expect(Math.abs(mean(neighbours))).toBeLessThan(4 / 12 / Math.sqrt(COUNT)); // four standard deviations
    const normal = runs[2].normal;
    expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(COUNT));
    expect(Math.abs(mean(normal.map((v) => v * v)) - 1)).toBeLessThan(4 * Math.sqrt(2 / COUNT));
    expect(Math.abs(mean(normal.map((v) => v ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / COUNT));
  });

  it('dropout keeps what its stream says, scales it, and passes gradients where it kept', () => {
    RUNS.forEach(({ seed, step }, i) => {
      const kept = reference.uniform(seed, step, STREAM + 2, COUNT).map((u) => (u < 1 - RATE ? 1 : 0));
      const scale = kept.map((k) => k / (1 - RATE));
      expect(runs[i].dropped.every((value, e) => Math.abs(value - 2 * scale[e]) < 1e-6)).toBe(true);
      expect(runs[i].dx.every((value, e) => Math.abs(value - 3 * scale[e]) < 1e-6)).toBe(true);
      const share = kept.filter((k) => k === 0).length / COUNT;
      expect(Math.abs(share - RATE)).toBeLessThan(4 * Math.sqrt((RATE * (1 - RATE)) / COUNT));
    });
  });
});
