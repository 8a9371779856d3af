import { expect, test } from 'vitest';
import { CARE_PAPER, careStages } from '../../src/models/care';
import { ARCHITECTURES } from '../../src/models/presets';
import { restorerStages } from '../../src/models/restorer';
import type { StagedNetwork } from '../../src/models/stages';
import { ParameterSet } from '../../src/runtime';
import { footprintOf, lower } from '../../src/runtime/compile';
import type { DeviceTraits } from '../../src/runtime/kernel';
import { BudgetError, type PlanningDevice, planTiles, showSchedule } from '../../src/training/tile_plan';
import { declareNetwork } from '../../src/training/tiled_restore';

const MIB = 2 ** 20;
const traits: DeviceTraits = {
  kind: 'gpu',
  maxInvocations: 256,
  maxWorkgroupStorage: 16384,
  maxStorageBuffers: 8,
  subgroups: false,
  subgroupSize: 0,
  f16: false,
};
const device: PlanningDevice = {
  traits,
  mostBindingBytes: 128 * MIB,
  footprint: (spec) => footprintOf(lower(spec, traits, { mostBindingBytes: Infinity, mostBufferBytes: 256 * MIB })),
};

function plannedFor(network: StagedNetwork, side: number, budget: number, hostBudget?: number) {
  const params = new ParameterSet('network');
  declareNetwork(network, params);
  return planTiles(device, network, params, { width: side, height: side }, { budget, hostBudget });
}

function planned(preset: 'grid' | 'laptop' | 'paper', side: number, budget: number, hostBudget = 4096 * MIB) {
  const network: StagedNetwork = { planes: 1, stages: () => restorerStages(ARCHITECTURES[preset].restorer) };
  return plannedFor(network, side, budget, hostBudget);
}

test.each(['grid', 'laptop'] as const)('8192² of %s stays within 256 MB of device memory', (preset) => {
  const schedule = planned(preset, 8192, 256e6);
  expect(schedule.deviceBytes).toBeLessThanOrEqual(256e6);
  expect(showSchedule(schedule).split('\n')).toHaveLength(1 + schedule.passes.length);
});

test('so does the CARE U-Net, in one pass', () => {
  const schedule = plannedFor({ planes: 1, stages: () => careStages(CARE_PAPER) }, 8192, 256e6);
  expect(schedule.deviceBytes).toBeLessThanOrEqual(256e6);
  expect(schedule.passes).toHaveLength(1);
});

test('the paper’s network at 8192² within 512 MB, most of which its weights take', () => {
  expect(planned('paper', 8192, 512e6).deviceBytes).toBeLessThanOrEqual(512e6);
});

test('arithmetic grows with the pixels, and little with the tiles where maps can be kept', () => {
  const perPixel = (side: number) => planned('laptop', side, 256e6, 64 * 1024 * MIB).flops / side ** 2;
  expect(perPixel(8192) / perPixel(2048)).toBeLessThan(1.02);
  // Maps that the device no longer holds: what is cheap is computed again where fetching it would take longer.
  expect(perPixel(8192) / perPixel(1024)).toBeLessThan(1.3);
});

test('what cannot be kept is computed again', () => {
  const roomy = planned('laptop', 8192, 256e6, 64 * 1024 * MIB);
  const tight = planned('laptop', 8192, 256e6, 4096 * MIB);
  expect(tight.hostBytes).toBeLessThan(roomy.hostBytes);
  expect(tight.flops).toBeGreaterThan(roomy.flops);
});

test('where the device’s memory is the computer’s own, maps on it take little more than maps beside it', () => {
  const network: StagedNetwork = { planes: 1, stages: () => restorerStages(ARCHITECTURES.grid.restorer) };
  const software = { ...device, traits: { kind: 'cpu' } as const };
  const params = new ParameterSet('network');
  declareNetwork(network, params);
  const [beside, within] = [2 ** 30, 2 ** 32].map((budget) =>
    planTiles(software, network, params, { width: 4096, height: 4096 }, { budget }),
  );
  expect([beside.maps, within.maps]).toEqual(['host', 'device']);
  expect(within.deviceBytes + within.hostBytes).toBeLessThan(1.2 * (beside.deviceBytes + beside.hostBytes));
});

test('a budget that holds not even the weights is refused with both numbers', () => {
  expect(() => planned('laptop', 1024, 4e6)).toThrow(BudgetError);
  expect(() => planned('laptop', 1024, 4e6)).toThrow(/got a budget of 3\.8 MiB .* wanted .* MiB/);
});
