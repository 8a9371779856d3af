/** What the guard watches: small enough for every change, and of the kinds that training and restoring spend their time in. */

import { ARCHITECTURES } from '../../models/presets';
import { restorer } from '../../models/restorer';
import { adam, Graph, l1, matmul, normal, ParameterSet, type Tensor } from '../../runtime';
import { convolution, norm, type ProgramCase } from '../cases';
import type { Yardstick } from './yardsticks';

export type GuardCase = Omit<ProgramCase, 'kind'> & { against: Yardstick };

const CONVOLUTION = { n: 1, size: 48, ci: 32, co: 32, k: 3, stride: 1 };

export const guardCases = (): GuardCase[] => [
  { ...convolution(CONVOLUTION, 'forward'), against: 'arithmetic' },
  { ...convolution(CONVOLUTION, 'input gradient'), against: 'arithmetic' },
  { ...convolution(CONVOLUTION, 'weight gradient'), against: 'arithmetic' },
  { ...norm([1, 96, 96, 32], true), against: 'memory' },
  { name: 'matmul 192×192×192', against: 'arithmetic', trace: () => product(192) },
  { name: 'train tiny restorer, 1×32²', against: 'turns', trace: () => step(32) },
];

function product(side: number): ReturnType<ProgramCase['trace']> {
  const graph = new Graph();
  const set = new ParameterSet('case');
  const p = set.scope(graph);
  const operand = (name: string): Tensor => p.parameter(name, [side, side], normal(0, 1));
  const spec = { label: 'matmul', outputs: { result: matmul(operand('a'), operand('b')) } };
  return { graph, sets: [set], spec };
}

function step(side: number): ReturnType<ProgramCase['trace']> {
  const graph = new Graph();
  const set = new ParameterSet('network');
  const image = (name: string): Tensor => graph.input(name, [1, side, side, 1]);
  const loss = l1(restorer(set.scope(graph), image('x'), ARCHITECTURES.tiny.restorer), image('target'));
  const spec = { label: 'step', outputs: { loss }, updates: [adam(set, loss, { learningRate: 1e-4 })] };
  return { graph, sets: [set], spec };
}
