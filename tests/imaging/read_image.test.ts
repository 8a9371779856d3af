import { expect, test } from 'vitest';
import { makeImage } from '../../src/imaging/image';
import { isArchiveName, isImageName, readImage } from '../../src/imaging/read_image';
import { type ImageFormat, writeImage } from '../../src/imaging/write_image';
import { fixture } from './fixtures';

test('files are told by their first bytes, whatever their names', () => {
  expect(readImage(fixture('grey_u16.png'), 'wrong.tif').meta.source).toBe('png');
  expect(readImage(fixture('uint16_be.tif'), 'wrong.png').meta.source).toBe('tiff');
  expect(readImage(fixture('float32_le.npy'), 'no_extension').meta.source).toBe('npy');
});

test.each(['tiff', 'png', 'npy'] as ImageFormat[])('what is written as %s is read back', (format) => {
  const image = makeImage(
    { y: 3, x: 4 },
    'uint16',
    Float32Array.from({ length: 12 }, (_, i) => i * 5000),
  );
  const back = readImage(writeImage(image, format), 'again');
  expect([back.size, back.sampleType, back.data]).toEqual([image.size, 'uint16', image.data]);
});

test('other kinds are named in the refusal', () => {
  const starting = (...bytes: number[]) => Uint8Array.from([...bytes, ...new Array<number>(20).fill(0)]);
  expect(() => readImage(starting(0xff, 0xd8, 0xff), 'a.jpg')).toThrow(
    "Got a JPEG, which is lossy ('a.jpg'); wanted a TIFF, PNG or npy image. Open it in Fiji and save it as TIFF, or copy it again from its source.",
  );
  expect(() => readImage(starting(0x5a, 0x49, 0x53, 0x52, 0x41, 0x57), 'a.czi')).toThrow('Got a Zeiss CZI');
  expect(() => readImage(fixture('care_scyx.npz'), 'a.npz')).toThrow(
    'Add a CARE archive (X, Y, axes) as training data',
  );
  expect(() => readImage(new Uint8Array(0), 'a.tif')).toThrow('Got an empty file');
  expect(() => readImage(starting(1, 2, 3), 'a.bin')).toThrow('Got a file of an unknown kind');
});

test('image names', () => {
  expect(
    ['a.tif', 'b.OME.TIFF', 'c.png', 'd.npy', 'e.jpg', 'Thumbs.db', '._a.tif', 'f/._b.tif', 'g.npz'].map(isImageName),
  ).toEqual([true, true, true, true, false, false, false, false, false]);
  expect(isArchiveName('my_training_data.npz')).toBe(true);
});
