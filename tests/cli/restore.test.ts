/** Where restored images go, with a restoration that gives every image back as it is, in other samples. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Image, imageOfPlane } from '../../src/imaging/image';
import { writeImage } from '../../src/imaging/write_image';
import { runLine } from './run_line';

const { startEngine } = vi.hoisted(() => ({
  startEngine: vi.fn(async () => ({ adapter: { name: 'none', software: true } })),
}));
vi.mock('../../src/cli/gpu', () => ({ startEngine }));
vi.mock('../../src/training/model_file', async (original) => ({
  ...(await original<object>()),
  readModelFile: () => ({}),
}));
vi.mock('../../src/training/restore', async (original) => ({
  ...(await original<object>()),
  restoreImage: async (_: unknown, __: unknown, image: Image) => ({ ...image, data: image.data.map((v) => v + 1) }),
  restoredAs: () => undefined,
}));

let folder: string;
let model: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendscope-restore-'));
  model = join(folder, 'model.safetensors');
  writeFileSync(model, '');
  for (const name of ['scans', 'more']) mkdirSync(join(folder, name));
  startEngine.mockClear();
});
afterEach(() => rmSync(folder, { recursive: true }));

function scan(...names: string[]): { path: string; bytes: Buffer } {
  const path = join(folder, ...names);
  writeFileSync(path, writeImage(imageOfPlane({ width: 2, height: 2, data: new Float32Array(4) }, 'uint8'), 'tiff'));
  return { path, bytes: readFileSync(path) };
}

const restoreTo = (out: string, ...inputs: string[]) =>
  runLine('restore', ...inputs, '--model', model, '--out', join(folder, out));

test('an input is never overwritten, whatever way leads to it, and nothing is restored before that is known', async () => {
  const [a, b] = [scan('scans', 'a.tif'), scan('more', 'b.tif')];
  symlinkSync(join(folder, 'scans'), join(folder, 'other'));
  symlinkSync(b.path, join(folder, 'b.tif'));
  for (const [out, inputs, which] of [
    ['scans', [join(folder, 'scans')], 'scans/a.tif'],
    ['more/../scans', [b.path, a.path], 'scans/a.tif'],
    ['other', [join(folder, 'scans')], 'other/a.tif'],
    ['more', [a.path, join(folder, 'b.tif')], 'more/b.tif'],
  ] as const) {
    const { code, err } = await restoreTo(out, ...inputs);
    expect(err).toContain(`where ${join(folder, which)} is one of the inputs, wanted another folder`);
    expect(code).toBe(2);
  }
  expect(readFileSync(a.path)).toEqual(a.bytes);
  expect(readFileSync(b.path)).toEqual(b.bytes);
  expect(startEngine).not.toHaveBeenCalled();
});

test('into another folder, and into the same once more', async () => {
  const a = scan('scans', 'a.tif');
  for (const out of ['more', 'more', 'new']) expect((await restoreTo(out, join(folder, 'scans'))).code).toBe(0);
  expect([readdirSync(join(folder, 'more')), readdirSync(join(folder, 'new'))]).toEqual([['a.tif'], ['a.tif']]);
  expect(readFileSync(a.path)).toEqual(a.bytes);
});

test('every option stands in the usage', async () => {
  const { restore } = await import('../../src/cli/restore');
  for (const name of Object.keys(restore.options)) expect(restore.usage).toMatch(new RegExp(`^ {2}--${name} `, 'm'));
});
