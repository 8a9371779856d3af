import { beforeAll, expect, test } from 'vitest';
import type { Plane } from '../../src/imaging/image';
import { Random } from '../../src/imaging/random';
import { careStages } from '../../src/models/care';
import { cinGeneratorStages } from '../../src/models/cin_generator';
import { restorerStages } from '../../src/models/restorer';
import type { StagedNetwork } from '../../src/models/stages';
import { Engine, ParameterSet } from '../../src/runtime';
import { paddedExtent, reflected } from '../../src/training/padding';
import { declareNetwork, TiledNetwork } from '../../src/training/tiled_restore';
import { WholeNetwork } from '../../src/training/whole_restore';
import { testGpu } from '../gpu_setup';

const NETWORKS: Record<string, StagedNetwork> = {
  restorer: {
    planes: 1,
    stages: () => restorerStages({ first: 4, blocks: 2, dropout: 0, output: 'residual' }),
  },
  'CIN generator': {
    planes: 2,
    stages: (graph) => cinGeneratorStages(graph.input('task', [1, 2]), { first: 4, blocks: 1, dropout: 0 }),
    inputs: { task: Float32Array.of(0.25, 0.75) },
  },
  'CARE U-Net': { planes: 1, stages: () => careStages({ first: 4, kernel: 5 }) },
};
const SIZES = [
  [1, 1],
  [17, 31],
  [72, 50],
  [128, 96],
] as const;
const TILES = [8, 16, 32, 60];

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.create({ gpu: testGpu() });
});

/** Uneven in brightness, so that tiles with statistics of their own would differ. */
function imageOf(width: number, height: number, planes: number): Plane[] {
  const random = new Random(width * 1000 + height);
  return Array.from({ length: planes }, (_, plane) => ({
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_value, i) =>
      plane > 0 ? random.normal() : Math.tanh(((i % width) / width) * 3 - 2 + 0.4 * random.normal()),
    ),
  }));
}

/** Weights as first drawn, with γ and β and the exits' zeros stirred. */
function stirred(params: ParameterSet): void {
  params.initialise(engine, 3);
  const random = new Random(5);
  const values = params.unpack(params.initialValues(3));
  for (const { data } of values.values()) data.set(data.map((value) => value + 0.1 * random.normal()));
  params.write(engine, values);
}

test('tiled is untiled: three networks, sizes, tile sizes', { timeout: 120_000 }, async () => {
  const rows: string[] = [];
  let worst = 0;
  for (const [name, network] of Object.entries(NETWORKS)) {
    const params = new ParameterSet(name);
    declareNetwork(network, params);
    stirred(params);
    const untiled = new WholeNetwork(engine, network, params);
    const tiled = new TiledNetwork(engine, network, params);
    for (const [width, height] of SIZES) {
      const planes = imageOf(width, height, network.planes);
      const extent = { width: paddedExtent(width, 4), height: paddedExtent(height, 4) };
      const padded = planes.map((plane) => ({
        ...extent,
        data: reflected(plane, extent),
      }));
      const { data: whole } = await untiled.run(padded);
      const range = whole.reduce((a, b) => Math.max(a, b)) - whole.reduce((a, b) => Math.min(a, b));
      const row: string[] = [];
      for (const tile of TILES) {
        const schedule = tiled.plan(extent, { budget: 2 ** 28, tile });
        const { data } = await tiled.run(padded, schedule);
        const difference = data.reduce((most, value, i) => Math.max(most, Math.abs(value - whole[i])), 0);
        const share = difference === 0 ? 0 : difference / range;
        expect(Number.isFinite(share)).toBe(true);
        worst = Math.max(worst, share);
        row.push(`${share.toExponential(1)} (${schedule.tiles})`);
      }
      rows.push(`${name.padEnd(14)} ${`${width}×${height}`.padEnd(8)} ${row.map((cell) => cell.padEnd(16)).join(' ')}`);
    }
  }
  console.log(
    `tiled − untiled as a share of the range (tiles run) at tiles of ${TILES.join(', ')}:\n${rows.join('\n')}`,
  );
  expect(worst).toBeLessThanOrEqual(1e-4);
});
