import { describe, expect, it } from 'vitest';
import { imageOfPlane } from '../../src/imaging/image';
import { writeTiff } from '../../src/imaging/tiff';
import { fetchDataset, taskPlans } from '../../src/ui/shared_data';
import type { EdgeClient } from '../../src/wire/client';
import type { FileRecord, VersionRecord } from '../../src/wire/publication';

const file = (path: string, role: FileRecord['role'], task?: string, pair?: string): FileRecord => ({
  path,
  role,
  ...(task === undefined ? {} : { task }),
  ...(pair === undefined ? {} : { pair }),
  sha256: '0'.repeat(64),
  bytes: 100,
  facts: { format: 'tiff' },
  url: '/',
});

const tasks = [
  { name: 'noise', axial: false },
  { name: 'haze', axial: true },
];

const files = [
  file('a/low_1.tif', 'defective', 'noise', '1'),
  file('a/low_2.tif', 'defective', 'noise', '2'),
  file('a/gt_2.tif', 'clean', 'noise', '2'),
  file('a/gt_1.tif', 'clean', 'noise', '1'),
  file('a/alone.tif', 'defective', 'noise'),
  file('h/1.tif', 'defective', 'haze'),
  file('any.tif', 'clean'),
];

/** The first pixel of a file tells which it was. */
const tiffOf = (value: number) =>
  writeTiff(imageOfPlane({ width: 4, height: 4, data: new Float32Array(16).fill(value) }, 'float32'));

/** Files arrive in the reverse of the order in which they are asked for, as far as six at once allow. */
function clientWith(bytes = 700, damaged = ''): EdgeClient {
  const record = { kind: 'dataset', id: 'x', bytes, tasks, files, nextFiles: null } as unknown as VersionRecord;
  let asked = 0;
  return {
    fetchVersion: async () => record,
    files: async function* () {
      yield* files;
    },
    fetchFile: async ({ path }: FileRecord) => {
      await new Promise((later) => setTimeout(later, 50 - 5 * asked++));
      return path === damaged ? new Uint8Array(40) : tiffOf(files.findIndex((one) => one.path === path));
    },
  } as unknown as EdgeClient;
}

describe('a shared data set', () => {
  it('becomes pairs where files are paired, and two lists where they are not', () => {
    const { plans, without } = taskPlans(tasks, files);
    expect(without).toBe(1);
    expect(plans.map(({ name, kind, axial }) => [name, kind, axial])).toEqual([
      ['noise', 'paired', false],
      ['haze', 'unpaired', true],
    ]);
    expect(plans[0].units.map(({ name, defective, clean }) => [name, defective?.path, clean?.path])).toEqual([
      ['1', 'a/low_1.tif', 'a/gt_1.tif'],
      ['2', 'a/low_2.tif', 'a/gt_2.tif'],
    ]);
    // A clean image of no task serves every unpaired one.
    expect(plans[1].units.map(({ defective, clean }) => [defective?.path, clean?.path])).toEqual([
      ['h/1.tif', undefined],
      [undefined, 'any.tif'],
    ]);
  });

  it('keeps the order of its files, whichever arrives first', async () => {
    const shown: number[] = [];
    const { tasks: drafts, refused } = await fetchDataset(clientWith(), 'x', (_, { filesDone }) =>
      shown.push(filesDone),
    );
    const first = (list: { image: { data: ArrayLike<number> } }[]) => list.map(({ image }) => image.data[0]);
    expect(drafts.map(({ defective, clean }) => [first(defective), first(clean)])).toEqual([
      [
        [0, 1],
        [3, 2],
      ],
      [[5], [6]],
    ]);
    expect(refused).toEqual([]);
    expect(shown[0]).toBe(0);
  });

  it('goes on without a file that cannot be read, and leaves out its partner', async () => {
    const { tasks: drafts, refused } = await fetchDataset(clientWith(700, 'a/gt_1.tif'), 'x', () => undefined);
    expect(drafts[0].defective.map(({ name }) => name)).toEqual(['2']);
    expect(drafts[0].clean.map(({ name }) => name)).toEqual(['2']);
    expect(refused.map(({ name }) => name)).toEqual(['1']);
  });

  it('larger than a page can hold is refused before a file is fetched', async () => {
    await expect(fetchDataset(clientWith(3e9), 'x', () => undefined)).rejects.toThrow(
      '3.00 GB of images, more than a page can hold (2.00 GB)',
    );
  });
});
