import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { BadInputError } from '../../src/imaging/bad_input';
import { makeImage } from '../../src/imaging/image';
import { readPng, writePng } from '../../src/imaging/png';
import { expectedImages, fixture, samplesHash } from './fixtures';

describe('PNG', () => {
  test.each(expectedImages('.png'))('reads %s exactly', (name, { size, sampleType, sha256 }) => {
    const image = readPng(fixture(name), name);
    expect(image.size).toEqual(size);
    expect(image.sampleType).toBe(sampleType);
    expect(samplesHash(image)).toBe(sha256);
    expect(image.meta.rgb).toBe(size.c === 3 ? true : undefined);
  });

  test('writes back grey and RGB of 8 and 16 bits, record included', () => {
    for (const [c, sampleType, largest] of [
      [1, 'uint8', 255],
      [3, 'uint8', 255],
      [1, 'uint16', 65535],
      [3, 'uint16', 65535],
    ] as const) {
      const data = Float32Array.from({ length: c * 30 }, (_, i) => (i * 2741) % (largest + 1));
      const image = makeImage({ c, y: 5, x: 6 }, sampleType, data, { record: 'µ {"a":1}\nsecond line' });
      const bytes = writePng(image);
      const back = readPng(bytes, 'back.png');
      expect([back.size, back.sampleType, back.data]).toEqual([image.size, sampleType, data]);
      expect(back.meta.record).toBe(image.meta.record);
      expect(writePng(image)).toEqual(bytes);
    }
  });

  test('refuses to write what PNG cannot hold', () => {
    expect(() => writePng(makeImage({ z: 2, y: 2, x: 2 }, 'uint8'))).toThrow(
      'Got an image of T1 Z2 C1 uint8, to be saved as PNG; wanted one grey plane or one RGB image of uint8 or uint16. Save it as TIFF.',
    );
    expect(() => writePng(makeImage({ x: 2 }, 'float32'))).toThrow('C1 float32, to be saved as PNG');
  });

  test('refuses palettes, few bits and transparency', () => {
    const palette = encode({
      width: 2,
      height: 1,
      depth: 8,
      channels: 1,
      data: Uint8Array.from([0, 1]),
      palette: [
        [0, 0, 0],
        [255, 0, 0],
      ],
    });
    expect(() => readPng(palette, 'a.png')).toThrow("Got a palette in 'a.png'");
    const seeThrough = encode({ width: 1, height: 1, channels: 2, data: Uint8Array.from([9, 254]) });
    expect(() => readPng(seeThrough, 'a.png')).toThrow("Got transparent pixels in 'a.png'");
  });

  test('refuses damaged files and bombs at once', () => {
    const bytes = fixture('grey_u16.png');
    for (let length = 0; length < bytes.length - 12; length += 11) {
      expect(() => readPng(bytes.subarray(0, length), 'cut.png')).toThrow(BadInputError);
    }
    const huge = bytes.slice();
    new DataView(huge.buffer).setUint32(16, 2 ** 31 - 1);
    expect(() => readPng(huge, 'huge.png')).toThrow('a PNG of 2147483647×19 pixels');
    const wide = bytes.slice();
    new DataView(wide.buffer).setUint32(16, 9000);
    expect(() => readPng(wide, 'wide.png')).toThrow('fewer data than 9000×19 pixels need');
    const narrow = encode({ width: 4000, height: 4000, channels: 1, data: new Uint8Array(16e6) });
    new DataView(narrow.buffer, narrow.byteOffset).setUint32(16, 1);
    expect(() => readPng(narrow, 'bomb.png')).toThrow('more data than 1×4000 pixels need');
  });
});
