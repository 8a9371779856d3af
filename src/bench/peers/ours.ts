/** This project's engine as one of those compared: its own models, and the path by which it restores an image. */
import type { Plane } from '../../imaging/image';
import { Random } from '../../imaging/random';
import { CARE_PAPER, careStages } from '../../models/care';
import { ARCHITECTURES } from '../../models/presets';
import { restorerStages } from '../../models/restorer';
import { type StagedNetwork, throughStages } from '../../models/stages';
import {
  adam,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  type Engine,
  Graph,
  l1,
  ParameterSet,
  type Program,
  type ProgramSpec,
  type Tensor,
  zeros,
} from '../../runtime';
import { defaultBudget, defaultPiecesBudget } from '../../training/restore';
import { declareNetwork, TiledNetwork } from '../../training/tiled_restore';
import { WholeNetwork } from '../../training/whole_restore';
import type { Engineer, Job, PeerConvolution, PeerNetwork, Weights } from './contract';

const NETWORKS: Record<PeerNetwork['name'], StagedNetwork> = {
  'CARE U-Net': { planes: 1, stages: () => careStages(CARE_PAPER) },
  'IN generator': { planes: 1, stages: () => restorerStages(ARCHITECTURES.laptop.restorer) },
};

/** Weights that every engine starts from. None is zero, so that every layer shows in the result and in the loss. */
export function commonWeights({ name }: PeerNetwork): Weights {
  const set = new ParameterSet('network');
  declareNetwork(NETWORKS[name], set);
  const random = new Random(7);
  const values = set.unpack(set.initialValues(1));
  for (const [name, { shape, data }] of values) {
    const isWeight = name.endsWith('.weight');
    const fanIn = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const spread = isWeight ? Math.sqrt(2 / fanIn) : 0.1;
    const centre = name.endsWith('.gamma') ? 1 : 0;
    for (let i = 0; i < data.length; i++) data[i] = centre + spread * random.normal();
  }
  return values;
}

export const ours = (engine: Engine): Engineer => ({
  name: 'mendscope',
  start: () => Promise.resolve(),

  async convolution(shape, operands) {
    const graph = new Graph();
    const set = new ParameterSet('operands');
    const result = convolved(set, graph, shape);
    const job = await programJob(engine, graph, set, { label: shape.direction, outputs: { result } }, {});
    set.write(engine, new Map(set.entries.map(({ name, shape: of }) => [name, { shape: of, data: operand(name) }])));
    return job;

    function operand(name: string): Float32Array {
      return operands[name as keyof typeof operands];
    }
  },

  async inference({ name, side }, weights, image) {
    const network = NETWORKS[name];
    const set = new ParameterSet('network');
    declareNetwork(network, set);
    set.write(engine, new Map(weights));
    const extent = { width: side, height: side };
    if (new WholeNetwork(engine, network, set).fits(extent, defaultBudget(engine))) {
      const graph = new Graph();
      const x = graph.input('x', [1, side, side, 1]);
      const restored = throughStages(set.scope(graph), network.stages(graph), x, x);
      return programJob(engine, graph, set, { label: name, outputs: { restored } }, { x: image });
    }
    const tiled = new TiledNetwork(engine, network, set);
    const schedule = tiled.plan(extent, { budget: defaultPiecesBudget(engine) });
    let restored: Plane = { ...extent, data: new Float32Array() };
    return {
      async run() {
        restored = await tiled.run([{ ...extent, data: image }], schedule);
      },
      sync: () => Promise.resolve(),
      read: () => Promise.resolve(restored.data),
      dispose() {
        tiled.destroy();
        engine.release(set);
      },
    };
  },

  async training({ name, batch, side }, weights, image, target) {
    const network = NETWORKS[name];
    const graph = new Graph();
    const set = new ParameterSet('network');
    const input = (of: string): Tensor => graph.input(of, [batch, side, side, 1]);
    const x = input('x');
    const loss = l1(throughStages(set.scope(graph), network.stages(graph), x, x), input('target'));
    const updates = [adam(set, loss, { learningRate: 1e-4 })];
    const job = await programJob(engine, graph, set, { label: name, outputs: { loss }, updates }, { x: image, target });
    set.write(engine, new Map(weights));
    return job;
  },
});

function convolved(set: ParameterSet, graph: Graph, shape: PeerConvolution): Tensor {
  const { direction, n, size, ci, co, k, stride } = shape;
  const out = Math.ceil(size / stride);
  const p = set.scope(graph);
  const x = (): Tensor => p.parameter('x', [n, size, size, ci], zeros());
  const w = (): Tensor => p.parameter('w', [k, k, ci, co], zeros());
  const dy = (): Tensor => p.parameter('dy', [n, out, out, co], zeros());
  if (direction === 'forward') return conv2d(x(), w(), { stride });
  if (direction === 'input gradient') return conv2dInputGradient(dy(), w(), { inputSize: [size, size], stride });
  return conv2dWeightGradient(x(), dy(), { kernel: [k, k], stride });
}

async function programJob(
  engine: Engine,
  graph: Graph,
  set: ParameterSet,
  spec: ProgramSpec,
  inputs: Record<string, Float32Array>,
): Promise<Job> {
  const program: Program = await engine.compile(graph, spec);
  return {
    run: () => program.run(inputs),
    sync: () => program.finished(),
    read: async () => Object.values(await program.read())[0],
    dispose() {
      program.destroy();
      engine.release(set);
    },
  };
}
