/*
 * Every text that the engine can make of its shaders compiles without a message: the kernels that it chooses for each
 * kind of device over shapes that take every branch of its choosers, and the fused kernels around them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import * as op from '../../src/runtime';
import { candidatesOf } from '../../src/runtime/choices';
import { lower } from '../../src/runtime/compile';
import { expandShader } from '../../src/runtime/shaders';
import { countingGpu, messagesOf } from './counting_gpu';

type Traits = op.Engine['traits'];
type Defines = Record<string, boolean | string>;

/** What the choosers tell apart; the rest of the traits are the adapter's own. */
const DEVICES: Partial<Traits>[] = [
  {},
  { kind: 'cpu', subgroups: true, subgroupSize: 4 },
  { kind: 'cpu', subgroups: true, subgroupSize: 8 },
  { kind: 'cpu', subgroups: false, subgroupSize: 0 },
  { kind: 'gpu', subgroups: false, subgroupSize: 0 },
  { kind: 'gpu', subgroups: true, subgroupSize: 32 },
];

/** Candidates of an op on any device: four tiles and the direct kernel. */
const MOST_CANDIDATES = 5;

/** Input and output channels: one, a multiple of four or not, few and many. */
const CHANNELS = [
  [1, 4],
  [4, 1],
  [3, 3],
  [3, 8],
  [8, 3],
  [4, 8],
  [1, 64],
  [64, 64],
];

/** Ops over shapes that choosers tell apart: channels, kernels, strides, few and many pixels, what stands behind. */
function everything(graph: op.Graph): Record<string, op.Tensor> {
  const outputs: Record<string, op.Tensor> = {};
  const input = (name: string, ...shape: number[]) => graph.input(name, shape);
  const keep = (name: string, y: op.Tensor, ...targets: op.Tensor[]) => {
    outputs[name] = y;
    op.gradients(op.sum(op.square(y)), targets).forEach((d, i) => {
      outputs[`${name} ${i}`] = d;
    });
  };
  for (const [CI, CO] of CHANNELS)
    for (const [K, stride, size] of [
      [1, 1, 8],
      [3, 1, 16],
      [3, 2, 9],
      [4, 2, 8],
    ]) {
      const name = `${CI} ${CO} ${K} ${stride}`;
      const x = input(`x ${name}`, 2, size, size, CI);
      const w = input(`w ${name}`, K, K, CI, CO);
      const b = input(`b ${name}`, CO);
      keep(`conv ${name}`, op.conv2d(x, w, { stride }), x, w);
      keep(`upsampled ${name}`, op.upsampleConv2d(x, w), x, w);
      keep(`biased ${name}`, op.leakyRelu(op.add(op.conv2d(x, w, { stride }), b)), x, w, b);
      keep(`normed ${name}`, op.relu(op.instanceNorm(op.conv2d(x, w, { stride }))), x, w);
    }
  for (const [M, K, N] of [
    [3, 5, 2],
    [64, 64, 64],
    [4, 256, 8],
  ])
    for (const transposeA of [false, true])
      for (const transposeB of [false, true]) {
        const name = `${M} ${K} ${N} ${transposeA} ${transposeB}`;
        const a = transposeA ? input(`a ${name}`, K, M) : input(`a ${name}`, M, K);
        const b = transposeB ? input(`m ${name}`, N, K) : input(`m ${name}`, K, N);
        keep(`matmul ${name}`, op.matmul(a, b, { transposeA, transposeB }), a, b);
      }
  for (const C of [3, 4]) {
    const x = input(`image ${C}`, 2, 6, 6, C);
    const around: [number, number][] = [
      [0, 0],
      [1, 2],
      [2, 1],
      [0, 0],
    ];
    keep(`zero pad ${C}`, op.pad(x, around), x);
    keep(`mirror ${C}`, op.pad(x, around, 'reflect'), x);
    keep(`max ${C}`, op.maxPool(x), x);
    keep(`max over overlapping windows ${C}`, op.maxPool(x, { size: 3, stride: 2 }), x);
    keep(`every second ${C}`, op.slice(x, [0, 0, 1, 0], [2, 3, 2, C], [1, 2, 2, 1]), x);
    const [dx] = op.gradients(op.sum(op.square(op.maxPool(x))), [x]);
    keep(`max twice ${C}`, op.square(dx), x);
    keep(`average ${C}`, op.averagePool(x, { size: 3, stride: 2 }), x);
    keep(`nearest ${C}`, op.upsampleNearest(x), x);
    keep(`bilinear ${C}`, op.resizeBilinear(x, [9, 4]), x);
    keep(`gram ${C}`, op.gram(x), x);
    keep(`noise ${C}`, op.mul(x, op.randomNormal(graph, x.shape, 1)), x);
    keep(`dropout ${C}`, op.dropout(op.tanh(x), 0.5, 2), x);
    for (const axes of [[0], [1, 2], [3], [0, 1, 2, 3]]) keep(`sum ${C} ${axes}`, op.sum(op.exp(x), axes), x);
    outputs[`one hot ${C}`] = op.oneHot(input(`index ${C}`, C), 5);
  }
  return outputs;
}

describe('shaders', () => {
  const { gpu, modules } = countingGpu();
  let engine: op.Engine;
  const variants = new Map<string, { shader: string; defines: Defines }>();

  beforeAll(async () => {
    engine = await op.Engine.create({ gpu });
    const graph = new op.Graph();
    const outputs = everything(graph);
    const limits = { mostBindingBytes: 2 ** 27, mostBufferBytes: 2 ** 28 };
    for (const device of DEVICES)
      for (let nth = 0; nth < MOST_CANDIDATES; nth++) {
        const spec = { label: 'everything', outputs };
        const { units } = lower(spec, { ...engine.traits, ...device }, limits, (node, of) => {
          const candidates = candidatesOf(node, of);
          return candidates[Math.min(nth, candidates.length - 1)];
        });
        for (const { shader, defines } of units.flatMap((unit) => unit.dispatches))
          variants.set(JSON.stringify([shader, defines]), { shader, defines });
      }
    for (const shader of ['adam', 'moving_average', 'fma_peak', 'copy']) variants.set(shader, { shader, defines: {} });
  });

  it('every variant compiles without a message', async () => {
    const texts = new Set([...variants.values()].map(({ shader, defines }) => expandShader(shader, defines)));
    for (const code of texts) engine.device.createShaderModule({ code });
    expect(modules.length).toBe(texts.size);
    expect(await messagesOf(modules)).toEqual([]);
    console.log(`${texts.size} shader texts of ${variants.size} variants compile without a message`);
  });

  it('the variants take every switch of every shader both ways', () => {
    const seen = new Map<string, Set<unknown>>();
    for (const { shader, defines } of variants.values())
      for (const [name, value] of Object.entries(defines)) {
        const key = `${shader} ${name}`;
        seen.set(key, (seen.get(key) ?? new Set()).add(value));
      }
    const reached = new Set([...variants.values()].map(({ shader }) => shader));
    const switches = readdirSync('shaders').flatMap((file) => {
      const shader = file.replace('.wgsl', '');
      if (!reached.has(shader)) return [];
      const source = readFileSync(`shaders/${file}`, 'utf8');
      return [...source.matchAll(/^\s*#(?:el)?if \$\{(\w+)\}/gm)].map(([, name]) => `${shader} ${name}`);
    });
    const oneWay = [...new Set(switches)].filter((key) => !seen.get(key)?.has(true) || !seen.get(key)?.has(false));
    expect(oneWay).toEqual([]);
  });

  it('every file is reached, by itself or as a library of one that is', () => {
    const libraries = ['pointwise', 'quotient', 'random', 'subgroup_sums', 'tile_sums'];
    const reached = new Set([...libraries, ...[...variants.values()].map(({ shader }) => shader)]);
    const files = readdirSync('shaders').map((file) => file.replace('.wgsl', ''));
    expect(files.filter((file) => !reached.has(file))).toEqual([]);
  });
});
