/* Kernels that are chosen among several: each computes the same, and an engine runs those that its table names. */
import { beforeAll, describe, expect, it } from 'vitest';
import * as op from '../../src/runtime';
import { byRule, ChoiceTable, candidatesOf, choiceKey } from '../../src/runtime/choices';
import { lower, wantedBy } from '../../src/runtime/compile';
import { neededBy } from '../../src/runtime/materialise';
import { Program } from '../../src/runtime/program';
import { testGpu } from '../gpu_setup';
import type { Nd } from '../reference/array';
import * as conv from '../reference/conv2d';
import { drawn } from '../reference/drawn';
import * as linear from '../reference/matmul';
import * as reduce from '../reference/reduce';
import { anywhere } from '../reference/sample';
import { AS_A_GPU, relativeError, TOLERANCE, type Traits } from './check_op';
import { MEMORY } from './devices';

type Arrays = Record<string, Nd>;

interface Case {
  name: string;
  inputs: Record<string, number[]>;
  build: (tensors: Record<string, op.Tensor>) => Record<string, op.Tensor>;
  reference: (arrays: Arrays) => Record<string, Nd>;
}

const convolutions = (CI: number, CO: number, stride: number): Case => {
  const inputSize: [number, number] = [6, 7];
  const [oh, ow] = inputSize.map((extent) => Math.ceil(extent / stride));
  const kernel: [number, number] = [3, 3];
  return {
    name: `convolution ${CI} to ${CO} channels, stride ${stride}, in every direction`,
    inputs: { x: [2, 6, 7, CI], w: [3, 3, CI, CO], dy: [2, oh, ow, CO] },
    build: ({ x, w, dy }) => ({
      y: op.conv2d(x, w, { stride }),
      dx: op.conv2dInputGradient(dy, w, { inputSize, stride }),
      dw: op.conv2dWeightGradient(x, dy, { kernel, stride }),
      db: op.sum(dy, [0, 1, 2]),
    }),
    reference: ({ x, w, dy }) => ({
      y: conv.conv2d(x, w, { stride }),
      dx: conv.conv2dInputGradient(dy, w, { inputSize, stride }),
      dw: conv.conv2dWeightGradient(x, dy, { kernel, stride }),
      db: reduce.sum(dy, [0, 1, 2]),
    }),
  };
};

const matmul = (M: number, K: number, N: number): Case => ({
  name: `${M}×${K} times ${K}×${N}`,
  inputs: { a: [M, K], b: [K, N] },
  build: ({ a, b }) => ({ c: op.matmul(a, b) }),
  reference: ({ a, b }) => ({ c: linear.matmul(a, b) }),
});

const CASES = [convolutions(12, 36, 1), convolutions(36, 12, 2), convolutions(8, 1, 1), matmul(37, 300, 44)];
// A CPU driver takes seconds to compile a tile. All four are what convolutions share with a product of matrices, whose
// other parts conv2d.gpu.test.ts and large.gpu.test.ts check.
const KINDS: [string, Traits, Case[]][] = [
  ['as it is', {}, CASES],
  ['as on a GPU', AS_A_GPU, [matmul(37, 40, 44)]],
];

let engine: op.Engine;
beforeAll(async () => {
  engine = await op.Engine.create({ gpu: testGpu() });
});

describe.each(KINDS)('every candidate gives what the definition does, the device %s', (_, traits, cases) => {
  it.each(cases)('$name', async ({ inputs, build, reference }) => {
    const arrays: Arrays = Object.fromEntries(
      Object.entries(inputs).map(([name, shape], i) => [name, anywhere(...shape)(i + 1)]),
    );
    const expected = reference(arrays);
    const graph = new op.Graph();
    const outputs = build(
      Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, graph.input(name, shape)])),
    );
    const device = { ...engine.traits, ...traits };
    const spec = { label: 'candidates', outputs };
    const most = Math.max(...neededBy(wantedBy(spec)).map((node) => candidatesOf(node, device).length));
    expect(most).toBeGreaterThan(1);
    for (let nth = 0; nth < most; nth++) {
      const names = new Set<string>();
      const lowered = lower(spec, device, MEMORY, (node, of) => {
        const candidates = candidatesOf(node, of);
        const candidate = candidates[Math.min(nth, candidates.length - 1)];
        names.add(candidate.name);
        return candidate;
      });
      const program = await Program.make(engine, spec, lowered);
      program.run(
        Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, Float32Array.from(data)])),
      );
      const read = await program.read();
      for (const [name, { data }] of Object.entries(expected))
        expect(relativeError(read[name], data), `${name} by ${[...names].join(', ')}`).toBeLessThan(TOLERANCE.value);
      program.destroy();
    }
  });
});

const SHAPE = [2, 12, 12, 1];

/** Some steps of a little network; its losses and its weights afterwards. */
async function train(on: op.Engine, steps: number) {
  const graph = new op.Graph();
  const set = new op.ParameterSet('net');
  const p = set.scope(graph);
  const x = graph.input('x', SHAPE);
  const layer = (name: string, from: op.Tensor, CI: number, CO: number) =>
    op.conv2d(from, p.child(name).parameter('weight', [3, 3, CI, CO], op.glorotUniform()));
  const y = layer('last', op.leakyRelu(layer('inner', op.leakyRelu(layer('first', x, 1, 12)), 12, 8)), 8, 1);
  const loss = op.mean(op.square(op.sub(y, graph.input('y', SHAPE))));
  const updates = [op.adam(set, loss, { learningRate: 1e-3 })];
  const program = await on.compile(graph, { label: 'training', outputs: { loss }, updates });
  set.initialise(on, 1);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    program.run({ x: drawn(step, SHAPE, -1, 1), y: drawn(step + 100, SHAPE, -1, 1) });
    losses.push((await program.read()).loss[0]);
  }
  return { losses, weights: await set.read(), spec: { label: 'training', outputs: { loss }, updates }, program };
}

describe('an engine that measures', () => {
  it('remembers a candidate of every op that has a choice, and a repeat with its table is bit-identical', async () => {
    const measuring = await op.Engine.create({ gpu: testGpu(), measure: { milliseconds: 2000 } });
    const first = await train(measuring, 4);
    const { choices } = measuring;
    const nodes = neededBy(wantedBy(first.spec)).filter((node) => candidatesOf(node, measuring.traits).length > 1);
    expect(nodes.length).toBeGreaterThan(5);
    expect(Object.keys(choices.chosen).sort()).toEqual([...new Set(nodes.map(choiceKey))].sort());
    for (const node of nodes) {
      const names = candidatesOf(node, measuring.traits).map(({ name }) => name);
      expect(names).toContain(choices.chosen[choiceKey(node)]);
    }
    const stored = JSON.parse(JSON.stringify(choices)) as op.KernelChoices;
    const again = await op.Engine.create({ gpu: testGpu(), choices: stored });
    expect(again.choices).toEqual(choices);
    const second = await train(again, 4);
    expect(second.losses).toEqual(first.losses);
    expect(second.weights).toEqual(first.weights);
    expect(second.program.plan.toString()).toBe(first.program.plan.toString());
  });

  it('goes by rule once its time is up, and says so in its table', async () => {
    const hurried = await op.Engine.create({ gpu: testGpu(), measure: { milliseconds: 1e-6 } });
    const { spec } = await train(hurried, 1);
    for (const node of neededBy(wantedBy(spec))) {
      const candidates = candidatesOf(node, hurried.traits);
      if (candidates.length > 1) expect(hurried.choices.chosen[choiceKey(node)]).toBe(candidates[0].name);
    }
  });

  it('does what a given table says, close to what the rule gives and the same each time', async () => {
    const plain = await op.Engine.create({ gpu: testGpu() });
    const byRules = await train(plain, 3);
    expect(plain.choices.chosen).toEqual({});
    const table = new ChoiceTable(plain.adapter);
    for (const node of neededBy(wantedBy(byRules.spec))) {
      const candidates = candidatesOf(node, plain.traits);
      if (candidates.length > 1) table.remember(node, candidates[candidates.length - 1]);
    }
    const runs = [];
    for (let i = 0; i < 2; i++)
      runs.push(await train(await op.Engine.create({ gpu: testGpu(), choices: table.toJSON() }), 3));
    const shaders = runs[0].program.plan.kernels.map(({ shader }) => shader);
    for (const direct of ['conv2d', 'conv2d_input_gradient', 'conv2d_weight_gradient'])
      expect(shaders).toContain(direct);
    expect(shaders.filter((shader) => /subgroup|tiled/.test(shader))).toEqual([]);
    expect(runs[1].losses).toEqual(runs[0].losses);
    expect(runs[1].weights).toEqual(runs[0].weights);
    expect(relativeError(runs[0].losses, byRules.losses)).toBeLessThan(TOLERANCE.first);
  });

  it('leaves a table of another adapter or of other kernels aside, and a candidate that it does not know', async () => {
    const plain = await op.Engine.create({ gpu: testGpu() });
    const { spec } = await train(plain, 1);
    const node = neededBy(wantedBy(spec)).find((one) => candidatesOf(one, plain.traits).length > 1) as op.Tensor;
    const last = candidatesOf(node, plain.traits).slice(-1)[0];
    const table = new ChoiceTable(plain.adapter);
    table.remember(node, last);
    const given = table.toJSON();
    const chosen = (choices: op.KernelChoices) =>
      new ChoiceTable(plain.adapter, choices).choose(node, plain.traits).name;
    const rule = byRule(node, plain.traits).name;
    expect(last.name).not.toBe(rule);
    expect(chosen(given)).toBe(last.name);
    expect(chosen({ ...given, adapter: 'another' })).toBe(rule);
    expect(chosen({ ...given, kernels: '00000000' })).toBe(rule);
    expect(chosen({ ...given, chosen: { [choiceKey(node)]: 'by magic' } })).toBe(rule);
  });
});
