import { testGpu } from '../gpu_setup';

const COUNTED = ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createComputePipelineAsync'] as const;

export interface CountingGpu {
  gpu: GPU;
  /** How often each was called on any device of this GPU. */
  made: Record<(typeof COUNTED)[number], number>;
  /** Every shader module made, so that the compiler's messages can be read. */
  modules: { code: string; module: GPUShaderModule }[];
}

/** The tests' GPU with devices that count what they are asked to make. */
export function countingGpu(): CountingGpu {
  const made = { createBuffer: 0, createBindGroup: 0, createComputePipeline: 0, createComputePipelineAsync: 0 };
  const modules: CountingGpu['modules'] = [];
  const watch = (device: GPUDevice): GPUDevice => {
    for (const name of COUNTED) {
      const original = device[name].bind(device) as (...given: unknown[]) => unknown;
      Object.assign(device, {
        [name]: (...given: unknown[]) => {
          made[name]++;
          return original(...given);
        },
      });
    }
    const createShaderModule = device.createShaderModule.bind(device);
    device.createShaderModule = (descriptor) => {
      const module = createShaderModule(descriptor);
      modules.push({ code: descriptor.code, module });
      return module;
    };
    return device;
  };
  const gpu = {
    requestAdapter: async (options?: GPURequestAdapterOptions) => {
      const adapter = await testGpu().requestAdapter(options);
      if (!adapter) return null;
      const requestDevice = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (descriptor) => watch(await requestDevice(descriptor));
      return adapter;
    },
  };
  return { gpu: gpu as unknown as GPU, made, modules };
}

/** What the compiler said of each module, if anything. */
export async function messagesOf(modules: CountingGpu['modules']): Promise<string[]> {
  const told = modules.map(async ({ code, module }) => {
    const { messages } = await module.getCompilationInfo();
    return messages.map(({ lineNum, message, type }) => `${type}: ${message}, at ${code.split('\n')[lineNum - 1]}`);
  });
  return (await Promise.all(told)).flat();
}
