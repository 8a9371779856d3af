import { beforeAll, describe, expect, test } from 'vitest';
import type { StagedNetwork } from '../../src/models/stages';
import { Engine } from '../../src/runtime';
import { largestShare, planesOf, stagedNetworks, trialOf } from '../bench/staged_networks';
import { testGpu } from '../gpu_setup';

const CASES = [
  { width: 1, height: 1, tiles: [8] },
  { width: 17, height: 31, tiles: [8, 16] },
  { width: 72, height: 50, tiles: [20, 32] },
  { width: 144, height: 96, tiles: [40] },
];
/** A software adapter on a busy computer takes a while. */
const TIMEOUT = 180_000;
const TOLERANCE = 1e-4; // of the range; 1e-6 is what rounding gives

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.create({ gpu: testGpu() });
});

describe.each(Object.entries(stagedNetworks(4)))('%s', (name, network) => {
  /** The difference that windows without surroundings make. */
  async function withoutHalo(): Promise<number> {
    const blind: StagedNetwork = {
      ...network,
      stages: (graph) =>
        network.stages(graph).map((stage) => ({
          ...stage,
          norms: stage.norms.map((point) => ({ ...point, reach: 0 })),
          output: { ...stage.output, reach: 0 },
        })),
    };
    const { whole, tiled } = trialOf(engine, name, blind);
    const planes = planesOf(72, 50, network);
    const wanted = await whole.run(planes);
    return largestShare(await tiled.run(planes, tiled.plan(wanted, { budget: 2 ** 28, tile: 32 })), wanted);
  }

  test('tiled is untiled', { timeout: TIMEOUT }, async () => {
    const { whole, tiled } = trialOf(engine, name, network);
    const rows: string[] = [];
    for (const { width, height, tiles } of CASES) {
      const planes = planesOf(width, height, network);
      const wanted = await whole.run(planes);
      for (const [i, tile] of tiles.entries()) {
        const maps = i % 2 === 0 ? 'device' : 'host';
        const schedule = tiled.plan(wanted, { budget: 2 ** 28, tile, maps });
        const share = largestShare(await tiled.run(planes, schedule), wanted);
        rows.push(
          `${width}×${height} by ${tile} (maps on the ${maps}): ${share.toExponential(1)} (${schedule.tiles} runs)`,
        );
        expect(share).toBeLessThanOrEqual(TOLERANCE);
      }
    }
    expect(await withoutHalo()).toBeGreaterThan(TOLERANCE); // what the test would see
    console.log(`${name}, tiled − untiled as a share of the range: ${rows.join(', ')}`);
  });
});

/** Bytes of storage that a device makes from now on; what lives of it and of what is read back, the most that did. */
function watched(device: GPUDevice): { made: number; living: number; most: number } {
  const bytes = { made: 0, living: 0, most: 0 };
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    if (descriptor.usage & GPUBufferUsage.UNIFORM) return buffer;
    if (descriptor.usage & GPUBufferUsage.STORAGE) bytes.made += buffer.size;
    bytes.living += buffer.size;
    bytes.most = Math.max(bytes.most, bytes.living);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      bytes.living -= buffer.size;
      destroy();
    };
    return buffer;
  };
  return bytes;
}

test.each(['device', 'host'] as const)(
  'passes hand their memory on, within what the schedule says (maps on the %s)',
  { timeout: TIMEOUT },
  async (maps) => {
    const own = await Engine.create({ gpu: testGpu() });
    const network = stagedNetworks(4).restorer;
    const { tiled } = trialOf(own, 'restorer', network);
    const planes = planesOf(144, 96, network);
    const schedule = tiled.plan(planes[0], { budget: 2 ** 28, tile: 64, maps });
    const bytes = watched(own.device);
    await tiled.run(planes, schedule);
    expect(bytes.most).toBeLessThanOrEqual(schedule.deviceBytes);
    expect(bytes.made).toBeLessThan(1.5 * bytes.most); // of their own, passes would take 1.7 and 4 times as much
    const { made } = bytes;
    await tiled.run(planes, schedule);
    expect(bytes.made - made).toBeLessThan(0.5 * made); // another run finds most of it there
    expect(bytes.most).toBeLessThanOrEqual(schedule.deviceBytes);
    tiled.destroy();
    expect(bytes.living).toBe(0);
    own.destroy();
  },
);
