/** The device: which adapter it is, and what it can do. */
import type { DeviceTraits } from './kernel';

export interface AdapterReport {
  /** For people: the device's own description, or its vendor and architecture. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Whether it computes on the CPU. Said aloud wherever a result is shown. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** No GPU can be had. The message says what to do. */
export class NoAdapterError extends Error {
  constructor(why: string) {
    super(
      `no WebGPU adapter: ${why}. Use a current Chrome, Edge, Firefox or Safari on a machine with a GPU, see that ` +
        'hardware acceleration is on in its settings, or update the graphics driver; chrome://gpu tells what is missing',
    );
    this.name = 'NoAdapterError';
  }
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const;

const FEATURES = ['timestamp-query', 'shader-f16', 'subgroups'] as const;
/** Kernels never bind more, so that the same plan serves most devices. */
const MOST_STORAGE_BUFFERS = 10;

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly report: AdapterReport;
  readonly traits: DeviceTraits;
}

/** @throws NoAdapterError where there is no WebGPU or no adapter */
export async function openDevice(gpu: GPU | undefined, options: GPURequestAdapterOptions): Promise<OpenDevice> {
  if (!gpu) throw new NoAdapterError('this browser has no WebGPU');
  const adapter = await gpu.requestAdapter(options);
  if (!adapter) throw new NoAdapterError('the browser offers none');
  const report = describe(adapter);
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((name) => adapter.features.has(name));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures, label: 'mendscope' });
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  const traits: DeviceTraits = {
    kind: report.software ? 'cpu' : 'gpu',
    maxInvocations: device.limits.maxComputeInvocationsPerWorkgroup,
    maxWorkgroupStorage: device.limits.maxComputeWorkgroupStorageSize,
    maxStorageBuffers: Math.min(device.limits.maxStorageBuffersPerShaderStage, MOST_STORAGE_BUFFERS),
    subgroups: device.features.has('subgroups'),
    subgroupSize: device.features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? (subgroupMinSize ?? 0) : 0,
    f16: device.features.has('shader-f16'),
  };
  return { device, report, traits };
}

function describe(adapter: GPUAdapter): AdapterReport {
  const { vendor, architecture, device, description } = adapter.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unnamed adapter';
  const fallback = (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter === true;
  const software =
    fallback ||
    /swiftshader|llvmpipe|lavapipe|software|basic render|warp/i.test(`${name} ${vendor} ${architecture} ${device}`);
  const limits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit] as number]));
  return { name, vendor, architecture, description, software, features: [...adapter.features].sort(), limits };
}
