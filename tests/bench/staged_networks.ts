/** The three networks that are restored tile by tile, with weights and images to try them with. */
import type { Plane } from '../../src/imaging/image';
import { Random } from '../../src/imaging/random';
import { careStages } from '../../src/models/care';
import { cinGeneratorStages } from '../../src/models/cin_generator';
import { restorerStages } from '../../src/models/restorer';
import type { StagedNetwork } from '../../src/models/stages';
import { type Engine, ParameterSet } from '../../src/runtime';
import { paddedExtent, reflected } from '../../src/training/padding';
import { declareNetwork, TiledNetwork } from '../../src/training/tiled_restore';
import { WholeNetwork } from '../../src/training/whole_restore';

/** @param first channels of each network's first layer */
export const stagedNetworks = (first: number): Record<string, StagedNetwork> => ({
  restorer: { planes: 1, stages: () => restorerStages({ first, blocks: 2, dropout: 0, output: 'residual' }) },
  'CIN generator': {
    planes: 2,
    stages: (graph) => cinGeneratorStages(graph.input('task', [1, 2]), { first, blocks: 1, dropout: 0 }),
    inputs: { task: Float32Array.of(0.25, 0.75) },
  },
  'CARE U-Net': { planes: 1, stages: () => careStages({ first, kernel: 5 }) },
});

export interface Trial {
  whole: WholeNetwork;
  tiled: TiledNetwork;
}

/** A network both ways, with weights as first drawn, stirred so that no γ, β or exit is idle. */
export function trialOf(engine: Engine, name: string, network: StagedNetwork): Trial {
  const params = new ParameterSet(name);
  declareNetwork(network, params);
  const random = new Random(5);
  const values = params.unpack(params.initialValues(3));
  for (const { data } of values.values()) data.set(data.map((value) => value + 0.1 * random.normal()));
  params.write(engine, values);
  return { whole: new WholeNetwork(engine, network, params), tiled: new TiledNetwork(engine, network, params) };
}

/** The network's planes, padded: an image uneven in brightness, so that a tile's own statistics would show, and noise. */
export function planesOf(width: number, height: number, { planes }: StagedNetwork): Plane[] {
  const random = new Random(width * 1000 + height);
  const extent = { width: paddedExtent(width, 4), height: paddedExtent(height, 4) };
  return Array.from({ length: planes }, (_, plane) => {
    const data = new Float32Array(width * height);
    for (let i = 0; i < data.length; i++) {
      const noise = random.normal();
      data[i] = plane > 0 ? noise : Math.tanh(((i % width) / width) * 3 - 2 + 0.4 * noise);
    }
    return { ...extent, data: reflected({ width, height, data }, extent) };
  });
}

/** The largest difference as a share of the range of `wanted`; NaN where anything is not finite. */
export function largestShare({ data: got }: Plane, { data: wanted }: Plane): number {
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i] - wanted[i]);
    if (!Number.isFinite(difference)) return Number.NaN;
    most = Math.max(most, difference);
    least = Math.min(least, wanted[i]);
    greatest = Math.max(greatest, wanted[i]);
  }
  return most === 0 ? 0 : most / (greatest - least || 1);
}
