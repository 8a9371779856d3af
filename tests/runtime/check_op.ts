/*
 * Every op against its float64 definition (tests/reference): the value, every first derivative and every second
 * derivative. One program holds all the cases of a file, because a software adapter spends its time on pipelines.
 *
 * For a case y = f(x₁, x₂, …) the engine computes, with a cotangent c fed like any other input and fixed random u,
 *   L = Σ c ∘ y          g_i = ∂L/∂x_i          G = Σ_i Σ u_i ∘ g_i          s_i = ∂G/∂x_i,  s_c = ∂G/∂c
 * and each is compared with central differences of the definition. c counts as an input of the second derivative, so that
 * an op whose gradient is linear in c (a convolution in x, a resize) has its gradient's own gradient checked as well.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, Engine, Graph, gradients, mul, sum, type Tensor } from '../../src/runtime';
import { type Nd, nd } from '../reference/array';
import { derivative, mixedDerivative } from '../reference/differences';
import { lcg } from '../reference/lcg';
import type { Sampler } from '../reference/sample';
import { countingGpu, messagesOf } from './counting_gpu';

/**
 * The largest |engine − definition|, as a fraction of the largest |definition| of that array (of 1e-2 where the array is
 * smaller: inputs are of order one). float32 rounds at 6e-8; sums of some hundred terms and WGSL's exp and tanh, which may
 * be wrong by several units in the last place, leave 1e-6; each differentiation multiplies by a few more such terms and
 * subtracts results of like size. A wrong rule is wrong by 1e-1 and more.
 */
export const TOLERANCE = { value: 1e-5, first: 3e-5, second: 1e-4 };
const SMALLEST_SCALE = 1e-2;

/** Inputs of at most so many elements have each element's derivative checked; larger ones random directions only. */
const EVERY_ELEMENT_FIRST = 96;
const EVERY_ELEMENT_SECOND = 24;
const DIRECTIONS = 3;

type Arrays = Record<string, Nd>;

export interface OpCase {
  name: string;
  /** What the op is differentiated by. */
  inputs: Record<string, Sampler>;
  /** What it takes but is not differentiated by: a task index, a condition. */
  constants?: Record<string, Sampler>;
  build: (tensors: Record<string, Tensor>, graph: Graph) => Tensor;
  reference: (arrays: Arrays) => Nd;
  /** Why this case has no derivative to check, where it has none. */
  valueOnly?: string;
}

interface Fed {
  arrays: Arrays;
  cotangent: Nd;
  directions: Arrays;
}

interface Outcome {
  value: ArrayLike<number>;
  first: Record<string, ArrayLike<number>>;
  second: Record<string, ArrayLike<number>>;
}

interface Tally {
  cases: number;
  first: number;
  second: number;
  largest: { value: number; first: number; second: number };
}

const COTANGENT = 'cotangent';

/** c and u: uniform in ±1, exact in float32. */
function direction(shape: number[], seed: number): Nd {
  const uniform = lcg(seed);
  for (let i = 0; i < 4; i++) uniform();
  const like = nd(shape);
  return nd(
    shape,
    like.data.map(() => Math.fround(2 * uniform() - 1)),
  );
}

function feed(check: OpCase, seed: number): Fed {
  const arrays: Arrays = {};
  const directions: Arrays = {};
  let n = 0;
  for (const [name, sample] of Object.entries({ ...check.inputs, ...check.constants })) {
    arrays[name] = sample(seed + 101 * n++);
    if (name in check.inputs) directions[name] = direction(arrays[name].shape, seed + 101 * n + 50);
  }
  return { arrays, directions, cotangent: direction(check.reference(arrays).shape, seed + 7) };
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
};

/** x + t·v */
function along(x: Nd, v: Nd, t: number): Nd {
  return nd(
    x.shape,
    x.data.map((value, i) => value + t * v.data[i]),
  );
}

function unit(shape: number[], element: number): Nd {
  const e = nd(shape);
  e.data[element] = 1;
  return e;
}

/** Traces one case into `graph`; feeds and the names of its outputs are prefixed so that many cases share a graph. */
function trace(check: OpCase, fed: Fed, prefix: string, graph: Graph, feeds: Record<string, Float32Array>) {
  const input = (name: string, array: Nd) => {
    feeds[prefix + name] = Float32Array.from(array.data);
    return graph.input(prefix + name, array.shape);
  };
  const tensors: Record<string, Tensor> = {};
  for (const [name, array] of Object.entries(fed.arrays)) tensors[name] = input(name, array);
  const y = check.build(tensors, graph);
  expect(y.shape, `shape of ${check.name}`).toEqual(fed.cotangent.shape);
  const outputs: Record<string, Tensor> = { [`${prefix}y`]: y };
  if (check.valueOnly) return outputs;

  const names = Object.keys(check.inputs);
  const c = input(COTANGENT, fed.cotangent);
  const L = sum(mul(c, y));
  const terms: Tensor[] = [];
  for (const name of names) {
    const g = gradientIfAny(L, tensors[name]);
    if (!g) continue;
    outputs[`${prefix}first.${name}`] = g;
    terms.push(sum(mul(g, input(`u.${name}`, fed.directions[name]))));
  }
  if (terms.length === 0) return outputs;
  const G = terms.reduce((total, term) => add(total, term));
  for (const [name, tensor] of [...Object.entries(tensors), [COTANGENT, c] as const]) {
    if (check.constants && name in check.constants) continue;
    const s = gradientIfAny(G, tensor);
    if (s) outputs[`${prefix}second.${name}`] = s;
  }
  return outputs;
}

/** The inputs that tensors are made from: a cotangent whose gradient is zero by structure is not among them. */
function inputsOf(tensors: Tensor[]): Set<string> {
  const names = new Set<string>();
  const seen = new Set<Tensor>();
  const stack = [...tensors];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.op.kind === 'input') names.add(node.op.name);
    stack.push(...node.inputs);
  }
  return names;
}

/** The engine refuses a target that the loss does not depend on; here that says: the derivative is exactly zero. */
function gradientIfAny(loss: Tensor, target: Tensor): Tensor | undefined {
  try {
    return gradients(loss, [target])[0];
  } catch (error) {
    if (error instanceof Error && /does not depend on/.test(error.message)) return undefined;
    throw error;
  }
}

async function run(engine: Engine, label: string, cases: OpCase[], fed: Map<OpCase, Fed>) {
  const graph = new Graph();
  const feeds: Record<string, Float32Array> = {};
  const outputs: Record<string, Tensor> = {};
  cases.forEach((check, i) => {
    Object.assign(outputs, trace(check, fed.get(check) as Fed, `${i}.`, graph, feeds));
  });
  const program = await engine.compile(graph, { label, outputs });
  const needed = inputsOf(Object.values(outputs));
  program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => needed.has(name))), { seed: 1, step: 0 });
  const read: Record<string, ArrayLike<number>> = await program.read();
  return cases.map((check, i): Outcome => {
    const outcome: Outcome = { value: read[`${i}.y`], first: {}, second: {} };
    if (check.valueOnly) return outcome;
    const { arrays, cotangent } = fed.get(check) as Fed;
    for (const name of [...Object.keys(check.inputs), COTANGENT]) {
      const { data } = name === COTANGENT ? cotangent : arrays[name];
      const zero = new Float32Array(data.length);
      if (name !== COTANGENT) outcome.first[name] = read[`${i}.first.${name}`] ?? zero;
      outcome.second[name] = read[`${i}.second.${name}`] ?? zero;
    }
    return outcome;
  });
}

/** The largest error of `got` as a fraction of the largest `wanted`; a NaN or an infinity is an infinite error. */
export function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>, smallest = SMALLEST_SCALE): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let scale = smallest;
  for (let i = 0; i < wanted.length; i++) scale = Math.max(scale, Math.abs(wanted[i]));
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(got[i] - wanted[i]);
    if (!Number.isFinite(error)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, error / scale);
  }
  return largest;
}

/** What the engine's gradient says along each direction, beside what the definition does: `slope(v)` for each v. */
function compareGradient(
  gradient: ArrayLike<number>,
  shape: number[],
  everyElement: boolean,
  seed: number,
  slope: (v: Nd) => number,
): number {
  const ways = Array.from({ length: DIRECTIONS }, (_, k) => direction(shape, seed + 13 * k));
  const error = relativeError(
    ways.map((v) => dot(gradient, v.data)),
    ways.map(slope),
  );
  if (!everyElement) return error;
  const elements = Array.from({ length: gradient.length }, (_, i) => slope(unit(shape, i)));
  return Math.max(error, relativeError(gradient, elements));
}

function verify(check: OpCase, fed: Fed, got: Outcome, tally: Tally, seed: number): void {
  const note = (kind: 'value' | 'first' | 'second', what: string, error: number) => {
    tally.largest[kind] = Math.max(tally.largest[kind], error);
    expect(error, `${check.name}: ${what}`).toBeLessThan(TOLERANCE[kind]);
  };
  tally.cases++;
  note('value', 'value', relativeError(got.value, check.reference(fed.arrays).data));
  if (check.valueOnly) return;

  /** L of the definition at the inputs moved by `moves`. */
  const loss = (...moves: Record<string, { v: Nd; t: number }>[]) => {
    const arrays: Arrays = { ...fed.arrays, [COTANGENT]: fed.cotangent };
    for (const move of moves)
      for (const [name, { v, t }] of Object.entries(move)) arrays[name] = along(arrays[name], v, t);
    return dot(arrays[COTANGENT].data, check.reference(arrays).data);
  };
  const allInputs = (t: number) =>
    Object.fromEntries(Object.keys(check.inputs).map((name) => [name, { v: fed.directions[name], t }]));

  for (const [name, gradient] of Object.entries(got.first)) {
    const { shape } = fed.arrays[name];
    const slope = (v: Nd) => derivative((t) => loss({ [name]: { v, t } }));
    const every = gradient.length <= EVERY_ELEMENT_FIRST;
    tally.first += DIRECTIONS + (every ? gradient.length : 0);
    note('first', `∂L/∂${name}`, compareGradient(gradient, shape, every, seed + 3, slope));
  }
  for (const [name, gradient] of Object.entries(got.second)) {
    const { shape } = name === COTANGENT ? fed.cotangent : fed.arrays[name];
    const slope = (v: Nd) => mixedDerivative((s, t) => loss(allInputs(s), { [name]: { v, t } }));
    const every = gradient.length <= EVERY_ELEMENT_SECOND;
    tally.second += DIRECTIONS + (every ? gradient.length : 0);
    note('second', `∂G/∂${name}`, compareGradient(gradient, shape, every, seed + 5, slope));
  }
}

const SUMMARY_FOLDER = '.cache/op_checks';

/** What kernel choosers are told of the device instead of the truth, to run the kernels that ship for other devices. */
export type Traits = Partial<Engine['traits']>;

export const AS_A_GPU: Traits = { kind: 'gpu', subgroups: false, subgroupSize: 0 };
export const WITHOUT_SUBGROUPS: Traits = { subgroups: false, subgroupSize: 0 };

// One engine for a file: what one group compiled, the next need not.
const { gpu, modules } = countingGpu();
let engine: Engine | undefined;
let found: Traits | undefined;

/** One `describe` with a test for each case; prints a line of totals and leaves it in .cache/op_checks/<title>.json. */
export function checkOps(title: string, cases: OpCase[], traits: Traits = {}): void {
  describe(title, () => {
    const tally: Tally = { cases: 0, first: 0, second: 0, largest: { value: 0, first: 0, second: 0 } };
    const fed = new Map<OpCase, Fed>();
    const outcomes = new Map<OpCase, Outcome | Error>();
    let batchError: unknown;

    beforeAll(async () => {
      engine ??= await Engine.create({ gpu });
      found ??= { ...engine.traits };
      Object.assign(engine.traits, found, traits);
      const on = engine;
      cases.forEach((check, i) => {
        fed.set(check, feed(check, 1000 * (i + 1)));
      });
      const attempt = async (group: OpCase[]) => {
        const results = await run(on, title, group, fed);
        group.forEach((check, i) => {
          outcomes.set(check, results[i]);
        });
      };
      try {
        await attempt(cases);
      } catch (error) {
        // One case that cannot be traced or compiled would hide all the others: find out which it is.
        batchError = error;
        for (const check of cases) {
          await attempt([check]).catch((reason: Error) => outcomes.set(check, reason));
        }
      }
    }, 300_000);

    it('compiles all its cases as one program, without a message', async () => {
      if (batchError) throw batchError;
      expect(modules.length).toBeGreaterThan(0);
      expect(await messagesOf(modules)).toEqual([]);
    });

    cases.forEach((check, i) => {
      it(check.name, () => {
        const outcome = outcomes.get(check);
        if (!outcome || outcome instanceof Error) throw outcome ?? new Error('was not run');
        verify(check, fed.get(check) as Fed, outcome, tally, 1000 * (i + 1));
      });
    });

    afterAll(() => {
      console.log(summary(title, tally));
      mkdirSync(SUMMARY_FOLDER, { recursive: true });
      writeFileSync(`${SUMMARY_FOLDER}/${title.replace(/\W+/g, '_')}.json`, JSON.stringify(tally));
    });
  });
}

function summary(title: string, { cases, first, second, largest }: Tally): string {
  const [v, f, s] = [largest.value, largest.first, largest.second].map((error) => error.toExponential(1));
  return (
    `${title}: ${cases} op cases, ${first} first-derivative checks, ${second} second-derivative checks, ` +
    `largest error ${v} (values), ${f} (first), ${s} (second)`
  );
}
