import { describe, expect, test } from 'vitest';
import { BadInputError } from '../../src/imaging/bad_input';
import { type CarePair, readCareArchive, writeCareArchive } from '../../src/imaging/care_archive';
import { makeImage, type SampleType } from '../../src/imaging/image';
import { readNpy, readNpz, writeNpy, writeNpz } from '../../src/imaging/npy';
import { bytesOfSamples } from '../../src/imaging/quantise';
import { readImage } from '../../src/imaging/read_image';
import { expectedArchives, expectedImages, fixture, samplesHash, sha256 } from './fixtures';

describe('npy', () => {
  test.each(expectedImages('.npy'))('reads %s exactly', (name, { size, sampleType, sha256: hash }) => {
    const image = readImage(fixture(name), name);
    expect([image.size, image.sampleType, samplesHash(image)]).toEqual([size, sampleType, hash]);
  });

  test('writes every sample type back', () => {
    for (const sampleType of [
      'uint8',
      'int8',
      'uint16',
      'int16',
      'uint32',
      'int32',
      'float16',
      'float32',
      'float64',
    ] as SampleType[]) {
      const image = makeImage({ x: 6 }, sampleType, Float64Array.from([0, 1, 2, 3, 100, 127]));
      const array = { shape: [2, 3], sampleType, data: image.data };
      const back = readNpy(writeNpy(array), 'a.npy');
      expect([back.shape, back.sampleType, [...back.data]]).toEqual([[2, 3], sampleType, [...image.data]]);
    }
  });

  test('writes the header that numpy writes', () => {
    const bytes = writeNpy({ shape: [3], sampleType: 'float32', data: new Float32Array(3) });
    expect(new TextDecoder('latin1').decode(bytes.subarray(1, 70))).toContain(
      "NUMPY\u0001\u0000\u0076\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
    );
    expect(bytes.length).toBe(128 + 12);
  });

  test('refuses objects, 64-bit integers, wrong sizes and cut files', () => {
    const bytes = writeNpy({ shape: [2, 3], sampleType: 'float32', data: new Float32Array(6) });
    const header = (from: string, to: string) => {
      const text = new TextDecoder('latin1').decode(bytes).replace(from, to);
      return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    };
    expect(() => readNpy(header("'<f4'", "'|O8'"), 'a.npy')).toThrow("Got numpy type 'O8' in 'a.npy'");
    expect(() => readNpy(header("'<f4'", "'<i8'"), 'a.npy')).toThrow("numpy type 'i8'");
    expect(() => readNpy(header('(2, 3)', '(9, 9)'), 'a.npy')).toThrow('24 bytes for an array of shape (9, 9)');
    for (let length = 0; length < bytes.length; length += 9) {
      expect(() => readNpy(bytes.subarray(0, length), 'cut.npy')).toThrow(BadInputError);
    }
  });
});

describe('CARE archives', () => {
  test.each(expectedArchives())('%s is read as pairs', (name, { care }) => {
    const { axes, pairs } = readCareArchive(fixture(name), name);
    expect([axes, pairs.length, pairs[0].defective.size]).toEqual([care.axes, care.pairs, care.size]);
    const hash = (side: 'defective' | 'clean') =>
      sha256(...pairs.map((pair) => bytesOfSamples(pair[side].data, pair[side].sampleType)));
    expect([hash('defective'), hash('clean')]).toEqual([care.xSha256, care.ySha256]);
    expect(pairs[3].name).toBe(`${name.replace('.npz', '')}_3`);
  });

  test('are written as numpy writes them, and read back', () => {
    const image = (seed: number) =>
      makeImage(
        { z: 2, c: 2, y: 2, x: 3 },
        'float32',
        Float32Array.from({ length: 24 }, (_, i) => i + seed),
      );
    const pairs: CarePair[] = [0, 1].map((s) => ({ name: `p_${s}`, defective: image(s), clean: image(s + 0.5) }));
    const bytes = writeCareArchive(pairs);
    expect(writeCareArchive(pairs)).toEqual(bytes);
    const back = readCareArchive(bytes, 'p.npz');
    expect(back.axes).toBe('SCZYX');
    expect(back.pairs.map(({ name, defective, clean }) => [name, defective.data, clean.data])).toEqual(
      pairs.map(({ name, defective, clean }) => [name, defective.data, clean.data]),
    );
  });

  test('without axes they are guessed from the shape', () => {
    const x = { shape: [5, 8, 9, 1], sampleType: 'float32' as const, data: new Float32Array(360) };
    const bytes = writeNpz({
      arrays: new Map([
        ['X', x],
        ['Y', x],
      ]),
      texts: new Map(),
    });
    expect(readCareArchive(bytes, 'a.npz').axes).toBe('SYXC');
  });

  test('refuse archives without X and Y, wrong axes, different shapes and damage', () => {
    const array = (n: number) => ({ shape: [n, 4, 4], sampleType: 'float32' as const, data: new Float32Array(n * 16) });
    const archive = (arrays: [string, number][], axes = 'SYX') =>
      writeNpz({ arrays: new Map(arrays.map(([name, n]) => [name, array(n)])), texts: new Map([['axes', axes]]) });
    expect(() => readCareArchive(archive([['a', 1]]), 'a.npz')).toThrow(
      "Got arrays a in 'a.npz'; wanted CARE's X (defective) and Y (clean).",
    );
    expect(() =>
      readCareArchive(
        archive([
          ['X', 1],
          ['Y', 2],
        ]),
        'a.npz',
      ),
    ).toThrow('X of shape (1, 4, 4) and Y of shape (2, 4, 4)');
    expect(() =>
      readCareArchive(
        archive(
          [
            ['X', 1],
            ['Y', 1],
          ],
          'SCYX',
        ),
        'a.npz',
      ),
    ).toThrow("axes 'SCYX' for X of shape (1, 4, 4)");
    expect(() =>
      readCareArchive(
        archive(
          [
            ['X', 1],
            ['Y', 1],
          ],
          'SYY',
        ),
        'a.npz',
      ),
    ).toThrow("axes 'SYY'");
    const bytes = fixture('care_compressed_syxc.npz');
    for (let length = 0; length < bytes.length; length += 97) {
      expect(() => readCareArchive(bytes.subarray(0, length), 'cut.npz')).toThrow(BadInputError);
    }
    for (let at = 0; at < bytes.length; at += 5) {
      const changed = bytes.slice();
      changed[at] ^= 0xff;
      try {
        readNpz(changed, 'changed.npz');
      } catch (error) {
        expect(error).toBeInstanceOf(BadInputError);
      }
    }
  });
});
