import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli/program';
import { imageOfPlane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { writeImage } from '../../src/imaging/write_image';

const folder = mkdtempSync(join(tmpdir(), 'mendscope-train-'));
afterAll(() => rmSync(folder, { recursive: true }));

const model = join(folder, 'model.safetensors');
const checkpoint = join(folder, 'checkpoint.safetensors');
const TRAIN = ['train', '--pairs', 'axial=phantom:embryo-axial', '--unpaired', 'noise=phantom:embryo-noise'];
const SHORT = ['--limit', '2', '--preset', 'tiny', '--patch', '16', '--batch', '2', '--steps', '3', '--cin-steps', '2'];

/** Milliseconds: two phases on a software adapter take seconds, and minutes where others use the machine too. */
const BUSY_MACHINE = 240_000;

async function run(...words: string[]): Promise<{ code: number; json: Record<string, unknown>; err: string }> {
  let out = '';
  let err = '';
  const code = await main(
    [...words, '--json'],
    (text) => {
      out += text;
    },
    (text) => {
      err += text;
    },
  );
  return { code, json: JSON.parse(out || '{}'), err };
}

let trained: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  trained = await run(...TRAIN, ...SHORT, '--seed', '4', '--out', model);
}, BUSY_MACHINE);

test('train tells its progress on standard error and the outcome as one JSON object', () => {
  expect(trained.err).toMatch(/^adapter: .*\n.*compiling/);
  expect(trained.err).toMatch(/cin-gan +2\/2 {2}wasserstein .* style .*\n/);
  expect(trained.err).toMatch(/mend +3\/3 {2}pixel .* squared .*\n/);
  expect(trained.err).toMatch(/cgan +1\/1 {2}discriminator .* pixel .*\n/);
  expect(trained.code).toBe(0);
  expect(trained.json).toMatchObject({ model, finished: true, steps: { cinGan: 2, mend: 3, cGan: 1 } });
  expect(trained.json.tasks).toEqual([
    { name: 'axial', axial: true },
    { name: 'noise', axial: false },
  ]);
});

test('info describes the model', async () => {
  const { code, json } = await run('info', model);
  expect(code).toBe(0);
  expect(json).toMatchObject({ kind: 'model', preset: 'tiny', seed: 4, taskFree: true });
  expect(json.provenance).toMatchObject({
    phi: 'mendscope',
    data: [
      { task: 'axial', kind: 'paired', defective: 2, clean: 2 },
      { task: 'noise', kind: 'unpaired', defective: 2, clean: 2 },
    ],
  });
});

test('restore keeps name, size and sample type; an unknown task is refused', async () => {
  const input = join(folder, 'odd.tif');
  const { defective } = phantomPair('embryo-axial', { seed: 9, size: 45 });
  const plane = { ...defective, data: defective.data.map((v) => Math.round(Math.max(0, 1000 + 9000 * v))) };
  writeFileSync(input, writeImage(imageOfPlane(plane, 'uint16'), 'tiff'));
  const restored = await run('restore', input, '--model', model, '--out', join(folder, 'out'));
  expect(restored.code).toBe(0);
  const output = join(folder, 'out', 'odd.tif');
  expect(restored.json.restored).toMatchObject([{ input, output }]);
  const { json } = await run('info', output);
  expect(json).toMatchObject({ sampleType: 'uint16', size: { t: 1, z: 1, c: 1, y: 45, x: 45 } });
  const refused = await run('restore', input, '--model', model, '--out', join(folder, 'out'), '--task', 'haze');
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("got task 'haze', wanted one of the model's: axial, noise");
});

test('restore stays within the memory given: a large image goes in tiles', async () => {
  const input = join(folder, 'large.tif');
  const { defective } = phantomPair('embryo-axial', { seed: 9, size: 260 });
  writeFileSync(input, writeImage(imageOfPlane(defective, 'float32'), 'tiff'));
  const { code, json, err } = await run(
    'restore',
    input,
    '--model',
    model,
    '--out',
    join(folder, 'out'),
    '--memory',
    '12',
  );
  expect(code).toBe(0);
  expect(err).toMatch(
    /large\.tif: \d+ passes over \d+ tiles, maps on the (device|host); at most \d+\.\d MiB on the device/,
  );
  const [{ tiled }] = json.restored as { tiled: { passes: number; tiles: number; deviceBytes: number } }[];
  expect(tiled.deviceBytes).toBeLessThanOrEqual(12e6);
  expect(tiled.tiles).toBeGreaterThan(tiled.passes);
  const refused = await run('restore', input, '--model', model, '--out', join(folder, 'out'), '--memory', 'much');
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('--memory: got much, wanted megabytes');
});

test('from a finished model, in half the bytes', async () => {
  const further = join(folder, 'further.safetensors');
  const wanted = [...TRAIN, ...SHORT, '--seed', '5', '--out', further];
  expect((await run(...wanted, '--from', model, '--half')).code).toBe(0);
  expect(statSync(further).size).toBeLessThan(0.6 * statSync(model).size);
  const { json } = await run('info', further);
  const { provenance } = json as { provenance: { madeFrom: { name: string }[] } };
  expect(provenance.madeFrom.map(({ name }) => name)).toEqual(['model.safetensors']);
  const both = await run(...wanted, '--from', model, '--resume', model);
  expect(both.code).toBe(2);
  expect(both.err).toContain('got --from and --resume, wanted one');
});

test('resume wants a checkpoint', async () => {
  writeFileSync(checkpoint, readFileSync(model));
  const { code, err } = await run(...TRAIN, ...SHORT, '--seed', '4', '--out', model, '--resume', checkpoint);
  expect(code).toBe(1);
  expect(err).toContain('got a finished model, wanted a checkpoint');
});
