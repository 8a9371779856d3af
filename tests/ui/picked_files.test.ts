import { describe, expect, it } from 'vitest';
import { pickedOf } from '../../src/ui/picked_files';

const list = (...paths: string[]) =>
  paths.map((path) => ({ name: path.split('/').pop(), webkitRelativePath: path.includes('/') ? path : '' })) as never;

describe('picked files', () => {
  it('keeps the folders that the browser tells', () => {
    expect(pickedOf(list('w2s/noisy/1.tif', 'b.png')).map(({ path }) => path)).toEqual(['w2s/noisy/1.tif', 'b.png']);
  });

  it('passes over what a folder holds besides images, and what is hidden', () => {
    expect(pickedOf(list('d/readme.txt', 'd/.DS_Store', 'd/._1.tif', 'd/1.TIFF')).map(({ path }) => path)).toEqual([
      'd/1.TIFF',
    ]);
  });

  it('takes a single file of any name, so that its refusal can be explained', () => {
    expect(pickedOf(list('scan.czi'))).toHaveLength(1);
    expect(pickedOf(null)).toEqual([]);
  });
});
