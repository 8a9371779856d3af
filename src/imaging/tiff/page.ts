/** How one page of a TIFF lies in its file: sizes, sample type and segments (strips or tiles), all checked. */
import { BadInputError } from '../bad_input';
import type { SampleType } from '../image';
import { type Directory, damaged, TAG, type TiffFile } from './directory';

export type Compression = 'none' | 'lzw' | 'deflate' | 'packbits';

export interface Segment {
  offset: number;
  byteCount: number;
}

export interface Page {
  width: number;
  height: number;
  samplesPerPixel: number;
  /** Bits of a stored sample, 1 to 64. */
  bits: number;
  /** The type that holds those bits. */
  sampleType: SampleType;
  compression: Compression;
  predictor: 1 | 2 | 3;
  /** Samples of a pixel stand in separate segments. */
  planar: boolean;
  /** Bits of each byte stand in reverse order. */
  reversedBits: boolean;
  /** Size of a segment; the last strip may be shorter, tiles are always whole. */
  segmentWidth: number;
  segmentHeight: number;
  tiled: boolean;
  segments: Segment[];
  photometric: number;
  directory: Directory;
}

const COMPRESSIONS = new Map<number, Compression>([
  [1, 'none'],
  [5, 'lzw'],
  [8, 'deflate'],
  [32946, 'deflate'],
  [32773, 'packbits'],
]);

/** Names of compressions that are refused, for the error. */
const REFUSED_COMPRESSIONS = new Map<number, string>([
  [2, 'CCITT'],
  [3, 'CCITT fax 3'],
  [4, 'CCITT fax 4'],
  [6, 'old JPEG'],
  [7, 'JPEG'],
  [32809, 'ThunderScan'],
  [34676, 'SGI LogL'],
  [34677, 'SGI Log24'],
  [34712, 'JPEG 2000'],
  [33003, 'JPEG 2000'],
  [33005, 'JPEG 2000'],
  [34887, 'LERC'],
  [34925, 'LZMA'],
  [50000, 'Zstandard'],
  [50001, 'WebP'],
  [50002, 'JPEG XL'],
]);

/**
 * The most that one stored byte can become: PackBits repeats 128 times from 2 bytes, Deflate 258 from 2 bits, LZW
 * strings of at most 3,839 from 12. A page that claims more pixels than that cannot be in its file.
 */
const LARGEST_EXPANSION: Record<Compression, number> = { none: 1, packbits: 64, lzw: 2560, deflate: 1040 };

/** No typed array is asked for more samples than this. */
export const LARGEST_SAMPLE_COUNT = 2 ** 30;

/** Checks one directory. Throws BadInputError where the page is damaged, or is of a kind that is not read. */
export function readPage(tiff: TiffFile, directory: Directory, file: string): Page {
  const width = directory.number(TAG.imageWidth) ?? 0;
  const height = directory.number(TAG.imageLength) ?? 0;
  const samplesPerPixel = directory.number(TAG.samplesPerPixel) ?? 1;
  if (!(width >= 1 && height >= 1 && samplesPerPixel >= 1)) {
    throw damaged(file, `a page of ${width}×${height} pixels with ${samplesPerPixel} samples each`);
  }
  if (width * height * samplesPerPixel > LARGEST_SAMPLE_COUNT) {
    throw new BadInputError(
      `a page of ${width}×${height} pixels with ${samplesPerPixel} samples each in '${file}'`,
      'at most 2^30 samples',
      'Crop the image, or save its parts as files of their own.',
    );
  }
  const { bits, sampleType } = readSampleType(directory, samplesPerPixel, file);
  const compression = readCompression(directory, file);
  checkPhotometric(directory, file);
  const predictor = readPredictor(directory, bits, sampleType, file);
  const tiled = directory.number(TAG.tileWidth) !== undefined;
  const segmentWidth = tiled ? (directory.number(TAG.tileWidth) ?? 0) : width;
  const rows = directory.number(tiled ? TAG.tileLength : TAG.rowsPerStrip);
  const segmentHeight = tiled ? (rows ?? 0) : Math.min(rows || height, height);
  if (!(segmentWidth >= 1 && segmentHeight >= 1)) throw damaged(file, `tiles of ${segmentWidth}×${segmentHeight}`);
  const page = {
    width,
    height,
    samplesPerPixel,
    bits,
    sampleType,
    compression,
    predictor,
    planar: samplesPerPixel > 1 && directory.number(TAG.planarConfiguration) === 2,
    reversedBits: directory.number(TAG.fillOrder) === 2,
    segmentWidth,
    segmentHeight,
    tiled,
    photometric: directory.number(TAG.photometric) ?? 1,
    directory,
  };
  return { ...page, segments: readSegments(page, tiff, file) };
}

/** Samples that stand side by side in a segment: all of a pixel's, or one where the page is planar. */
export function samplesInSegment(page: Pick<Page, 'planar' | 'samplesPerPixel'>): number {
  return page.planar ? 1 : page.samplesPerPixel;
}

/** Bytes of one row of a segment, rows being padded to whole bytes. */
export function segmentRowBytes(page: Omit<Page, 'segments'>): number {
  return Math.ceil((page.segmentWidth * samplesInSegment(page) * page.bits) / 8);
}

function readSampleType(
  directory: Directory,
  samplesPerPixel: number,
  file: string,
): { bits: number; sampleType: SampleType } {
  const allBits = directory.numbers(TAG.bitsPerSample) ?? [1];
  const formats = directory.numbers(TAG.sampleFormat) ?? [1];
  const bits = allBits[0] ?? 1;
  const format = formats[0] ?? 1;
  const refuse = (got: string) =>
    new BadInputError(
      `${got} in '${file}'`,
      'integers of 1 to 32 bits, or floats of 16, 32 or 64 bits, alike in all channels',
      'Convert the image in Fiji (Image › Type › 16-bit or 32-bit) and save it again.',
    );
  if (allBits.some((b) => b !== bits) || formats.some((f) => f !== format) || allBits.length > samplesPerPixel) {
    throw refuse(`samples of ${allBits.join(', ')} bits and formats ${formats.join(', ')}`);
  }
  if (format === 3) {
    if (bits === 16) return { bits, sampleType: 'float16' };
    if (bits === 32) return { bits, sampleType: 'float32' };
    if (bits === 64) return { bits, sampleType: 'float64' };
    throw refuse(`floats of ${bits} bits`);
  }
  // 4 is 'undefined', which writers use for plain unsigned data.
  if (format === 1 || format === 4) {
    if (bits >= 1 && bits <= 8) return { bits, sampleType: 'uint8' };
    if (bits > 8 && bits <= 16) return { bits, sampleType: 'uint16' };
    if (bits > 16 && bits <= 32) return { bits, sampleType: 'uint32' };
    throw refuse(`unsigned integers of ${bits} bits`);
  }
  if (format === 2 && bits === 8) return { bits, sampleType: 'int8' };
  if (format === 2 && bits === 16) return { bits, sampleType: 'int16' };
  if (format === 2 && bits === 32) return { bits, sampleType: 'int32' };
  throw refuse(format === 2 ? `signed integers of ${bits} bits` : `samples of format ${format} (complex numbers)`);
}

function readCompression(directory: Directory, file: string): Compression {
  const code = directory.number(TAG.compression) ?? 1;
  const compression = COMPRESSIONS.get(code);
  if (compression !== undefined) return compression;
  throw new BadInputError(
    `${REFUSED_COMPRESSIONS.get(code) ?? `unknown (${code})`} compression in '${file}'`,
    'no compression, LZW, Deflate or PackBits',
    'Save the image again without compression, for example from Fiji. Lossy compression destroys what a restoration needs.',
  );
}

function checkPhotometric(directory: Directory, file: string): void {
  const photometric = directory.number(TAG.photometric) ?? 1;
  const subsampled = photometric === 6 && (directory.numbers(TAG.ycbcrSubsampling) ?? [2, 2]).some((n) => n !== 1);
  if (!subsampled && photometric !== 32844 && photometric !== 32845 && photometric !== 32803) return;
  throw new BadInputError(
    `${subsampled ? 'subsampled YCbCr' : photometric === 32803 ? 'raw camera mosaic' : 'SGI Log'} colours in '${file}'`,
    'grey values, RGB or separate channels',
    'Convert the image to grey or RGB and save it again.',
  );
}

function readPredictor(directory: Directory, bits: number, sampleType: SampleType, file: string): 1 | 2 | 3 {
  const predictor = directory.number(TAG.predictor) ?? 1;
  const floating = sampleType.startsWith('float');
  if (predictor === 1) return 1;
  if (predictor === 2 && (bits === 8 || bits === 16 || bits === 32 || bits === 64)) return 2;
  if (predictor === 3 && floating) return 3;
  throw new BadInputError(
    `predictor ${predictor} with ${sampleType} samples of ${bits} bits in '${file}'`,
    'predictor 1, 2 with whole bytes, or 3 with floats',
    'Save the image again without compression.',
  );
}

function readSegments(page: Omit<Page, 'segments'>, tiff: TiffFile, file: string): Segment[] {
  const { directory, tiled } = page;
  const across = Math.ceil(page.width / page.segmentWidth);
  const down = Math.ceil(page.height / page.segmentHeight);
  const wanted = across * down * (page.planar ? page.samplesPerPixel : 1);
  // Some writers keep tiles under the tags of strips.
  const numbers = (tileTag: number, stripTag: number) =>
    (tiled ? directory.numbers(tileTag, wanted) : undefined) ?? directory.numbers(stripTag, wanted);
  const offsets = numbers(TAG.tileOffsets, TAG.stripOffsets) ?? [];
  const counts = numbers(TAG.tileByteCounts, TAG.stripByteCounts);
  if (offsets.length < wanted) throw damaged(file, `${offsets.length} strips or tiles where ${wanted} are needed`);
  const rowBytes = segmentRowBytes(page);
  let stored = 0;
  let needed = 0;
  const segments = offsets.map((offset, i) => {
    const last = page.height - (i % down) * page.segmentHeight;
    const rows = tiled ? page.segmentHeight : Math.min(page.segmentHeight, last);
    const byteCount = page.compression === 'none' ? rows * rowBytes : (counts?.[i] ?? 0);
    if (byteCount === 0 || offset + byteCount > tiff.bytes.length) {
      throw damaged(file, `strip or tile ${i} of ${byteCount} bytes at byte ${offset} of ${tiff.bytes.length}`);
    }
    stored += byteCount;
    needed += rows * rowBytes;
    return { offset, byteCount };
  });
  if (needed > stored * LARGEST_EXPANSION[page.compression]) {
    throw damaged(file, `${page.width}×${page.height} pixels out of ${stored} compressed bytes`);
  }
  return segments;
}
