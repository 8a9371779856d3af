import { describe, expect, test } from 'vitest';
import { BadInputError } from '../../src/imaging/bad_input';
import { decodePage, utifDecodes } from '../../src/imaging/tiff/decode';
import { openTiff, readTiff } from '../../src/imaging/tiff/read';
import { expectedImages, fixture, samplesHash, sha256 } from './fixtures';

describe('readTiff', () => {
  test.each(expectedImages('.tif'))('reads %s exactly', (name, { size, sampleType, sha256: hash, meta }) => {
    const image = readTiff(fixture(name), name);
    expect(image.size).toEqual(size);
    expect(image.sampleType).toBe(sampleType);
    expect(samplesHash(image)).toBe(hash);
    const { lutsSha256, pixelSize, ...rest } = meta ?? {};
    expect(image.meta).toMatchObject(rest);
    if (lutsSha256 !== undefined) expect(sha256(...(image.meta.luts ?? []))).toBe(lutsSha256);
    for (const axis of ['x', 'y', 'z'] as const) {
      // tifffile writes a resolution as a fraction of 32-bit numbers.
      if (pixelSize?.[axis])
        expect(Math.abs((image.meta.pixelSize[axis] ?? 0) / pixelSize[axis] - 1)).toBeLessThan(1e-6);
    }
  });

  test('reads a file that is part of a larger buffer', () => {
    const bytes = fixture('uint16_be.tif');
    const larger = new Uint8Array(bytes.length + 10);
    larger.set(bytes, 3);
    const image = readTiff(larger.subarray(3, 3 + bytes.length), 'part.tif');
    expect(samplesHash(image)).toBe(samplesHash(readTiff(bytes, 'whole.tif')));
  });

  test('utif decodes whole bytes in strips; everything else goes segment by segment', () => {
    const decodedByUtif = (name: string) => utifDecodes(openTiff(fixture(name), name).pages[0]);
    expect(
      ['uint8_le.tif', 'uint16_be.tif', 'int16_le.tif', 'rgb_u16.tif', 'imagej_one_directory.tif'].map(decodedByUtif),
    ).toEqual([true, true, true, true, true]);
    expect(
      ['float32_le.tif', 'tiles_u16_be.tif', 'planar_rgb_u8.tif', 'lzw_u16_be.tif', 'uint32_be.tif'].map(decodedByUtif),
    ).toEqual([false, false, false, false, false]);
  });

  test('the two ways agree where both can decode', () => {
    for (const name of ['uint8_le.tif', 'uint16_be.tif', 'rgb_u8.tif', 'int16_be.tif']) {
      const { tiff, pages } = openTiff(fixture(name), name);
      // One strip is one tile, and utif is not asked for tiles.
      const bySegments = decodePage(tiff, { ...pages[0], tiled: true }, name);
      expect(bySegments).toEqual(decodePage(tiff, pages[0], name));
    }
  });

  test('names what it refuses, and what to do', () => {
    const bytes = fixture('uint8_le.tif');
    expect(() => readTiff(withTag(bytes, 259, 7), 'photo.tif')).toThrow(
      "Got JPEG compression in 'photo.tif'; wanted no compression, LZW, Deflate or PackBits. Save the image again without " +
        'compression, for example from Fiji. Lossy compression destroys what a restoration needs.',
    );
    expect(() => readTiff(withTag(bytes, 258, 64), 'a.tif')).toThrow('unsigned integers of 64 bits');
    expect(() => readTiff(withTag(fixture('int8_le.tif'), 339, 6), 'a.tif')).toThrow(
      'samples of format 6 (complex numbers)',
    );
    expect(() => readTiff(withTag(bytes, 262, 6), 'a.tif')).toThrow('subsampled YCbCr colours');
    expect(() => readTiff(new Uint8Array(100), 'empty.tif')).toThrow(
      "Got 'empty.tif', which does not start as a TIFF does",
    );
  });
});

/** The little-endian file with one tag's inline value replaced. */
function withTag(bytes: Uint8Array<ArrayBuffer>, tag: number, value: number): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const at = view.getUint32(4, true);
  for (let i = 0; i < view.getUint16(at, true); i++) {
    const entry = at + 2 + 12 * i;
    if (view.getUint16(entry, true) !== tag) continue;
    if (view.getUint16(entry + 2, true) === 3) view.setUint16(entry + 8, value, true);
    else view.setUint32(entry + 8, value, true);
    return changed;
  }
  throw new Error(`no tag ${tag}`);
}

describe('damaged files are refused at once', () => {
  /** Reads; passes if it succeeds or refuses, fails on any other error. */
  function tryRead(bytes: Uint8Array, name: string): BadInputError | undefined {
    try {
      readTiff(bytes, name);
      return undefined;
    } catch (error) {
      if (error instanceof BadInputError) return error;
      throw error;
    }
  }

  test('cut anywhere', () => {
    for (const name of [
      'uint16_be.tif',
      'lzw_u16_be.tif',
      'zip_u16_be.tif',
      'packbits_u16_be.tif',
      'bigtiff_lzw_f32.tif',
    ]) {
      const bytes = fixture(name);
      for (let length = 0; length < bytes.length; length += 1 + Math.floor(length / 40)) {
        // Trailing metadata may be missing without harm; samples may not.
        tryRead(bytes.subarray(0, length), name);
      }
      expect(tryRead(bytes.subarray(0, Math.floor(bytes.length / 2)), name)).toBeInstanceOf(BadInputError);
    }
  });

  test('directories that lead in a circle', () => {
    const bytes = fixture('pages_u16.tif');
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(4, true);
    const next = first + 2 + 12 * view.getUint16(first, true);
    view.setUint32(next, first, true);
    expect(tryRead(bytes, 'circle.tif')?.got).toContain('leads back to itself');
  });

  test('sizes that the file cannot hold', () => {
    for (const name of ['uint8_le.tif', 'deflate_u8.tif', 'lzw_run_u8.tif']) {
      const wide = withTag(fixture(name), 256, 60_000);
      const high = withTag(wide.slice(), 257, 60_000);
      expect(tryRead(wide, name)).toBeInstanceOf(BadInputError);
      expect(tryRead(high, name)).toBeInstanceOf(BadInputError);
      expect(tryRead(withTag(fixture(name), 256, 0), name)?.got).toContain('a page of 0×');
    }
  });

  test('any byte of the structure changed', () => {
    const started = performance.now();
    let refused = 0;
    for (const name of [
      'imagej_hyperstack_be.tif',
      'ome_tzcyx.ome.tif',
      'tiles_lzw_predictor3_f32.tif',
      'planar_tiles_lzw_rgb_u8.tif',
    ]) {
      const bytes = fixture(name);
      for (let at = 0; at < bytes.length; at += bytes.length > 3000 ? 13 : 5) {
        for (const value of [0, 255, bytes[at] ^ 1]) {
          const changed = bytes.slice();
          changed[at] = value;
          if (tryRead(changed, name)) refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
    // Thousands of small files; a hang or a huge allocation would take far longer.
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('an ImageJ description that promises more planes than there are', () => {
    const bytes = fixture('imagej_one_directory.tif');
    const text = new TextDecoder('latin1').decode(bytes);
    const at = text.indexOf('images=12');
    bytes.set(new TextEncoder().encode('images=99'), at);
    expect(tryRead(bytes, 'short.tif')?.got).toContain("1 plane where ImageJ's description announces 99");
  });
});

test('50 MB of 16-bit planes are read in about a second', () => {
  const side = 2048;
  const pages = 6;
  const plane = new Uint8Array(side * side * 2).fill(1);
  const bytes = new Uint8Array(8 + 512 + pages * plane.length);
  const view = new DataView(bytes.buffer);
  const text = `ImageJ=1.54f\nimages=${pages}\nslices=${pages}\0`;
  const tags = [
    [256, 3, 1, side],
    [257, 3, 1, side],
    [258, 3, 1, 16],
    [270, 2, text.length, 300],
    [273, 4, 1, 520],
    [278, 3, 1, side],
    [279, 4, 1, plane.length],
  ];
  bytes.set([0x4d, 0x4d, 0, 42]);
  view.setUint32(4, 8);
  view.setUint16(8, tags.length);
  for (const [i, [tag, type, count, value]] of tags.entries()) {
    view.setUint16(10 + 12 * i, tag);
    view.setUint16(12 + 12 * i, type);
    view.setUint32(14 + 12 * i, count);
    if (type === 3) view.setUint16(18 + 12 * i, value);
    else view.setUint32(18 + 12 * i, value);
  }
  bytes.set(new TextEncoder().encode(text), 300);
  for (let page = 0; page < pages; page++) bytes.set(plane, 520 + page * plane.length);
  const started = performance.now();
  const image = readTiff(bytes, 'large.tif');
  const seconds = (performance.now() - started) / 1000;
  console.info(`${(bytes.length / 1e6).toFixed(0)} MB TIFF read in ${seconds.toFixed(2)} s`);
  expect(image.size).toEqual({ t: 1, z: pages, c: 1, y: side, x: side });
  expect(image.data[image.data.length - 1]).toBe(257);
  // Far above what it takes, for machines that do other things too.
  expect(seconds).toBeLessThan(10);
});
