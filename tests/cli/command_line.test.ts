import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { phantomTask, trainingData } from '../../src/cli/train_data';
import { imageOfPlane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { writeImage } from '../../src/imaging/write_image';
import { runLine } from './run_line';

const folder = mkdtempSync(join(tmpdir(), 'mendscope-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function phantomFiles(): { noisy: string; clean: string } {
  const { clean, defective } = phantomPair('embryo-noise', { seed: 5, size: 48 });
  const paths = { noisy: join(folder, 'a.tif'), clean: join(folder, 'a_clean.tif') };
  writeFileSync(paths.noisy, writeImage(imageOfPlane(defective, 'float32'), 'tiff'));
  writeFileSync(paths.clean, writeImage(imageOfPlane(clean, 'float32'), 'tiff'));
  return paths;
}

describe('wrong use ends with 2 and says what is wanted', () => {
  test.each([
    [[], 'Usage: mendscope COMMAND'],
    [['mend'], "no command 'mend'; there are train, restore, evaluate, info, devices"],
    [['restore', '--model', 'm'], 'got no input, wanted images or folders'],
    [['restore', 'a.tif', '--out', 'x'], '--model is missing'],
    [['evaluate', 'a.tif'], 'got 1 paths, wanted a prediction and its truth'],
    [['evaluate', 'a', 'b', '--metric', 'best'], '--metric: got best, wanted raw, paper, care'],
    [['evaluate', 'a', 'b', '--colour'], "Unknown option '--colour'"],
    [['info'], 'got 0 files, wanted one'],
    [['train', '--out', 'm'], 'got no data, wanted --pairs or --unpaired'],
    [
      ['train', '--out', 'm', '--pairs', 'a'],
      "got 'a', wanted TASK=DEFECTIVE_DIR:CLEAN_DIR, TASK=phantom:KIND or TASK=stack:FILE",
    ],
    [['train', '--out', 'm', '--pairs', 'a=phantom:moon'], 'got phantom:moon, wanted phantom:embryo-axial|'],
    [['train', '--out', 'm', '--steps', '-3', '--pairs', 'a=phantom:retina'], "'--steps' argument is ambiguous"],
    [['train', '--out', 'm', '--steps', '0', '--pairs', 'a=phantom:retina'], '--steps: got 0, wanted a whole number'],
    [['train', '--out', 'm', '--preset', 'huge', '--pairs', 'a=phantom:retina'], '--preset: got huge, wanted tiny'],
  ])('%j', async (words, message) => {
    const { code, out, err } = await runLine(...words);
    expect(err).toContain(message);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

test.each(['train', 'restore', 'evaluate', 'info', 'devices', 'train-classifier'])('%s --help', async (command) => {
  const { code, out } = await runLine(command, '--help');
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^Usage: mendscope ${command}`));
  expect(out).toContain('JSON: {');
});

test('no steps for the restorer are taken where --from names a model that has one', async () => {
  const { code, err } = await runLine(
    ...['train', '--out', join(folder, 'm'), '--pairs', 'a=phantom:retina', '--limit', '2'],
    ...['--steps', '0', '--from', join(folder, 'none.safetensors')],
  );
  expect(err).not.toContain('--steps');
  expect(err).toContain('none.safetensors'); // which is all that is wrong here
  expect(code).toBe(1);
});

test('what cannot be read ends with 1, as JSON too', async () => {
  const missing = join(folder, 'none.tif');
  const { code, out, err } = await runLine('info', missing, '--json');
  expect(code).toBe(1);
  expect(err).toContain(`Got nothing at ${missing}; wanted a file or folder that can be read. Check the path.`);
  expect(JSON.parse(out).error).toMatchObject({
    code: 'bad-data',
    got: `nothing at ${missing}`,
    fix: 'Check the path.',
  });
});

test('evaluate scores a file, and info describes it', async () => {
  const { noisy, clean } = phantomFiles();
  const scored = await runLine('evaluate', noisy, clean, '--metric', 'paper', '--json');
  expect(scored).toMatchObject({ code: 0, err: '' });
  const json = JSON.parse(scored.out);
  expect(Object.keys(json)).toEqual(['metric', 'psnr', 'ssim', 'nrmse', 'n', 'perImage']);
  expect(json.n).toBe(1);
  expect(json.psnr).toBeGreaterThan(15);
  expect(json.psnr).toBeLessThan(25);
  const same = await runLine('evaluate', clean, clean, '--metric', 'raw');
  expect(same.out).toMatch(/mean of 1 +Infinity +1\.0000 +0\.0000/);
  const described = JSON.parse((await runLine('info', noisy, '--json')).out);
  expect(described).toMatchObject({ kind: 'image', sampleType: 'float32', size: { x: 48, y: 48, z: 1, c: 1, t: 1 } });
});

test('phantoms: the limit counts pairs or images of each side; the seed decides them; sides show different objects', () => {
  const paired = phantomTask('paired', 'retina', 'retina', 2, 7);
  expect(paired).toMatchObject({ kind: 'paired', axial: true });
  expect(paired.kind === 'paired' && paired.pairs.length).toBe(2);
  expect(phantomTask('paired', 'retina', 'retina', 2, 7)).toEqual(paired);
  expect(phantomTask('paired', 'retina', 'retina', 2, 8)).not.toEqual(paired);
  const unpaired = phantomTask('unpaired', 'noise', 'embryo-noise', 2, 7);
  const names = unpaired.kind === 'unpaired' && [unpaired.defective, unpaired.clean].map((s) => s.map((i) => i.name));
  expect(names).toEqual([
    ['embryo-noise-0001', 'embryo-noise-0002'],
    ['embryo-noise-0003', 'embryo-noise-0004'],
  ]);
});

test('folders of unlike names list what has no partner', async () => {
  const { noisy } = phantomFiles();
  const other = mkdtempSync(join(tmpdir(), 'mendscope-cli-other-'));
  writeFileSync(
    join(other, 'z.tif'),
    writeImage(imageOfPlane({ width: 2, height: 2, data: new Float32Array(4) }, 'uint8'), 'tiff'),
  );
  const data = {
    pairs: [`t=${join(noisy, '..')}:${other}`],
    unpaired: [],
    axial: [],
    limit: undefined,
    seed: 0,
    stack: { psf: { lateral: 1, axial: 3 }, factor: undefined },
  };
  await expect(trainingData(data)).rejects.toThrow('clean z.tif');
  rmSync(other, { recursive: true });
});
