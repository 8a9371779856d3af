/* What a program tells of the time its kernels take. */
import { describe, expect, it } from 'vitest';
import { adam, Engine, Graph, glorotUniform, matmul, mean, ParameterSet, square, sub } from '../../src/runtime';
import { testGpu } from '../gpu_setup';

async function regression(engine: Engine) {
  const graph = new Graph();
  const set = new ParameterSet('net');
  const w = set.scope(graph).parameter('w', [8, 4], glorotUniform());
  const loss = mean(square(sub(matmul(graph.input('x', [16, 8]), w), graph.input('y', [16, 4]))));
  const updates = [adam(set, loss, { learningRate: 0.05 })];
  const program = await engine.compile(graph, { label: 'regression', outputs: { loss }, updates });
  set.initialise(engine, 1);
  return { set, program };
}

const fed = {
  x: Float32Array.from({ length: 128 }, (_, i) => Math.sin(i)),
  y: Float32Array.from({ length: 64 }, (_, i) => Math.cos(3 * i)),
};

/** The tests' GPU with adapters that have no features. */
const plainGpu = {
  requestAdapter: async () => {
    const adapter = await testGpu().requestAdapter();
    if (adapter) Object.defineProperty(adapter, 'features', { value: new Set() });
    return adapter;
  },
} as unknown as GPU;

describe('profile', () => {
  it('times every kernel of the plan in one run that counts like any other', async () => {
    const engine = await Engine.create({ gpu: testGpu() });
    const [timed, plain] = [await regression(engine), await regression(engine)];
    for (let step = 0; step < 3; step++) {
      plain.program.run(fed);
      if (!engine.adapter.features.includes('timestamp-query')) {
        console.warn('profile.gpu.test.ts: this adapter has no timestamp queries; only the refusal is tested');
        await expect(timed.program.profile(fed)).rejects.toThrow(/no timestamp queries/);
        return;
      }
      const kernels = await timed.program.profile(fed);
      expect(kernels).toEqual(timed.program.plan.kernels.map((kernel) => ({ ...kernel, ms: expect.any(Number) })));
      for (const { ms, label } of kernels) expect(ms, label).toBeGreaterThanOrEqual(0);
      expect(kernels.reduce((total, { ms }) => total + ms, 0)).toBeGreaterThan(0);
    }
    expect(await timed.program.read()).toEqual(await plain.program.read());
    expect(await timed.set.read()).toEqual(await plain.set.read());
  });

  it('says so where the device has no timestamps, and leaves the step undone', async () => {
    const engine = await Engine.create({ gpu: plainGpu });
    const { set, program } = await regression(engine);
    const before = await set.read();
    await expect(program.profile(fed)).rejects.toThrow(
      "profile of 'regression': this device has no timestamp queries; time whole runs instead",
    );
    expect(await set.read()).toEqual(before);
  });
});
