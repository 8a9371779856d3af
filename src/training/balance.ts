/**
 * How hard each loss term pulls: the norm of its gradient at the network's output, over one batch. The default weights
 * are chosen so that the weighted norms are comparable at the start (tests/training/balance.gpu.test.ts holds them to it).
 */
import { type Engine, type Graph, gradients, sqrt, square, sum, type Tensor } from '../runtime';

/**
 * @param terms scalar losses that depend on `output`
 * @param fed a value for every input that the terms need
 * @returns ‖∂term/∂output‖₂ by term, unweighted
 */
export async function gradientNorms(
  engine: Engine,
  graph: Graph,
  output: Tensor,
  terms: Record<string, Tensor>,
  fed: Record<string, Float32Array>,
): Promise<Record<string, number>> {
  const norms = Object.entries(terms).map(([name, term]) => {
    const [slope] = gradients(term, [output]);
    return [name, sqrt(sum(square(slope)))] as const;
  });
  const program = await engine.compile(graph, { label: 'gradient norms', outputs: Object.fromEntries(norms) });
  program.run(fed, { seed: 0, step: 0 });
  const read = await program.read();
  program.destroy();
  return Object.fromEntries(Object.entries(read).map(([name, [norm]]) => [name, norm]));
}
