/** Cells that need the same CIN-GAN train it once: Figure 7, and whoever learns from what it paints. */
import { type Engine, Graph, ParameterSet } from '../runtime';
import type { Batches } from '../training/batches';
import { generate } from '../training/cin_gan';
import { KEPT_WEIGHTS, keep, nameOf, openKept, samplesOf } from './kept_weights';
import { type Synthesis, type SynthesisRun, trainSynthesis } from './synthesis';

/** Of an earlier cell where one had the same data and settings; its seconds count in every cell that uses it. */
export async function sharedSynthesis(
  engine: Engine,
  data: Batches,
  run: SynthesisRun,
  tell: (step: number, losses: Record<string, number>) => void,
  folder = KEPT_WEIGHTS,
): Promise<Synthesis & { earlierSeconds: number }> {
  const kept = openKept(synthesisName(engine, data, run), folder);
  if (kept) {
    const generator = declaredGenerator(run, data.tasks.length);
    generator.write(engine, kept.weights);
    return { ...kept, generator, earlierSeconds: kept.seconds };
  }
  const made = await trainSynthesis(engine, data, run, tell);
  keepSynthesis(engine, data, run, made, folder);
  return { ...made, earlierSeconds: 0 };
}

/** Keeps a trained generator for the cells that come after. */
export function keepSynthesis(
  engine: Engine,
  data: Batches,
  run: SynthesisRun,
  made: Synthesis,
  folder = KEPT_WEIGHTS,
): void {
  keep(synthesisName(engine, data, run), made, folder);
}

function declaredGenerator({ shape }: SynthesisRun, tasks: number): ParameterSet {
  const generator = new ParameterSet('generator');
  const graph = new Graph();
  const [clean, noise] = ['clean', 'noise'].map((name) => graph.input(name, [1, 16, 16, 1]));
  generate({ generator }, { clean, noise, task: graph.input('task', [1, tasks]) }, shape);
  return generator;
}

/** CIN-GAN never sees a pair, so pairs are no part of the name. */
function synthesisName(engine: Engine, data: Batches, { shape, phi, config, seed, from }: SynthesisRun): string {
  const { generator, critic } = shape;
  const weights = [phi.weights, from?.generator ?? new Map()].flatMap((set) => [...set.values()]);
  const tasks = data.tasks.map(({ name, axial }) => [name, axial]);
  return nameOf(
    ['CIN-GAN', engine.adapter.name, generator, critic, config, seed, data.patch, phi.name, tasks],
    [...weights.map((values) => values.data), ...samplesOf(data.tasks.map((task) => ({ ...task, pairs: [] })))],
  );
}
