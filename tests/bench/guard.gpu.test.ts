/*
 * A frozen program computes what the engine computed, is told when it no longer does, and what takes several times as
 * long is found. How long the cases take now is what `npm run bench:guard` looks at.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compiled, type Filled, filled, guardCases } from '../../src/bench/guard/cases';
import { freeze } from '../../src/bench/guard/freeze';
import type { Call, FrozenFile, FrozenProgram } from '../../src/bench/guard/frozen';
import { guardRatios, timedContests } from '../../src/bench/guard/measure';
import { replay } from '../../src/bench/guard/replay';
import { judged } from '../../src/bench/guard/verdict';
import { relativeError } from '../../src/bench/statistics';
import { Engine } from '../../src/runtime';
import { testGpu } from '../gpu_setup';

const [convolution, , , norm, , step] = guardCases();

let engine: Engine;
let file: FrozenFile;

beforeAll(async () => {
  engine = await Engine.create({ gpu: testGpu() });
  const paragraphs: string[] = [];
  const programs: Record<string, FrozenProgram> = {};
  for (const one of [convolution, norm, step]) programs[one.name] = await freeze(testGpu(), filled(one), paragraphs);
  const adapter = engine.adapter.name;
  const kept = { adapter, date: '', paragraphs: paragraphs.map((text) => text.split('\n')), programs };
  file = JSON.parse(JSON.stringify(kept));
});
afterAll(() => engine.destroy());

const replayed = (one: Filled, program = file.programs[one.name]) =>
  replay(engine.device, program, file.paragraphs, one.tensors);

/** The program with other calls of a method. */
function altered({ setup, run, outputs }: FrozenProgram, method: string, alter: (given: Call[2]) => Call[2]) {
  const change = (call: Call): Call =>
    call[1] === method ? ([call[0], call[1], alter(call[2]), ...call.slice(3)] as unknown as Call) : call;
  return { setup: setup.map(change), run: run.map(change), outputs };
}

/** It computes the first quarter of what it should. */
const quartered = (program: FrozenProgram): FrozenProgram =>
  altered(program, 'dispatchWorkgroups', ([x, y, z]) => [Math.ceil((x as number) / 4), y, z]);

test.each([convolution, norm])('$name: frozen and engine give the same bits', async (which) => {
  const one = filled(which);
  const [now, frozen] = [await compiled(engine, one), await replayed(one)];
  for (const program of [now, frozen]) program.run();
  const [results, wanted] = [await frozen.read(), await now.read()];
  expect(Object.keys(results)).toEqual(Object.keys(wanted));
  for (const [output, values] of Object.entries(results)) expect(relativeError(values, wanted[output])).toBe(0);
  for (const program of [now, frozen]) program.destroy();
});

test('a frozen step trains: two runs of it give the loss of two runs of the engine, and fifty more go on', async () => {
  const one = filled(step);
  const [now, frozen] = [await compiled(engine, one), await replayed(one)];
  for (const program of [now, frozen]) program.run();
  const first = (await now.read()).loss[0];
  for (const program of [now, frozen]) program.run();
  const second = (await now.read()).loss[0];
  expect(second).toBeLessThan(first);
  expect((await frozen.read()).loss[0]).toBe(second);
  for (let run = 0; run < 50; run++) for (const program of [now, frozen]) program.run();
  for (const { loss } of [await now.read(), await frozen.read()]) {
    expect(loss[0]).toBeGreaterThan(0);
    expect(loss[0]).toBeLessThan(second);
  }
  for (const program of [now, frozen]) program.destroy();
});

test('every case that is asked for gives a ratio, by both clocks', async () => {
  const cpuTime = (): number => process.cpuUsage().user / 1000;
  const names = [convolution.name, norm.name];
  const ratios = await guardRatios(engine, file, { rounds: 1, names, cpuTime });
  expect(Object.keys(ratios)).toEqual(names);
  for (const { wall, cpu } of Object.values(ratios)) {
    expect(wall).toBeGreaterThan(0);
    expect(cpu).toBeGreaterThan(0);
  }
});

test('what takes several times as long as it did fails, and what has not changed passes', async () => {
  const one = filled(convolution);
  const now = await compiled(engine, one);
  const against = async (program?: FrozenProgram) => {
    const frozen = await replayed(one, program);
    const attempts: number[] = [];
    const { slower } = await judged(
      async () => {
        const ratios = await timedContests([{ name: one.name, now, frozen }], 5);
        attempts.push(ratios[one.name].wall);
        return ratios;
      },
      () => undefined,
    );
    frozen.destroy();
    console.log(
      `of ${program ? 'a quarter of the work' : 'the frozen program'}: ${attempts.map((r) => r.toFixed(2)).join(', ')}`,
    );
    return slower.map(({ name }) => name);
  };
  expect(await against(quartered(file.programs[one.name]))).toEqual([one.name]);
  expect(await against()).toEqual([]);
  now.destroy();
});

const measuredOf = (programs: FrozenFile['programs'], paragraphs = file.paragraphs) =>
  guardRatios(engine, { ...file, paragraphs, programs }, { rounds: 1, names: [convolution.name] });

test('a frozen program that computes something else is told', async () => {
  const wrong = { [convolution.name]: quartered(file.programs[convolution.name]) };
  await expect(measuredOf(wrong)).rejects.toThrow(/result differs from the frozen program's by .* --record/);
});

test('a case that was never frozen, and one whose tensors are others, are told', async () => {
  await expect(measuredOf({})).rejects.toThrow('nothing is frozen to compare with; npm run bench:guard -- --record');
  const other = { [convolution.name]: file.programs[norm.name] };
  await expect(measuredOf(other)).rejects.toThrow("wants a tensor 'dy', which the case has not");
});

test('a shader that the device refuses is told', async () => {
  const damaged = file.paragraphs.map((lines) => lines.map((line) => line.replace('fn main(', 'fn other(')));
  await expect(measuredOf(file.programs, damaged)).rejects.toThrow(/cannot be run \(.*entry point.*--record/is);
});
