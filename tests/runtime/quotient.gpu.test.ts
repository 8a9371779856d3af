/* Division by reciprocal is exact for whatever a tensor's elements count up to. */
import { expect, it } from 'vitest';
import quotient from '../../shaders/quotient.wgsl?raw';
import { Engine } from '../../src/runtime';
import { testGpu } from '../gpu_setup';
import { lcg } from '../reference/lcg';

const MOST = 2 ** 31 - 1;
const CODE = `${quotient}
struct Pair { a: u32, b: u32, inverse: f32, q: u32 }
@group(0) @binding(0) var<storage, read_write> pairs: array<Pair>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&pairs)) { return; }
  pairs[id.x].q = quotient(pairs[id.x].a, pairs[id.x].b, pairs[id.x].inverse);
}`;

/** Around every multiple that matters, and anywhere. */
function pairs(): [number, number][] {
  const uniform = lcg(5);
  const upTo = (most: number) => Math.floor(2 ** (Math.log2(most + 1) * uniform()));
  const extents = [1, 2, 3, 5, 7, 8, 33, 127, 128, 1000, 4097, 65535, 1048576, 16777217, 2 ** 30, MOST];
  const edges = extents.flatMap((b) =>
    [0, 1, 2, 3, Math.floor(MOST / b / 2), Math.floor(MOST / b)].flatMap((n) =>
      [-1, 0, 1].map((d): [number, number] => [Math.min(MOST, Math.max(0, n * b + d)), b]),
    ),
  );
  const drawn = Array.from({ length: 40_000 }, (_, i): [number, number] => {
    const b = Math.max(1, upTo(2 ** 24));
    const a = upTo(MOST);
    return i % 2 ? [a, b] : [Math.min(MOST, Math.max(0, Math.floor(a / b) * b - (i % 4 ? 1 : 0))), b];
  });
  return [...edges, ...drawn];
}

it('a / b for a and b below 2³¹, on and beside every kind of multiple', async () => {
  const { device } = await Engine.create({ gpu: testGpu() });
  const all = pairs();
  const words = new Uint32Array(4 * all.length);
  const floats = new Float32Array(words.buffer);
  for (const [i, [a, b]] of all.entries()) {
    words.set([a, b], 4 * i);
    floats[4 * i + 2] = 1 / b;
  }
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ size: words.byteLength, usage });
  const staging = device.createBuffer({
    size: words.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, words);
  const module = device.createShaderModule({ code: CODE });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.ceil(all.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, words.byteLength);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const found = new Uint32Array(staging.getMappedRange());
  const wrong = all.filter(([a, b], i) => found[4 * i + 3] !== Math.floor(a / b));
  expect(wrong).toEqual([]);
});
