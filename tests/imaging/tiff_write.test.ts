import { describe, expect, test } from 'vitest';
import { type Image, makeImage, type SampleType } from '../../src/imaging/image';
import { Random } from '../../src/imaging/random';
import { readTiff, writeTiff } from '../../src/imaging/tiff';
import { fractionOf } from '../../src/imaging/tiff/write';
import { expectedImages, fixture, samplesHash } from './fixtures';

/** What is read back from what is written. */
const again = (image: Image) => readTiff(writeTiff(image), 'again.tif');

describe('writeTiff', () => {
  test.each(expectedImages('.tif'))('writes %s back with the samples, size, type and metadata it had', (name) => {
    const image = readTiff(fixture(name), name);
    const back = again(image);
    expect(back.size).toEqual(image.size);
    expect(back.sampleType).toBe(image.sampleType);
    expect(samplesHash(back)).toBe(samplesHash(image));
    const { pixelSize, unit, luts, displayRanges, labels, info, mode, rgb, minIsWhite, frameInterval } = image.meta;
    expect(back.meta).toMatchObject({ pixelSize, unit });
    expect(back.meta.luts).toEqual(luts);
    if (displayRanges !== undefined) expect(back.meta.displayRanges).toEqual(displayRanges);
    if (labels !== undefined) expect(back.meta.labels).toEqual(labels);
    expect([back.meta.info, back.meta.rgb, back.meta.minIsWhite, back.meta.frameInterval]).toEqual([
      info,
      rgb,
      minIsWhite,
      frameInterval,
    ]);
    if (mode !== undefined) expect(back.meta.mode).toBe(mode);
    if (image.meta.channelNames) expect([...new Set(back.meta.labels)]).toEqual(image.meta.channelNames);
  });

  test('gives the same bytes for the same image, and for the image read back', () => {
    const image = readTiff(fixture('imagej_hyperstack_be.tif'), 'a.tif');
    const bytes = writeTiff(image);
    expect(writeTiff(image)).toEqual(bytes);
    expect(writeTiff(readTiff(bytes, 'b.tif'))).toEqual(bytes);
  });

  test("writes ImageJ's description", () => {
    const image = makeImage({ t: 2, z: 3, c: 2, y: 4, x: 5 }, 'uint16', undefined, {
      pixelSize: { x: 0.25, y: 0.25, z: 1.5 },
      unit: 'µm',
      displayRanges: [
        { min: 1, max: 900 },
        { min: 0, max: 4095.5 },
      ],
    });
    expect(again(image).meta.description).toBe(
      'ImageJ=1.54f\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\nmode=composite\nunit=\\u00B5m\n' +
        'spacing=1.5\nloop=false\nmin=1.0\nmax=900.0\n',
    );
    const plain = makeImage({ y: 1, x: 2 }, 'float32', Float32Array.from([-1, 2.5]));
    expect(again(plain).meta.description).toBe('ImageJ=1.54f\nmin=-1.0\nmax=2.5\n');
  });

  test("passes on the lines of an ImageJ description that are not this program's", () => {
    const image = makeImage({ y: 1, x: 1 }, 'uint8', undefined, {
      description: 'ImageJ=1.52\nimages=9\nunit=inch\ncf=0\nc0=1.5\nc1=2\nvunit=OD\n',
    });
    expect(again(image).meta.description).toBe('ImageJ=1.54f\nmin=0.0\nmax=0.0\ncf=0\nc0=1.5\nc1=2\nvunit=OD\n');
  });

  test('keeps the record at the end of Info, and replaces an older one', () => {
    const image = makeImage({ y: 2, x: 2 }, 'uint8', undefined, { info: 'Objective = 63x', record: '{"model":"α"}' });
    const back = again(image);
    expect(back.meta.info).toBe('Objective = 63x\n');
    expect(back.meta.record).toBe('{"model":"α"}');
    const twice = again({ ...back, meta: { ...back.meta, record: 'second' } });
    expect(twice.meta.info).toBe('Objective = 63x\n');
    expect(twice.meta.record).toBe('second');
  });

  const rounding: [SampleType, number[], number[]][] = [
    [
      'uint8',
      [0.5, 1.5, 2.5, 254.5, 255.5, 300, -0.5, -7, Number.POSITIVE_INFINITY],
      [0, 2, 2, 254, 255, 255, 0, 0, 255],
    ],
    ['int16', [-0.5, -1.5, -2.5, -32768.6, 32767.5, 40000], [0, -2, -2, -32768, 32767, 32767]],
    ['uint16', [65534.5, 65535.4, 1e9, 3.49], [65534, 65535, 65535, 3]],
    ['uint32', [4294967295.4, 5e9, -1, 2 ** 31 + 0.5], [4294967295, 4294967295, 0, 2 ** 31]],
    ['float16', [65504, 70000, -1e9, 0.1], [65504, 65504, -65504, 0.0999755859375]],
  ];
  test.each(rounding)('rounds to %s to the nearest, halves to even, and clips', (sampleType, values, stored) => {
    const image = makeImage({ x: values.length }, sampleType, Float64Array.from(values));
    expect([...again(image).data].map((value) => value + 0)).toEqual(stored);
  });

  test('refuses NaN in an integer type and more than 4 GiB', () => {
    const image = makeImage({ x: 2 }, 'uint8', Float32Array.from([1, Number.NaN]));
    expect(() => writeTiff(image)).toThrow(
      'Got NaN as sample 1, to be saved as uint8; wanted numbers. Save as float32, or find out where the NaN comes from.',
    );
    const size = { t: 1, z: 40, c: 1, y: 8192, x: 8192 };
    const large = { ...makeImage({ x: 1 }, 'uint16'), size };
    expect(() => writeTiff(large)).toThrow('Got an image of T1 Z40 C1 Y8192 X8192 uint16, more than 4 GiB');
  });
});

test('resolutions come back as the fractions they were', () => {
  const random = new Random(5);
  for (let i = 0; i < 500; i++) {
    const numerator = 1 + random.integer(2 ** 32 - 2);
    const denominator = 1 + random.integer(10 ** random.integer(10));
    const [a, b] = fractionOf(numerator / denominator);
    // The continued fraction itself is worked out in float64.
    expect(Math.abs((a / b) * (denominator / numerator) - 1)).toBeLessThan(1e-14);
    expect(Math.max(a, b)).toBeLessThan(2 ** 32);
  }
  expect(fractionOf(0.065)).toEqual([13, 200]);
  expect(fractionOf(0)).toEqual([0, 1]);
  expect(fractionOf(1e12)).toEqual([4294967295, 1]);
});
