// ONNX Runtime Web on its WebGPU provider, to be compared (src/bench/peers/contract.ts). It cannot train.
import * as ort from 'onnxruntime-web/webgpu';
import { channelsFirst, channelsLast } from './layout.mjs';
import { convolutionModel, networkModel } from './onnx_model.mjs';

export const onnx = {
  name: 'ONNX Runtime Web',

  async start() {
    ort.env.wasm.wasmPaths = new URL('/onnx/', location.href).href;
    ort.env.logLevel = 'error';
  },

  async convolution(shape, operands) {
    if (shape.direction !== 'forward') throw new Error('it has no gradients');
    const { n, size, ci, co, stride } = shape;
    const out = Math.ceil(size / stride);
    const image = channelsFirst(operands.x, [n, size, size, ci]);
    const model = convolutionModel(shape, operands.w);
    return job(model, image, [n, ci, size, size], (data) => channelsLast(data, [n, out, out, co]));
  },

  async inference(network, weights, image) {
    const shape = [network.batch, 1, network.side, network.side];
    return job(networkModel(network, weights), image, shape, (data) => data);
  },

  async training() {
    throw new Error('it cannot train');
  },
};

async function job(model, image, shape, back) {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['webgpu'],
    // The result stays on the device, as everyone else's does.
    preferredOutputLocation: 'gpu-buffer',
  });
  const device = await ort.env.webgpu.device;
  const buffer = device.createBuffer({
    size: image.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
  });
  device.queue.writeBuffer(buffer, 0, image);
  const input = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shape });
  let latest;
  return {
    async run() {
      latest?.dispose();
      latest = undefined;
      const results = await session.run({ [session.inputNames[0]]: input });
      latest = results[session.outputNames[0]];
    },
    sync: () => device.queue.onSubmittedWorkDone(),
    read: async () => back(new Float32Array(await latest.getData())),
    dispose() {
      latest?.dispose();
      buffer.destroy();
      void session.release();
    },
  };
}
