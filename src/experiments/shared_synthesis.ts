/** Cells that need the same CIN-GAN train it once: Figure 7, and whoever learns from what it paints. */
import { type Engine, Graph, ParameterSet } from '../runtime';
import type { Batches } from '../training/batches';
import { generate } from '../training/cin_gan';
import { KEPT_WEIGHTS, keep, nameOf, samplesOf, trainedOnce, valuesOf } from './kept_weights';
import { type Synthesis, type SynthesisRun, trainSynthesis } from './synthesis';

/** Of an earlier cell where one had the same data and settings; its seconds count in every cell that uses it. */
export async function sharedSynthesis(
  engine: Engine,
  data: Batches,
  run: SynthesisRun,
  tell: (step: number, losses: Record<string, number>) => void,
  folder = KEPT_WEIGHTS,
): Promise<Synthesis & { earlierSeconds: number }> {
  const train = async () => {
    const { generator, ...made } = await trainSynthesis(engine, data, run, tell);
    engine.release(generator);
    return made;
  };
  const made = await trainedOnce(engine, ...decidedBy(data, run), train, folder);
  const generator = declaredGenerator(run, data.tasks.length);
  generator.write(engine, made.weights);
  return { ...made, generator };
}

/** Keeps a trained generator for the cells that come after. */
export function keepSynthesis(
  engine: Engine,
  data: Batches,
  run: SynthesisRun,
  made: Synthesis,
  folder = KEPT_WEIGHTS,
): void {
  keep(nameOf(engine, ...decidedBy(data, run)), made, folder);
}

function declaredGenerator({ shape }: SynthesisRun, tasks: number): ParameterSet {
  const generator = new ParameterSet('generator');
  const graph = new Graph();
  const [clean, noise] = ['clean', 'noise'].map((name) => graph.input(name, [1, 16, 16, 1]));
  generate({ generator }, { clean, noise, task: graph.input('task', [1, tasks]) }, shape);
  return generator;
}

/** CIN-GAN never sees a pair, so pairs decide nothing. */
function decidedBy(data: Batches, { shape, phi, config, seed, from }: SynthesisRun): [unknown[], Float32Array[]] {
  const { generator, critic } = shape;
  const tasks = data.tasks.map(({ name, axial }) => [name, axial]);
  return [
    ['CIN-GAN', generator, critic, config, seed, data.patch, phi.name, tasks],
    [...valuesOf(phi.weights, from?.generator), ...samplesOf(data.tasks.map((task) => ({ ...task, pairs: [] })))],
  ];
}
