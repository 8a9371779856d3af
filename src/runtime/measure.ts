/** Times the candidates of a program's ops on the device, each op with the shapes it has there, and remembers the fastest. */
import { type ChoiceTable, candidatesOf, choiceKey } from './choices';
import { lower, type MemoryLimits, type ProgramSpec, wantedBy } from './compile';
import { Graph, type Tensor } from './graph';
import type { Candidate, DeviceTraits } from './kernel';
import { neededBy } from './materialise';
import { Program } from './program';
import type { Home } from './program_memory';
import { sizeOf } from './shape';

/** Another than the rule's must take at most so much of its time: what is closer changes from day to day. */
const MARGIN = 0.95;
const ROUNDS = 3;
/** A candidate that takes so many times the best so far is timed no further. */
const HOPELESS = 2;

/** What is needed to run an op alone. */
export interface Bench {
  readonly home: Home;
  readonly device: DeviceTraits;
  readonly limits: MemoryLimits;
}

/** Ops of a program that can be computed by more than one kernel. */
export const choicesIn = (spec: ProgramSpec, device: DeviceTraits): Tensor[] =>
  neededBy(wantedBy(spec)).filter((node) => candidatesOf(node, device).length > 1);

/**
 * Puts the fastest kernel of each op into the table, where `deadline` (of performance.now) leaves time to find it: the ops
 * with the most arithmetic first.
 */
export async function measureChoices(
  nodes: readonly Tensor[],
  table: ChoiceTable,
  bench: Bench,
  deadline: number,
): Promise<void> {
  const work = new Map(nodes.map((node) => [node, workOf(candidatesOf(node, bench.device)[0])]));
  for (const node of [...nodes].sort((a, b) => (work.get(b) ?? 0) - (work.get(a) ?? 0))) {
    if (performance.now() > deadline) return;
    if (table.has(node)) continue;
    const found = await fastest(node, candidatesOf(node, bench.device), bench, deadline);
    if (found) table.remember(node, found);
  }
}

const workOf = (candidate: Candidate): number =>
  candidate.make({}).kernels.reduce((total, { flops = 0 }) => total + flops, 0);

/** Undefined where not every candidate could be timed. */
async function fastest(
  node: Tensor,
  candidates: readonly Candidate[],
  bench: Bench,
  deadline: number,
): Promise<Candidate | undefined> {
  const feed = feedOf(node);
  const times: number[] = [];
  const programs: Program[] = [];
  try {
    for (const candidate of candidates) {
      if (performance.now() > deadline) return undefined;
      const program = await alone(node, candidate, bench);
      programs.push(program);
      await timeOf(program, feed, bench); // to warm up
      times.push(await timeOf(program, feed, bench));
    }
    for (let round = 1; round < ROUNDS; round++)
      for (const [i, program] of programs.entries()) {
        const hopeless = times[i] > HOPELESS * Math.min(...times);
        if (!hopeless && performance.now() < deadline)
          times[i] = Math.min(times[i], await timeOf(program, feed, bench));
      }
  } finally {
    for (const program of programs) program.destroy();
  }
  const at = times.indexOf(Math.min(...times));
  return times[at] < MARGIN * times[0] ? candidates[at] : candidates[0];
}

/** A program of that op alone. */
async function alone(node: Tensor, candidate: Candidate, { home, device, limits }: Bench): Promise<Program> {
  const graph = new Graph();
  const inputs = node.inputs.map(({ shape }, i) => graph.input(`${i}`, shape));
  const y = graph.add(node.op, inputs, node.shape, choiceKey(node));
  const spec = { label: `${candidate.name} ${choiceKey(node)}`, outputs: { y } };
  return Program.make(
    home,
    spec,
    lower(spec, device, limits, () => candidate),
  );
}

/** Some numbers of order one, none of them so small that a CPU slows down. */
const feedOf = (node: Tensor): Record<string, Float32Array> =>
  Object.fromEntries(
    node.inputs.map(({ shape }, i) => [
      `${i}`,
      Float32Array.from({ length: sizeOf(shape) }, (_, k) => ((k * 7919) % 1021) / 1021 + 0.25),
    ]),
  );

/** Milliseconds of one run: by the device's clock where it has one, else until it is done. */
async function timeOf(program: Program, feed: Record<string, Float32Array>, { home }: Bench): Promise<number> {
  if (home.device.features.has('timestamp-query')) {
    const kernels = await program.profile(feed);
    return kernels.reduce((total, { ms }) => total + ms, 0);
  }
  const start = performance.now();
  program.run(feed);
  await program.finished();
  return performance.now() - start;
}
