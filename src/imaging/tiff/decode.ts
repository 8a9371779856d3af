/**
 * The samples of one page, exactly as the file states them: no photometric inversion, no palette, no scaling.
 *
 * utif decodes what it decodes rightly, uncompressed strips of whole 8- and 16-bit pixels (most micrographs). It is
 * silently wrong on, or hangs on, tiles of 16 bits, truncated LZW, float predictors, planar pages and BigTIFF; those
 * go through the segments one by one here.
 */
import UTIF from 'utif';
import { BadInputError } from '../bad_input';
import { floatFromHalf } from '../half';
import type { SampleType } from '../image';
import { inflate, unLzw, unpackBits } from './decompress';
import { damaged, type TiffFile } from './directory';
import { type Page, samplesInSegment, segmentRowBytes } from './page';

export type Samples =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

const LITTLE_ENDIAN_HOST = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** [height][width][samplesPerPixel], row-major, in the page's sample type (float16 widened to float32). */
export function decodePage(tiff: TiffFile, page: Page, file: string): Samples {
  if (utifDecodes(page) && LITTLE_ENDIAN_HOST) return decodeWithUtif(tiff, page);
  const { width, height, samplesPerPixel, segmentWidth, segmentHeight } = page;
  const out = emptySamples(page.sampleType, width * height * samplesPerPixel);
  const across = Math.ceil(width / segmentWidth);
  const down = Math.ceil(height / segmentHeight);
  for (const [index, segment] of page.segments.entries()) {
    const left = (index % across) * segmentWidth;
    const top = (Math.floor(index / across) % down) * segmentHeight;
    const sample = Math.floor(index / (across * down));
    const rows = page.tiled ? segmentHeight : Math.min(segmentHeight, height - top);
    const stored = tiff.bytes.subarray(segment.offset, segment.offset + segment.byteCount);
    const bytes = segmentBytes(page, stored, rows, index, file);
    const samples = samplesOfBytes(page, bytes, rows, tiff.littleEndian);
    place(samples, page, { left, top, sample, rows: Math.min(rows, height - top) }, out);
  }
  return out;
}

/** The kinds of page that utif decodes rightly and in bounded time. */
export function utifDecodes(page: Page): boolean {
  const wholeBytes = page.sampleType === 'uint8' || page.sampleType === 'uint16' || page.sampleType === 'int16';
  return (
    page.compression === 'none' &&
    page.predictor === 1 &&
    !page.tiled &&
    !page.planar &&
    !page.reversedBits &&
    wholeBytes &&
    (page.bits === 8 || page.bits === 16)
  );
}

function decodeWithUtif(tiff: TiffFile, page: Page): Samples {
  // utif is given the checked numbers, not its own reading of the directory, which trusts every count in the file.
  const directory = {
    t256: [page.width],
    t257: [page.height],
    t258: new Array<number>(page.samplesPerPixel).fill(page.bits),
    t259: [1],
    t262: [page.photometric],
    t273: page.segments.map((segment) => segment.offset),
    t277: [page.samplesPerPixel],
    t278: [page.segmentHeight],
    t279: page.segments.map((segment) => segment.byteCount),
    width: 0,
    height: 0,
    data: new Uint8Array(0),
  };
  UTIF.decodeImage(tiff.bytes.buffer, directory);
  const { buffer, byteLength } = directory.data;
  if (page.sampleType === 'uint8') return directory.data;
  return page.sampleType === 'uint16'
    ? new Uint16Array(buffer, 0, byteLength / 2)
    : new Int16Array(buffer, 0, byteLength / 2);
}

/** One segment's bytes: decompressed, bits in order, predictor still to be undone. */
function segmentBytes(
  page: Page,
  stored: Uint8Array,
  rows: number,
  index: number,
  file: string,
): Uint8Array<ArrayBuffer> {
  const input = page.reversedBits ? stored.map(reverseBits) : stored;
  const out = new Uint8Array(rows * segmentRowBytes(page));
  const written = decompress(page, input, out, file);
  if (written < out.length) {
    throw damaged(file, `${written} bytes out of strip or tile ${index} where ${out.length} are needed`);
  }
  return out;
}

function decompress(page: Page, input: Uint8Array, out: Uint8Array, file: string): number {
  switch (page.compression) {
    case 'none':
      out.set(input);
      return out.length;
    case 'packbits':
      return unpackBits(input, out);
    case 'lzw':
      // The LZW of 1990 wrote its codes least significant bit first: its first two bytes are 0 and 1.
      if (input[0] === 0 && (input[1] & 1) === 1) {
        throw new BadInputError(
          `LZW compression in its old bit order in '${file}'`,
          'LZW as TIFF 6.0 defines it',
          'Save the image again without compression.',
        );
      }
      return unLzw(input, out);
    case 'deflate':
      try {
        return inflate(input, out);
      } catch (error) {
        throw damaged(file, `Deflate data that cannot be read (${error instanceof Error ? error.message : error})`);
      }
  }
}

/** Undoes predictor and byte order: a segment's bytes as samples, [rows][segmentWidth][samples in the segment]. */
function samplesOfBytes(page: Page, bytes: Uint8Array<ArrayBuffer>, rows: number, littleEndian: boolean): Samples {
  const { bits } = page;
  const rowSamples = page.segmentWidth * samplesInSegment(page);
  const stride = samplesInSegment(page);
  if (bits % 8 !== 0 || bits === 24) return unpackSamples(page, bytes, rows, rowSamples, littleEndian);
  if (page.predictor === 3) {
    undoFloatPredictor(bytes, rows, stride, bits / 8, LITTLE_ENDIAN_HOST);
  } else if (littleEndian !== LITTLE_ENDIAN_HOST) {
    swapBytes(bytes, bits / 8);
  }
  if (page.predictor === 2) undoDifferences(bytes, bits, rowSamples, stride);
  return viewAs(page.sampleType, bytes);
}

function viewAs(sampleType: SampleType, { buffer }: Uint8Array<ArrayBuffer>): Samples {
  switch (sampleType) {
    case 'uint8':
      return new Uint8Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'uint16':
      return new Uint16Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'uint32':
      return new Uint32Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), floatFromHalf);
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
  }
}

function emptySamples(sampleType: SampleType, count: number): Samples {
  const bytes = { uint8: 1, int8: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, float16: 2, float32: 4, float64: 8 };
  if (sampleType === 'float16') return new Float32Array(count);
  return viewAs(sampleType, new Uint8Array(count * bytes[sampleType]));
}

/** Samples that are not 8, 16, 32 or 64 bits wide: packed, most significant bit first; 24 bits in the file's order. */
function unpackSamples(
  page: Page,
  bytes: Uint8Array,
  rows: number,
  rowSamples: number,
  littleEndian: boolean,
): Samples {
  const { bits } = page;
  const out = emptySamples(page.sampleType, rows * rowSamples);
  const rowBytes = segmentRowBytes(page);
  for (let row = 0; row < rows; row++) {
    let at = row * rowBytes;
    let buffer = 0;
    let buffered = 0;
    for (let i = 0; i < rowSamples; i++) {
      if (bits === 24) {
        const [low, middle, high] = littleEndian ? [at, at + 1, at + 2] : [at + 2, at + 1, at];
        out[row * rowSamples + i] = bytes[low] + bytes[middle] * 256 + bytes[high] * 65536;
        at += 3;
        continue;
      }
      let value = 0;
      let missing = bits;
      while (missing > 0) {
        if (buffered === 0) {
          buffer = bytes[at++];
          buffered = 8;
        }
        const taken = Math.min(missing, buffered);
        buffered -= taken;
        value = value * 2 ** taken + ((buffer >> buffered) & ((1 << taken) - 1));
        missing -= taken;
      }
      out[row * rowSamples + i] = value;
    }
  }
  return out;
}

/** Predictor 2: each sample is stored as the difference from the same channel of the pixel before, modulo 2^bits. */
function undoDifferences({ buffer }: Uint8Array<ArrayBuffer>, bits: number, rowSamples: number, stride: number): void {
  if (bits === 64) {
    const samples = new BigUint64Array(buffer);
    for (let row = 0; row < samples.length; row += rowSamples) {
      for (let i = row + stride; i < row + rowSamples; i++) samples[i] += samples[i - stride];
    }
    return;
  }
  const samples = bits === 8 ? new Uint8Array(buffer) : bits === 16 ? new Uint16Array(buffer) : new Uint32Array(buffer);
  for (let row = 0; row < samples.length; row += rowSamples) {
    for (let i = row + stride; i < row + rowSamples; i++) samples[i] += samples[i - stride];
  }
}

/** Predictor 3 (Adobe's TIFF technote 3): bytewise differences of a row whose bytes are sorted by significance. */
function undoFloatPredictor(
  bytes: Uint8Array,
  rows: number,
  stride: number,
  sampleBytes: number,
  toLittleEndian: boolean,
): void {
  const rowBytes = bytes.length / rows;
  const rowSamples = rowBytes / sampleBytes;
  for (let row = 0; row < rows; row++) {
    const line = bytes.subarray(row * rowBytes, (row + 1) * rowBytes);
    for (let i = stride; i < rowBytes; i++) line[i] += line[i - stride];
    const sorted = line.slice();
    for (let b = 0; b < sampleBytes; b++) {
      const to = toLittleEndian ? sampleBytes - 1 - b : b;
      for (let i = 0; i < rowSamples; i++) line[i * sampleBytes + to] = sorted[b * rowSamples + i];
    }
  }
}

function swapBytes(bytes: Uint8Array, sampleBytes: number): void {
  if (sampleBytes === 1) return;
  for (let at = 0; at < bytes.length; at += sampleBytes) {
    for (let low = at, high = at + sampleBytes - 1; low < high; low++, high--) {
      const swapped = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = swapped;
    }
  }
}

/** Copies a segment's samples to their place in the page, cutting what overhangs its right and lower edge. */
function place(
  samples: Samples,
  page: Page,
  at: { left: number; top: number; sample: number; rows: number },
  out: Samples,
): void {
  const { width, samplesPerPixel, segmentWidth } = page;
  const columns = Math.min(segmentWidth, width - at.left);
  const inSegment = samplesInSegment(page);
  for (let row = 0; row < at.rows; row++) {
    const from = row * segmentWidth * inSegment;
    const to = ((at.top + row) * width + at.left) * samplesPerPixel + at.sample;
    if (!page.planar) {
      out.set(samples.subarray(from, from + columns * inSegment), to);
    } else {
      for (let i = 0; i < columns; i++) out[to + i * samplesPerPixel] = samples[from + i];
    }
  }
}

function reverseBits(byte: number): number {
  let value = byte;
  value = ((value & 0xf0) >> 4) | ((value & 0x0f) << 4);
  value = ((value & 0xcc) >> 2) | ((value & 0x33) << 2);
  return ((value & 0xaa) >> 1) | ((value & 0x55) << 1);
}
