/** What the guard watches: small enough for every change, and of the kinds that training and restoring spend their time in. */

import { ARCHITECTURES } from '../../models/presets';
import { restorer } from '../../models/restorer';
import { adam, type Engine, Graph, l1, matmul, normal, ParameterSet, sizeOf, type Tensor } from '../../runtime';
import { convolution, norm, type ProgramCase, type Traced } from '../cases';
import type { Timeable } from '../suite';

export type GuardCase = Pick<ProgramCase, 'name' | 'trace'>;

const CONVOLUTION = { n: 1, size: 48, ci: 32, co: 32, k: 3, stride: 1 };

export const guardCases = (): GuardCase[] => [
  convolution(CONVOLUTION, 'forward'),
  convolution(CONVOLUTION, 'input gradient'),
  convolution(CONVOLUTION, 'weight gradient'),
  norm([1, 96, 96, 32], true),
  { name: 'matmul 192×192×192', trace: () => product(192) },
  { name: 'train tiny restorer, 1×32²', trace: () => step(32) },
];

function product(side: number): Traced {
  const graph = new Graph();
  const set = new ParameterSet('case');
  const p = set.scope(graph);
  const operand = (name: string): Tensor => p.parameter(name, [side, side], normal(0, 1));
  const spec = { label: 'matmul', outputs: { result: matmul(operand('a'), operand('b')) } };
  return { graph, sets: [set], spec };
}

function step(side: number): Traced {
  const graph = new Graph();
  const set = new ParameterSet('network');
  const image = (name: string): Tensor => graph.input(name, [1, side, side, 1]);
  const loss = l1(restorer(set.scope(graph), image('x'), ARCHITECTURES.tiny.restorer), image('target'));
  const spec = { label: 'step', outputs: { loss }, updates: [adam(set, loss, { learningRate: 1e-4 })] };
  return { graph, sets: [set], spec };
}

/** A case with the numbers that it computes with. */
export interface Filled extends Traced {
  name: string;
  inputs: Record<string, Float32Array>;
  /** Parameters' first values and inputs, by name. */
  tensors: ReadonlyMap<string, Float32Array>;
}

export function filled({ name, trace }: GuardCase): Filled {
  const traced = trace();
  const inputs: Filled['inputs'] = {};
  for (const { op, shape } of traced.graph.nodes)
    if (op.kind === 'input')
      inputs[op.name] = Float32Array.from(
        { length: sizeOf(shape) },
        (_, i) => Math.sin(i * 0.013 + op.name.length) / 2,
      );
  const parameters = traced.sets.flatMap((set, i) =>
    [...set.unpack(set.initialValues(i + 1))].map(([of, { data }]) => [of, data] as const),
  );
  return { ...traced, name, inputs, tensors: new Map([...parameters, ...Object.entries(inputs)]) };
}

export interface Opened extends Timeable {
  read(): Promise<Record<string, Float32Array>>;
  destroy(): void;
}

/** The case as the engine computes it now. */
export async function compiled(engine: Engine, { graph, sets, spec, inputs }: Filled): Promise<Opened> {
  const program = await engine.compile(graph, spec);
  sets.forEach((set, i) => {
    set.initialise(engine, i + 1);
  });
  return {
    run: () => program.run(inputs),
    finished: () => program.finished(),
    read: () => program.read(),
    destroy() {
      program.destroy();
      for (const set of sets) engine.release(set);
    },
  };
}
