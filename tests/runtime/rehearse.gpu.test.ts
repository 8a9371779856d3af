/* A run's rehearsal encodes all of it and changes nothing. */
import { expect, test } from 'vitest';
import { adam, Engine, Graph, gradients, mean, mul, normal, ParameterSet, square, sub } from '../../src/runtime';
import { testGpu } from '../gpu_setup';

test('a step that was rehearsed goes on as if it had not been', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const make = async () => {
    const graph = new Graph();
    const set = new ParameterSet('net');
    const w = set.scope(graph).parameter('w', [8], normal(0, 1));
    const loss = mean(square(sub(mul(graph.input('x', [8]), w), 1)));
    expect(gradients(loss, [w]).length).toBe(1);
    const updates = [adam(set, loss, { learningRate: graph.input('rate', []) })];
    const program = await engine.compile(graph, { label: 'step', outputs: { loss }, updates });
    set.initialise(engine, 1);
    return { program, set };
  };
  const [rehearsed, plain] = [await make(), await make()];
  const inputs = { x: Float32Array.from({ length: 8 }, (_, i) => i / 4), rate: 0.05 };

  rehearsed.program.rehearse(inputs);
  await expect(rehearsed.program.read()).rejects.toThrow("read of 'step': no run yet; call run first");
  expect((await rehearsed.set.readState()).step).toBe(0);
  for (let i = 0; i < 3; i++) {
    rehearsed.program.rehearse({ ...inputs, x: new Float32Array(8) });
    rehearsed.program.run(inputs);
    plain.program.run(inputs);
    rehearsed.program.rehearse({ ...inputs, x: new Float32Array(8) });
    expect(await rehearsed.program.read()).toEqual(await plain.program.read());
  }
  expect(await rehearsed.set.readState()).toEqual(await plain.set.readState());
  expect(await rehearsed.set.read()).toEqual(await plain.set.read());
  expect(() => rehearsed.program.rehearse({ rate: 0.05 })).toThrow("run of 'step': got no input 'x'");
  engine.destroy();
});
