/** PNG, 8 and 16 bits a sample, grey and RGB. */

import { decode, encode } from 'fast-png';
import { Unzlib } from 'fflate';
import { BadInputError } from './bad_input';
import { type Image, makeImage, type SampleType } from './image';
import { bytesOfSamples } from './quantise';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Keyword of the text chunk that holds the processing record. */
const RECORD_KEYWORD = 'mendscope record';

const LARGEST_PIXEL_COUNT = 2 ** 28;

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads a PNG: grey as one channel, RGB as three; an alpha channel is dropped where it is opaque everywhere.
 * Samples are exactly those in the file. Throws BadInputError on palettes, fewer than 8 bits, transparency and damage.
 */
export function readPng(bytes: Uint8Array, file: string): Image {
  checkSize(bytes, file);
  const png = decodeOrRefuse(bytes, file);
  const { width, height, channels, depth, data } = png;
  if (depth < 8 || png.palette !== undefined) {
    throw new BadInputError(
      `${png.palette ? 'a palette' : `${depth} bits a sample`} in '${file}'`,
      'grey or RGB samples of 8 or 16 bits',
      'Convert the image to 8- or 16-bit grey and save it again.',
    );
  }
  const colours = channels >= 3 ? 3 : 1;
  if (channels !== colours) checkOpaque(data, channels, depth === 8 ? 255 : 65535, file);
  const sampleType: SampleType = depth === 8 ? 'uint8' : 'uint16';
  const { resolution } = png;
  const metres = resolution?.unit === 1;
  const image = makeImage({ c: colours, y: height, x: width }, sampleType, undefined, {
    source: 'png',
    rgb: colours === 3 || undefined,
    pixelSize: metres ? { x: 1 / resolution.x, y: 1 / resolution.y } : {},
    unit: metres ? 'm' : '',
    record: png.text[RECORD_KEYWORD],
  });
  const plane = width * height;
  for (let c = 0; c < colours; c++) {
    for (let i = 0; i < plane; i++) image.data[c * plane + i] = data[i * channels + c];
  }
  return image;
}

/**
 * Writes one plane, or the three channels of an RGB image, as 8 or 16 bits; samples are rounded and clipped, never
 * stretched. Throws BadInputError on stacks, other channel counts and other sample types: TIFF holds those.
 */
export function writePng(image: Image): Uint8Array {
  const { size, sampleType, meta } = image;
  const channels = size.c;
  const fits = size.t === 1 && size.z === 1 && (channels === 1 || channels === 3);
  if (!fits || (sampleType !== 'uint8' && sampleType !== 'uint16')) {
    throw new BadInputError(
      `an image of T${size.t} Z${size.z} C${channels} ${sampleType}, to be saved as PNG`,
      'one grey plane or one RGB image of uint8 or uint16',
      'Save it as TIFF.',
    );
  }
  const plane = size.y * size.x;
  const pixels = new Float32Array(plane * channels);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) pixels[i * channels + c] = image.data[c * plane + i];
  }
  const bytes = bytesOfSamples(pixels, sampleType);
  const depth = sampleType === 'uint8' ? 8 : 16;
  return encode({
    width: size.x,
    height: size.y,
    channels,
    depth,
    data: depth === 8 ? bytes : samples16(bytes),
    // PNG's text chunks are Latin-1.
    text: meta.record === undefined ? {} : { [RECORD_KEYWORD]: meta.record.replace(/[^\n -~\u00a0-\u00ff]/g, '?') },
  });
}

/** Little-endian pairs of bytes as numbers, whatever the host's order. */
function samples16(bytes: Uint8Array): Uint16Array {
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i] + 256 * bytes[2 * i + 1]);
}

function decodeOrRefuse(bytes: Uint8Array, file: string) {
  try {
    return decode(bytes);
  } catch (error) {
    throw damaged(file, `a PNG that cannot be decoded (${error instanceof Error ? error.message : error})`);
  }
}

function checkOpaque(data: ArrayLike<number>, channels: number, opaque: number, file: string): void {
  for (let i = channels - 1; i < data.length; i += channels) {
    if (data[i] === opaque) continue;
    throw new BadInputError(
      `transparent pixels in '${file}'`,
      'an image without transparency',
      'Flatten the image and save it again.',
    );
  }
}

/**
 * Walks the chunks before anything is decoded: the header's sizes must be sane, and the compressed data must give exactly
 * the number of bytes that they call for, so that a bomb is refused before it grows.
 */
function checkSize(bytes: Uint8Array, file: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || view.getUint32(12) !== 0x49484452) throw damaged(file, 'a PNG without a header');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const depth = bytes[24];
  const channels = [1, 0, 3, 1, 2, 0, 4][bytes[25]] ?? 0;
  if (width * height > LARGEST_PIXEL_COUNT || width * height === 0 || channels === 0) {
    throw damaged(file, `a PNG of ${width}×${height} pixels and ${channels} channels`);
  }
  const limit = rawBytes(width, height, channels * depth, bytes[28] !== 0);
  let inflated = 0;
  const stream = new Unzlib((chunk) => {
    inflated += chunk.length;
  });
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) !== 0x49444154) continue;
    const data = bytes.subarray(at + 8, at + 8 + view.getUint32(at));
    for (let from = 0; from < data.length && inflated <= limit; from += 16384) {
      pushOrRefuse(stream, data.subarray(from, from + 16384), file);
    }
  }
  if (inflated !== limit) {
    throw damaged(file, `${inflated > limit ? 'more' : 'fewer'} data than ${width}×${height} pixels need`);
  }
}

/** Adam7's passes: first column and row, and the steps between. */
const INTERLACE_PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Bytes of the inflated data: every row begins with a filter byte, in each pass that has columns. */
function rawBytes(width: number, height: number, bitsPerPixel: number, interlaced: boolean): number {
  const passes = interlaced ? INTERLACE_PASSES : [[0, 0, 1, 1]];
  return passes.reduce((sum, [left, top, stepX, stepY]) => {
    const columns = Math.ceil((width - left) / stepX);
    const rows = Math.ceil((height - top) / stepY);
    return columns > 0 && rows > 0 ? sum + rows * (1 + Math.ceil((columns * bitsPerPixel) / 8)) : sum;
  }, 0);
}

function pushOrRefuse(stream: Unzlib, piece: Uint8Array, file: string): void {
  try {
    stream.push(piece, false);
  } catch (error) {
    throw damaged(file, `a PNG that cannot be inflated (${error instanceof Error ? error.message : error})`);
  }
}

function damaged(file: string, got: string): BadInputError {
  return new BadInputError(
    `${got} ('${file}')`,
    'a whole PNG file',
    'The file is damaged or cut short: copy it again from its source.',
  );
}
