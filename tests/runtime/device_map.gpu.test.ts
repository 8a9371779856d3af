import { beforeAll, expect, test } from 'vitest';
import { add, DeviceMap, Engine, Graph, type Program } from '../../src/runtime';
import { FreshMemory } from '../../src/runtime/storage_memory';
import { testGpu } from '../gpu_setup';

const [HEIGHT, WIDTH, CHANNELS] = [11, 9, 3];
const WHOLE = { x: 0, y: 0, width: WIDTH, height: HEIGHT };

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.create({ gpu: testGpu() });
});

/** y = x + 1 over a rectangle. */
async function plusOne(width: number, height: number): Promise<Program> {
  const graph = new Graph();
  const y = add(graph.input('x', [1, height, width, CHANNELS]), graph.input('one', []));
  return engine.compile(graph, { label: 'plus one', outputs: { y } });
}

const counted = Float32Array.from({ length: HEIGHT * WIDTH * CHANNELS }, (_, i) => i);

// Bands of two rows: a rectangle crosses several.
const bandBytes = 2 * 4 * WIDTH * CHANNELS;

test.each([Number.POSITIVE_INFINITY, bandBytes])(
  'rectangles go in and out of maps (bands of %s bytes)',
  async (most) => {
    const [from, to] = [0, 1].map(() => new DeviceMap(new FreshMemory(engine.device), HEIGHT, WIDTH, CHANNELS, most));
    const whole = await plusOne(WIDTH, HEIGHT);
    whole.run({ x: counted, one: 0 }, { keep: { y: { map: from, at: WHOLE, core: WHOLE } } });
    whole.run({ x: counted, one: 0 }, { keep: { y: { map: to, at: WHOLE, core: WHOLE } } });

    const at = { x: 2, y: 3, width: 5, height: 6 };
    const core = { x: 3, y: 4, width: 3, height: 5 };
    const part = await plusOne(at.width, at.height);
    part.run({ x: { map: from, at }, one: 1 }, { keep: { y: { map: to, at, core } } });
    const { y: computed } = await part.read(['y']);

    whole.run({ x: { map: to, at: WHOLE }, one: 0 });
    const { y: kept } = await whole.read();
    kept.forEach((value, i) => {
      const [x, y] = [Math.floor(i / CHANNELS) % WIDTH, Math.floor(i / CHANNELS / WIDTH)];
      const inside = x >= core.x && x < core.x + core.width && y >= core.y && y < core.y + core.height;
      expect(value).toBe(counted[i] + (inside ? 1 : 0));
    });
    expect(computed[0]).toBe(counted[(at.y * WIDTH + at.x) * CHANNELS] + 1);
    for (const made of [from, to, whole, part]) made.destroy();
  },
);

test('a rectangle of another size, and an output that is none, are refused by name', async () => {
  const program = await plusOne(WIDTH, HEIGHT);
  const map = await engine.map(HEIGHT, WIDTH, CHANNELS);
  const small = { x: 0, y: 0, width: 2, height: 2 };
  expect(() => program.run({ x: { map, at: small }, one: 1 })).toThrow(
    "run of 'plus one': got 12 values for 'x', wanted 297, for shape [1, 11, 9, 3]",
  );
  const target = { map, at: WHOLE, core: WHOLE };
  expect(() => program.run({ x: counted, one: 1 }, { keep: { z: target } })).toThrow(
    "run of 'plus one': got an output 'z', wanted outputs y",
  );
  expect(() => program.run({ x: counted, one: 1 }, { keep: { y: { ...target, at: small } } })).toThrow(
    "run of 'plus one': got a rectangle of 12 values for 'y', wanted [1, 11, 9, 3]",
  );
});
