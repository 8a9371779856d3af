/* What the engine says when it is asked for what it cannot do, and when its device goes away. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adam,
  Engine,
  EngineLostError,
  ema,
  Graph,
  matmul,
  mul,
  NoAdapterError,
  ParameterSet,
  type Program,
  sum,
  zeros,
} from '../../src/runtime';
import { testGpu } from '../gpu_setup';

describe('programs refuse wrong inputs, saying what they want', () => {
  let engine: Engine;
  let program: Program;
  beforeAll(async () => {
    engine = await Engine.create({ gpu: testGpu() });
    const graph = new Graph();
    const y = mul(graph.input('x', [2, 3]), graph.input('scale', []));
    program = await engine.compile(graph, { label: 'twice', outputs: { y } });
  });

  it('read before run', async () => {
    await expect(program.read()).rejects.toThrow(new Error("read of 'twice': no run yet; call run first"));
  });

  it.each([
    [{ x: new Float32Array(6) }, "run of 'twice': got no input 'scale', wanted an array of shape []"],
    [{ x: new Float32Array(5), scale: 1 }, "run of 'twice': got 5 values for 'x', wanted 6, for shape [2, 3]"],
    [
      { x: new Float32Array(6), scale: 1, y: new Float32Array(1) },
      "run of 'twice': got an input 'y', wanted inputs x, scale",
    ],
  ])('%#: %o', (inputs, message) => {
    expect(() => program.run(inputs)).toThrow(message);
  });

  it('a number serves for a scalar, and the latest run is what is read', async () => {
    const x = Float32Array.of(1, 2, 3, 4, 5, 6);
    program.run({ x, scale: 2 });
    program.run({ x, scale: 3 });
    expect((await program.read()).y).toEqual(Float32Array.of(3, 6, 9, 12, 15, 18));
    expect((await program.read()).y).toEqual(Float32Array.of(3, 6, 9, 12, 15, 18));
  });

  it('an input may be an output, and one tensor two outputs', async () => {
    const graph = new Graph();
    const x = graph.input('x', [3]);
    const y = mul(x, 2);
    const copy = await engine.compile(graph, { label: 'copy', outputs: { x, y, again: y } });
    copy.run({ x: Float32Array.of(1, 2, 3) });
    expect(await copy.read()).toEqual({
      x: Float32Array.of(1, 2, 3),
      y: Float32Array.of(2, 4, 6),
      again: Float32Array.of(2, 4, 6),
    });
  });

  it('an output of another graph', async () => {
    const other = mul(new Graph().input('x', [1]), 2);
    await expect(engine.compile(new Graph(), { label: 'mixed', outputs: { other } })).rejects.toThrow(
      "compile: got output 'other' of another graph, wanted outputs of the compiled graph",
    );
  });

  it('a tensor larger than the adapter binds', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2 ** 16, 1]);
    const outer = matmul(x, x, { transposeB: true });
    await expect(engine.compile(graph, { label: 'large', outputs: { outer } })).rejects.toThrow(
      /^compile: got .*\[65536, 65536\], 16384 MiB, wanted tensors of at most \d+ MiB, what this adapter binds; use smaller crops or tiles$/,
    );
  });
});

describe('parameter sets', () => {
  it('have no values before initialise or write', async () => {
    const set = new ParameterSet('net');
    set.scope(new Graph()).parameter('w', [2], zeros());
    await expect(set.read()).rejects.toThrow(
      "parameter set 'net': got no values, wanted a call of initialise or write first",
    );
  });

  it('refuse missing names, unknown names and other shapes', async () => {
    const engine = await Engine.create({ gpu: testGpu() });
    const set = new ParameterSet('net');
    set.scope(new Graph()).parameter('w', [2], zeros());
    const value = (shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
    expect(() => set.write(engine, new Map())).toThrow(
      "parameter set 'net': got no values for 'w', wanted values of shape [2]",
    );
    expect(() => set.write(engine, new Map([['v', value([2])]]))).toThrow(
      "parameter set 'net': got the name 'v', wanted one of w",
    );
    expect(() => set.write(engine, new Map([['w', value([3])]]))).toThrow(
      "parameter 'net.w': got 3 values of shape [3], wanted [2]",
    );
  });

  it('adam wants a set that the loss uses, and a rate it can be fed', () => {
    const graph = new Graph();
    const w = new ParameterSet('net').scope(graph).parameter('w', [2], zeros());
    expect(() => adam(new ParameterSet('other'), sum(w), { learningRate: 1 })).toThrow(
      "adam: got no parameter of 'other' in the graph, wanted a loss that uses the set",
    );
    const set = new ParameterSet('rated');
    const v = set.scope(graph).parameter('v', [2], zeros());
    expect(() => adam(set, sum(v), { learningRate: sum(v) })).toThrow(
      /^adam: got a learning rate that is a \w+, wanted a number or a scalar input$/,
    );
  });

  it('an average wants the same parameters as its source', () => {
    const set = new ParameterSet('net');
    set.scope(new Graph()).parameter('w', [2], zeros());
    expect(() => ema(new ParameterSet('average'), set, 0.9)).toThrow(
      "ema: got sets 'average' and 'net' that differ, wanted the same parameters in both",
    );
  });
});

describe('the device', () => {
  it('is named, and a software adapter says that it is one', async () => {
    const { adapter } = await Engine.create({ gpu: testGpu() });
    expect(adapter.name).not.toBe('');
    expect(adapter.software).toBe(
      /swiftshader|llvmpipe|lavapipe/i.test(`${adapter.name} ${adapter.vendor} ${adapter.architecture}`),
    );
    expect(adapter.limits.maxStorageBufferBindingSize).toBeGreaterThan(0);
  });

  it('no WebGPU, or no adapter: an error that says what to do', async () => {
    const none = { requestAdapter: async () => null } as unknown as GPU;
    await expect(Engine.create({ gpu: undefined })).rejects.toThrow(NoAdapterError);
    await expect(Engine.create({ gpu: none })).rejects.toThrow(/hardware acceleration.*graphics driver/);
  });

  it('that is lost gives one clear error, and what was read before stays', async () => {
    const engine = await Engine.create({ gpu: testGpu() });
    const graph = new Graph();
    const set = new ParameterSet('net');
    const w = set.scope(graph).parameter('w', [2], zeros());
    const loss = sum(mul(w, graph.input('x', [2])));
    const program = await engine.compile(graph, {
      label: 'step',
      outputs: { loss },
      updates: [adam(set, loss, { learningRate: 0.5 })],
    });
    set.initialise(engine, 1);
    program.run({ x: Float32Array.of(1, -1) });
    const good = await set.read();
    const underWay = Promise.allSettled([program.read(), set.read(), program.finished()]);
    engine.destroy();
    for (const waiting of await underWay)
      if (waiting.status === 'rejected') expect(waiting.reason).toBeInstanceOf(EngineLostError);
    expect(await engine.lost).toBeInstanceOf(EngineLostError);
    expect(() => program.run({ x: Float32Array.of(1, -1) })).toThrow(EngineLostError);
    await expect(program.read()).rejects.toThrow(/was lost .*; open a new engine and resume from the last checkpoint/);
    await expect(engine.compile(graph, { label: 'again', outputs: { loss } })).rejects.toThrow(EngineLostError);
    const [first, second] = good.get('w')?.data ?? [];
    expect([first, second]).toEqual([expect.closeTo(-0.5, 5), expect.closeTo(0.5, 5)]);

    const next = await Engine.create({ gpu: testGpu() });
    set.write(next, good);
    expect(await set.read()).toEqual(good);
  });
});
