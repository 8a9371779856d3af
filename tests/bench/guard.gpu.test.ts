/*
 * The guard's yardsticks compute what they say, and its cases run and are checked. Times are not looked at here: `npm run
 * bench:guard` does that.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guardCases } from '../../src/bench/guard/cases';
import { guardRatios } from '../../src/bench/guard/measure';
import { openYardstick, YARDSTICKS } from '../../src/bench/guard/yardsticks';
import { timed } from '../../src/bench/suite';
import { Engine } from '../../src/runtime';
import { testGpu } from '../gpu_setup';

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.create({ gpu: testGpu() });
});
afterAll(() => engine.destroy());

const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.37));

test('the yardstick of arithmetic is a 3×3 convolution', async () => {
  const [x, w] = [values(48 * 48 * 32), values(9 * 32 * 32)];
  const measure = await openYardstick(engine.device, YARDSTICKS.arithmetic, [x, w]);
  await timed(measure, 1);
  const y = await measure.read();
  for (const [oy, ox, co] of [
    [0, 0, 0],
    [47, 20, 31],
    [13, 47, 5],
    [30, 31, 17],
  ]) {
    let wanted = 0;
    for (let ky = 0; ky < 3; ky++)
      for (let kx = 0; kx < 3; kx++) {
        const [iy, ix] = [oy + ky - 1, ox + kx - 1];
        if (iy < 0 || ix < 0 || iy > 47 || ix > 47) continue;
        for (let ci = 0; ci < 32; ci++) wanted += x[(iy * 48 + ix) * 32 + ci] * w[((ky * 3 + kx) * 32 + ci) * 32 + co];
      }
    // 288 terms of at most 1 in single precision.
    expect(y[(oy * 48 + ox) * 32 + co]).toBeCloseTo(wanted, 3);
  }
  measure.destroy();
});

test('the yardstick of memory reads two buffers and writes one', async () => {
  const [x, y] = [values(2 ** 21), values(2 ** 21).reverse()];
  const measure = await openYardstick(engine.device, YARDSTICKS.memory, [x, y]);
  await timed(measure, 1);
  const z = await measure.read();
  for (const i of [0, 1, 2 ** 20, 2 ** 21 - 1]) expect(z[i]).toBe(Math.fround(Math.max(x[i], 0) + y[i]));
  measure.destroy();
});

test('every case of the guard gives a ratio, by both clocks', async () => {
  const cpuTime = (): number => process.cpuUsage().user / 1000;
  const ratios = await guardRatios(engine, { rounds: 1, cpuTime });
  expect(Object.keys(ratios)).toEqual(guardCases().map(({ name }) => name));
  for (const { wall, cpu } of Object.values(ratios)) {
    expect(wall).toBeGreaterThan(0);
    expect(cpu).toBeGreaterThan(0);
  }
  const [first] = guardCases();
  expect(Object.keys(await guardRatios(engine, { rounds: 1, names: [first.name] }))).toEqual([first.name]);
});
