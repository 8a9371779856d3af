import type { DeviceTraits } from '../../src/runtime/kernel';

const COMMON = { maxInvocations: 256, maxWorkgroupStorage: 16384, maxStorageBuffers: 10, f16: false };

/** Devices that the choosers tell apart, for tests that plan without one. */
export const DEVICES: Record<string, DeviceTraits> = {
  'on SwiftShader': { ...COMMON, kind: 'cpu', subgroups: true, subgroupSize: 4 },
  'on lavapipe': { ...COMMON, kind: 'cpu', subgroups: true, subgroupSize: 8 },
  'on a GPU': { ...COMMON, kind: 'gpu', subgroups: true, subgroupSize: 32 },
};

/** Limits that no test's tensor reaches. */
export const MEMORY = { mostBindingBytes: 2 ** 31, mostBufferBytes: 2 ** 31 };
