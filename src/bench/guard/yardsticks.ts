/**
 * What the guard measures against: plain kernels straight on the device, so that nothing of the engine can make them faster
 * or slower.
 */
import arithmetic from '../../../shaders/guard_arithmetic.wgsl?raw';
import memory from '../../../shaders/guard_memory.wgsl?raw';
import type { Timeable } from '../suite';

/** `turns`: arithmetic in many small dispatches one after another, as a training step is. */
export type Yardstick = 'arithmetic' | 'memory' | 'turns';

interface Kernel {
  code: string;
  /** Floats of the three buffers, the last being the result. */
  floats: readonly [number, number, number];
  threads: number;
  /** Of those threads, one after another. */
  dispatches?: number;
}

const PIXELS = 48 * 48;
const TURNS = 32;

export const YARDSTICKS: Record<Yardstick, Kernel> = {
  arithmetic: { code: arithmetic, floats: [PIXELS * 32, 9 * 32 * 32, PIXELS * 32], threads: PIXELS * 8 },
  turns: {
    code: arithmetic,
    floats: [PIXELS * 32, 9 * 32 * 32, PIXELS * 32],
    threads: (PIXELS * 8) / TURNS,
    dispatches: 2 * TURNS,
  },
  memory: { code: memory, floats: [2 ** 21, 2 ** 21, 2 ** 21], threads: 2 ** 19 },
};

export interface Measure extends Timeable {
  read(): Promise<Float32Array>;
  destroy(): void;
}

/** @param operands values of the first two buffers */
export async function openYardstick(
  device: GPUDevice,
  { code, floats, threads, dispatches = 1 }: Kernel,
  operands: readonly [Float32Array, Float32Array],
): Promise<Measure> {
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffers = floats.map((count) => device.createBuffer({ size: 4 * count, usage }));
  operands.forEach((values, i) => {
    device.queue.writeBuffer(buffers[i], 0, values as Float32Array<ArrayBuffer>);
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return {
    run() {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(Math.ceil(threads / 64));
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    finished: async () => void (await device.queue.onSubmittedWorkDone()),
    async read() {
      const staging = device.createBuffer({
        size: 4 * floats[2],
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffers[2], 0, staging, 0, 4 * floats[2]);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      const values = new Float32Array(staging.getMappedRange().slice(0));
      staging.destroy();
      return values;
    },
    destroy() {
      for (const buffer of buffers) buffer.destroy();
    },
  };
}
