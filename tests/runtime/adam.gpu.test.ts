import { describe, expect, it } from 'vitest';
import {
  adam,
  add,
  Engine,
  ema,
  Graph,
  mul,
  ParameterSet,
  type Scope,
  square,
  sub,
  sum,
  zeros,
} from '../../src/runtime';
import { testGpu } from '../gpu_setup';
import { type AdamOptions, type AdamState, adamStep, emaStep } from '../reference/adam';
import { drawn } from '../reference/drawn';
import { relativeError } from './check_op';

const STEPS = 25;
const DECAY = 0.9;
/** The last so large that a thread takes several of its elements. */
const SHAPES: Record<string, number[]> = { a: [3, 5], b: [7], c: [2, 2, 1, 3], d: [90, 97] };
const NAMES = Object.keys(SHAPES);

// 1 − β₂ = 0.001 is known to 1e-5 in float32; the root halves that, and the steps add 25 roundings of 6e-8.
const TOLERANCE = 2e-5;

const goal = (step: number, name: string) => drawn(97 * step + name.charCodeAt(0), SHAPES[name], -1, 1);
const declare = (p: Scope) => NAMES.map((name) => p.parameter(name, SHAPES[name], zeros()));

/** Loss s Σ (w − goal)², s and goal fed anew at each step: the gradient is 2 s (w − goal). */
async function compile(engine: Engine, options: AdamOptions, rateIsFed: boolean) {
  const weights = new ParameterSet('weights');
  const average = new ParameterSet('average');
  const graph = new Graph();
  declare(average.scope(graph));
  const s = graph.input('s', []);
  const distances = declare(weights.scope(graph)).map((w, i) =>
    sum(square(sub(w, graph.input(NAMES[i], SHAPES[NAMES[i]])))),
  );
  const loss = mul(
    s,
    distances.reduce((a, b) => add(a, b)),
  );
  const learningRate = rateIsFed ? graph.input('learningRate', []) : options.learningRate;
  const program = await engine.compile(graph, {
    label: 'adam',
    outputs: { loss },
    updates: [adam(weights, loss, { ...options, learningRate }), ema(average, weights, DECAY)],
  });
  const first = new Map(NAMES.map((name) => [name, { shape: SHAPES[name], data: goal(1000, name) }]));
  weights.write(engine, first);
  average.write(engine, first);
  return { weights, average, program };
}

const cases: [string, AdamOptions, boolean][] = [
  ["the paper's defaults", { learningRate: 0.01 }, false],
  ['a critic: β 0.5 and 0.9, the rate fed', { learningRate: 0.02, beta1: 0.5, beta2: 0.9 }, true],
  ['a large ε', { learningRate: 0.05, beta1: 0, beta2: 0.99, eps: 0.1 }, false],
];

describe(`Adam and a moving average over ${STEPS} steps`, () => {
  it.each(cases)('%s', async (_, options, rateIsFed) => {
    const engine = await Engine.create({ gpu: testGpu() });
    const { weights, average, program } = await compile(engine, options, rateIsFed);
    const reference = new Map<string, AdamState & { average: Float64Array }>();
    for (const name of NAMES) {
      const value = Float64Array.from(goal(1000, name));
      const zero = () => new Float64Array(value.length);
      reference.set(name, { value, m: zero(), v: zero(), average: Float64Array.from(value) });
    }
    for (let step = 0; step < STEPS; step++) {
      const s = 1 + Math.sin(step);
      const rate: Record<string, number> = rateIsFed ? { learningRate: options.learningRate } : {};
      program.run(
        { s, ...rate, ...Object.fromEntries(NAMES.map((name) => [name, goal(step, name)])) },
        { seed: 0, step },
      );
      for (const [name, state] of reference) {
        const wanted = goal(step, name);
        const gradient = state.value.map((value, i) => 2 * Math.fround(s) * (value - wanted[i]));
        adamStep(state, gradient, step + 1, options);
        emaStep(state.average, state.value, DECAY);
      }
    }
    const [values, averages, state] = [await weights.read(), await average.read(), await weights.readState()];
    expect(state.step).toBe(STEPS);
    for (const [name, wanted] of reference) {
      expect(relativeError(values.get(name)?.data ?? [], wanted.value), `${name}`).toBeLessThan(TOLERANCE);
      expect(relativeError(averages.get(name)?.data ?? [], wanted.average), `average ${name}`).toBeLessThan(TOLERANCE);
      expect(relativeError(state.m.get(name)?.data ?? [], wanted.m), `m of ${name}`).toBeLessThan(TOLERANCE);
      expect(relativeError(state.v.get(name)?.data ?? [], wanted.v), `v of ${name}`).toBeLessThan(TOLERANCE);
    }
  });

  it('continues from saved values, moments and step as if it had not stopped', async () => {
    const engine = await Engine.create({ gpu: testGpu() });
    const options = { learningRate: 0.02, beta1: 0.5, beta2: 0.9 };
    const [whole, halves] = [await compile(engine, options, false), await compile(engine, options, false)];
    const feeds = (step: number) => ({ s: 1, ...Object.fromEntries(NAMES.map((name) => [name, goal(step, name)])) });
    for (let step = 0; step < 6; step++) whole.program.run(feeds(step), { seed: 0, step });
    for (let step = 0; step < 3; step++) halves.program.run(feeds(step), { seed: 0, step });
    const [values, averages, state] = [
      await halves.weights.read(),
      await halves.average.read(),
      await halves.weights.readState(),
    ];
    const resumed = await compile(engine, options, false);
    resumed.weights.write(engine, values);
    resumed.average.write(engine, averages);
    resumed.weights.writeState(state);
    for (let step = 3; step < 6; step++) resumed.program.run(feeds(step), { seed: 0, step });
    expect(await resumed.weights.read()).toEqual(await whole.weights.read());
    expect(await resumed.average.read()).toEqual(await whole.average.read());
  });
});
