import { expect, test } from 'vitest';
import { declareRestoring, restoringNetwork, restoringStages, type UNet } from '../../src/models/restoring_network';
import { forTasks, ofTask } from '../../src/models/task_weights';
import { Engine, Graph, ParameterSet, type Values } from '../../src/runtime';
import { testGpu } from '../gpu_setup';

const alike: UNet = { kind: 'unet', first: 4, kernel: 3, unit: true, exit: 'filter' };
const byTask: UNet = { ...alike, tasks: 3 };
const SIDE = 16;

/** First weights, and scales and shifts that no two tasks share. */
function weightsOf(network: UNet, seed: number): Map<string, Values> {
  const set = new ParameterSet('network');
  declareRestoring(set, new Graph(), network);
  const weights = set.unpack(set.initialValues(seed));
  for (const [name, { data }] of weights)
    if (/gamma|beta|bias|exit/.test(name)) data.set(data.map((value, i) => value + 0.2 * Math.sin(i + seed)));
  return weights;
}

async function restored(engine: Engine, network: UNet, weights: ReadonlyMap<string, Values>, task?: number[]) {
  const graph = new Graph();
  const set = new ParameterSet('network');
  const count = task?.length ?? 1;
  const tasks = network.tasks ?? 0;
  const code = tasks > 0 ? graph.input('task', [count, tasks]) : undefined;
  const image = graph.input('image', [count, SIDE, SIDE, 1]);
  const y = restoringNetwork(set.scope(graph), image, network, { task: code });
  const program = await engine.compile(graph, { label: 'restored', outputs: { y } });
  set.write(engine, weights);
  const one = Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.sin(i * 0.37) * Math.cos(i * 0.011));
  const codes = (task ?? []).flatMap((t) => Array.from({ length: tasks }, (_, i) => (i === t ? 1 : 0)));
  program.run({
    image: Float32Array.from({ length: count * one.length }, (_, i) => one[i % one.length]),
    ...(code && { task: Float32Array.from(codes) }),
  });
  return (await program.read()).y;
}

const worst = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

test('a task’s own weights restore as the network does when it is told that task, and otherwise than the next', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const weights = weightsOf(byTask, 1);
  const all = await restored(engine, byTask, weights, [2, 0, 1]);
  for (const [n, task] of [2, 0, 1].entries()) {
    const own = ofTask(byTask, weights, task);
    expect(own.network).toEqual(alike);
    const y = await restored(engine, own.network as UNet, own.weights);
    expect(worst(y, all.slice(n * SIDE * SIDE, (n + 1) * SIDE * SIDE)), `task ${task}`).toBeLessThan(1e-5);
  }
  expect(worst(all.slice(0, SIDE * SIDE), all.slice(SIDE * SIDE, 2 * SIDE * SIDE))).toBeGreaterThan(0.01);
  engine.destroy();
});

test('for other tasks, in another order and with a new one: what was known is restored as before', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const weights = weightsOf(byTask, 2);
  const known = ['axial', 'noise', 'blur'];
  const other = forTasks(byTask, weights, known, ['blur', 'haze', 'axial', 'noise']);
  expect(other.network).toEqual({ ...alike, tasks: 4 });
  const before = await restored(engine, byTask, weights, [2, 0, 1]);
  const after = await restored(engine, other.network as UNet, other.weights, [0, 2, 3]);
  expect(worst(after, before)).toBe(0);
  const [gamma, mean] = [weights, other.weights].map((w) => w.get('up0b.gamma')?.data as Float32Array);
  for (let c = 0; c < 4; c++) expect(mean[4 + c]).toBeCloseTo((gamma[c] + gamma[4 + c] + gamma[8 + c]) / 3);
  engine.destroy();
});

test('a network that restores all tasks alike does so still when each is given its own scales', async () => {
  const engine = await Engine.create({ gpu: testGpu() });
  const weights = weightsOf(alike, 3);
  const each = forTasks(alike, weights, ['any'], ['one', 'two']);
  expect(each.network).toEqual({ ...alike, tasks: 2 });
  const before = await restored(engine, alike, weights);
  const after = await restored(engine, each.network as UNet, each.weights, [0, 1]);
  expect(worst(after.slice(0, SIDE * SIDE), before)).toBeLessThan(1e-5);
  expect(worst(after.slice(SIDE * SIDE), before)).toBeLessThan(1e-5);
  expect(forTasks(alike, weights, ['any'], ['one'])).toEqual({ network: alike, weights });
  engine.destroy();
});

test('codes of tasks are asked for where there are any, and refused where there are none', () => {
  const graph = new Graph();
  const p = () => new ParameterSet('network').scope(graph);
  const image = graph.input('image', [1, SIDE, SIDE, 1]);
  expect(() => restoringNetwork(p(), image, byTask)).toThrow(
    'got codes of 0 tasks, wanted the network’s 3'.replace('’', "'"),
  );
  expect(() => restoringNetwork(p(), image, alike, { task: graph.input('task', [1, 2]) })).toThrow('wanted');
  expect(() => restoringStages(byTask)).toThrow('task_weights.ts');
  expect(() => ofTask(byTask, weightsOf(byTask, 4), 3)).toThrow('got task 3, wanted one of the network');
});
