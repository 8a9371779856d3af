import { describe, expect, test } from 'vitest';
import { fileStem, pairByName, splitForValidation } from '../../src/imaging/dataset';

const files = (...names: string[]) => names.map((name) => ({ name }));
const names = (pairs: { name: string; defective: { name: string }; clean: { name: string } }[]) =>
  pairs.map((pair) => `${pair.name}: ${pair.defective.name} ${pair.clean.name}`);

describe('pairByName', () => {
  test('pairs equal stems whatever folder, extension and case', () => {
    expect(
      names(pairByName(files('noisy/001_0.tif', 'noisy/001_1.TIF'), files('clean/001_1.tiff', 'clean/001_0.ome.tif'))),
    ).toEqual(['001_0: noisy/001_0.tif clean/001_0.ome.tif', '001_1: noisy/001_1.TIF clean/001_1.tiff']);
  });

  test('then takes role words off either end', () => {
    expect(
      names(pairByName(files('a_noisy.tif', 'LR-b.png', 'c.tif'), files('c_GT.tif', 'HR-b.png', 'a_clean.tif'))),
    ).toEqual(['a: a_noisy.tif a_clean.tif', 'b: LR-b.png HR-b.png', 'c: c.tif c_GT.tif']);
  });

  test('a word inside a name is no role', () => {
    expect(names(pairByName(files('raw_cells_noisy_1.tif'), files('raw_cells_noisy_1.tif')))).toEqual([
      'raw_cells_noisy_1: raw_cells_noisy_1.tif raw_cells_noisy_1.tif',
    ]);
  });

  test('lists every file without a partner', () => {
    expect(() => pairByName(files('1.tif', '2.tif', '3.tif'), files('1.tif', '4.tif'))).toThrow(
      'Got 1 pairs; without a partner: defective 2.tif, 3.tif; clean 4.tif; wanted every defective image with a clean one of ' +
        'the same name, such as 01.tif and 01.tif or 01_noisy.tif and 01_clean.tif. Rename or remove the files listed.',
    );
    const many = Array.from({ length: 20 }, (_, i) => ({ name: `${i}.tif` }));
    expect(() => pairByName(many, files('0.tif'))).toThrow('7.tif, 8.tif and 11 more; clean none');
  });

  test('refuses names that could mean either file, and empty folders', () => {
    expect(() => pairByName(files('a/1.tif', 'b/1.tif'), files('1.tif'))).toThrow(
      "'a/1.tif' and 'b/1.tif', which would be the same",
    );
    expect(() => pairByName(files(), files('1.tif'))).toThrow('Got 0 defective and 1 clean images');
  });
});

test('stems lose folder, extension and .ome', () => {
  expect(fileStem('a\\b/Cell 1.OME.tiff')).toBe('cell 1');
  expect(fileStem('no_extension')).toBe('no_extension');
});

describe('splitForValidation', () => {
  const items = Array.from({ length: 10 }, (_, i) => ({ name: `${i}` }));

  test('keeps the share, no file on both sides, the same for a seed in any order', () => {
    const { training, validation } = splitForValidation(items, 0.2, 1);
    expect(validation.length).toBe(2);
    expect([...training, ...validation].map((i) => i.name).sort()).toEqual(items.map((i) => i.name));
    const reversed = splitForValidation([...items].reverse(), 0.2, 1);
    expect(new Set(reversed.validation)).toEqual(new Set(validation));
    const seeds = new Set(
      Array.from({ length: 20 }, (_, seed) => splitForValidation(items, 0.1, seed).validation[0].name),
    );
    expect(seeds.size).toBeGreaterThan(4);
  });

  test('keeps at least one of two, none of one, none where the share is 0', () => {
    expect(splitForValidation(items.slice(0, 2), 0.1, 0).validation.length).toBe(1);
    expect(splitForValidation(items.slice(0, 1), 0.1, 0).training.length).toBe(1);
    expect(splitForValidation(items, 0, 0).training.length).toBe(10);
  });

  test('refuses a share beyond one half and a file given twice', () => {
    expect(() => splitForValidation(items, 0.9, 0)).toThrow('Got a validation share of 0.9; wanted 0 to 0.5.');
    expect(() => splitForValidation([...items, { name: '3' }], 0.1, 0)).toThrow(
      "Got '3' twice; wanted each file once.",
    );
  });
});
