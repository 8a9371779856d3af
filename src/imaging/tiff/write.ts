/**
 * TIFF as ImageJ writes hyperstacks: little-endian, uncompressed, one strip a plane, planes one after the other in the
 * order C, Z, T (or one interleaved page for each z and t of an RGB image), ImageJ's description and private tags on
 * the first page. The same image gives the same bytes.
 */
import { BadInputError } from '../bad_input';
import { BYTES_PER_SAMPLE, type Image, type ImageMeta, planeOffset, sampleCount, sizeText } from '../image';
import { bytesOfSamples } from '../quantise';
import { TAG } from './directory';
import { joinRecord, writeDescription, writeExtras } from './imagej';

const TYPE = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5 } as const;

/** Classic TIFF counts bytes with 32 bits; some room is left for the directories. */
const LARGEST_FILE = 2 ** 32 - 2 ** 24;

interface Field {
  tag: number;
  type: number;
  count: number;
  bytes: Uint8Array;
}

/**
 * The file's bytes. Samples are stored as `image.sampleType`: rounded (halves to even) and clipped, never stretched.
 * Pixel size, unit, spacing, look-up tables, display ranges, labels and Info come from `image.meta`; a processing
 * record in `meta.record` goes to the end of ImageJ's Info text.
 * Throws BadInputError beyond 4 GiB, and on NaN in an integer type.
 */
export function writeTiff(image: Image): Uint8Array<ArrayBuffer> {
  const { size, sampleType, meta } = image;
  const sampleBytes = BYTES_PER_SAMPLE[sampleType];
  if (sampleCount(size) * sampleBytes > LARGEST_FILE) {
    throw new BadInputError(
      `an image of ${sizeText(size)} ${sampleType}, more than 4 GiB`,
      'less than 4 GiB',
      'Save parts of the image as files of their own.',
    );
  }
  const rgb = meta.rgb === true && size.c === 3;
  const pageSamples = rgb ? 3 : 1;
  const pages = size.t * size.z * (rgb ? 1 : size.c);
  const pageBytes = size.y * size.x * pageSamples * sampleBytes;
  const firstFields = descriptionFields(image, rgb);
  const plain = pageFields(image, pageSamples, 0, pageBytes);
  const dataStart = align(8 + directoryBytes([...plain, ...firstFields]));
  const restStart = align(dataStart + pages * pageBytes);
  const restBytes = align(directoryBytes(plain));
  const file = new Uint8Array(restStart + (pages - 1) * restBytes);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x4949, true);
  view.setUint16(2, 42, true);
  view.setUint32(4, 8, true);
  for (let page = 0; page < pages; page++) {
    const fields = pageFields(image, pageSamples, dataStart + page * pageBytes, pageBytes);
    const at = page === 0 ? 8 : restStart + (page - 1) * restBytes;
    const next = page === pages - 1 ? 0 : restStart + page * restBytes;
    writeDirectory(file, at, page === 0 ? [...fields, ...firstFields] : fields, next);
    file.set(bytesOfSamples(pageData(image, page, rgb), sampleType), dataStart + page * pageBytes);
  }
  return file;
}

/** A page's samples: one plane, or three planes interleaved. */
function pageData(image: Image, page: number, rgb: boolean): Float32Array | Float64Array {
  const plane = image.size.y * image.size.x;
  if (!rgb) return image.data.subarray(page * plane, (page + 1) * plane);
  const { z } = image.size;
  const offset = planeOffset(image, { t: Math.floor(page / z), z: page % z });
  const pixels = image.data.slice(offset, offset + 3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = image.data[offset + c * plane + i];
  }
  return pixels;
}

/** The fields of every page. Their sizes do not depend on where the data stand. */
function pageFields({ size, sampleType, meta }: Image, samples: number, offset: number, bytes: number): Field[] {
  const bits = BYTES_PER_SAMPLE[sampleType] * 8;
  const format = sampleType.startsWith('uint') ? 1 : sampleType.startsWith('int') ? 2 : 3;
  const lut = singleLut(size.c, sampleType, meta);
  const photometric = samples === 3 ? 2 : lut !== undefined ? 3 : meta.minIsWhite ? 0 : 1;
  const fields = [
    long(TAG.newSubfileType, 0),
    long(TAG.imageWidth, size.x),
    long(TAG.imageLength, size.y),
    short(TAG.bitsPerSample, ...new Array<number>(samples).fill(bits)),
    short(TAG.compression, 1),
    short(TAG.photometric, photometric),
    long(TAG.stripOffsets, offset),
    short(TAG.samplesPerPixel, samples),
    long(TAG.rowsPerStrip, size.y),
    long(TAG.stripByteCounts, bytes),
    short(TAG.resolutionUnit, meta.unit === 'inch' ? 2 : meta.unit === 'cm' ? 3 : 1),
    short(TAG.sampleFormat, ...new Array<number>(samples).fill(format)),
  ];
  const { x, y } = meta.pixelSize;
  if (x !== undefined) fields.push(resolution(TAG.xResolution, x));
  if (y !== undefined) fields.push(resolution(TAG.yResolution, y));
  if (lut !== undefined) fields.push(short(TAG.colorMap, ...Array.from(lut, (value) => value * 257)));
  return fields;
}

/** The first page's own fields: description and ImageJ's private tags. */
function descriptionFields(image: Image, rgb: boolean): Field[] {
  const { size, meta, sampleType } = image;
  const ranges = meta.displayRanges ?? [];
  // With several channels ImageJ's description carries the displayed channel's range, the first.
  const description = writeDescription(rgb ? { ...size, c: 1 } : size, meta, ranges[0] ?? rangeOf(image.data));
  const planes = size.t * size.z * size.c;
  const names = meta.channelNames;
  const labels =
    meta.labels?.length === planes
      ? meta.labels
      : names?.length === size.c && size.c > 1 && !rgb
        ? Array.from({ length: planes }, (_, i) => names[i % size.c])
        : undefined;
  const extras = writeExtras({
    info: joinRecord(meta.info, meta.record),
    labels,
    displayRanges: size.c > 1 && ranges.length === size.c ? ranges : undefined,
    luts: singleLut(size.c, sampleType, meta) === undefined && meta.luts?.length === size.c ? meta.luts : undefined,
  });
  const fields = [ascii(TAG.imageDescription, description)];
  if (extras === undefined) return fields;
  return [
    ...fields,
    long(TAG.imagejMetadataByteCounts, ...extras.byteCounts),
    { tag: TAG.imagejMetadata, type: TYPE.byte, count: extras.bytes.length, bytes: extras.bytes },
  ];
}

/** ImageJ keeps the look-up table of a single 8-bit channel in TIFF's own colour map. */
function singleLut(channels: number, sampleType: string, meta: ImageMeta): Uint8Array | undefined {
  return channels === 1 && sampleType === 'uint8' && meta.luts?.length === 1 ? meta.luts[0] : undefined;
}

function rangeOf(data: Float32Array | Float64Array): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : { min: 0, max: 0 };
}

function writeDirectory(file: Uint8Array, at: number, fields: Field[], next: number): void {
  const view = new DataView(file.buffer);
  const sorted = [...fields].sort((a, b) => a.tag - b.tag);
  view.setUint16(at, sorted.length, true);
  let entry = at + 2;
  let outside = at + 2 + 12 * sorted.length + 4;
  for (const { tag, type, count, bytes } of sorted) {
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setUint32(entry + 4, count, true);
    if (bytes.length <= 4) {
      file.set(bytes, entry + 8);
    } else {
      view.setUint32(entry + 8, outside, true);
      file.set(bytes, outside);
      outside = even(outside + bytes.length);
    }
    entry += 12;
  }
  view.setUint32(entry, next, true);
}

function directoryBytes(fields: Field[]): number {
  const outside = fields.reduce((sum, { bytes }) => sum + (bytes.length > 4 ? even(bytes.length) : 0), 0);
  return 2 + 12 * fields.length + 4 + outside;
}

function short(tag: number, ...values: number[]): Field {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  for (const [i, value] of values.entries()) view.setUint16(2 * i, value, true);
  return { tag, type: TYPE.short, count: values.length, bytes: new Uint8Array(view.buffer) };
}

function long(tag: number, ...values: number[]): Field {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return { tag, type: TYPE.long, count: values.length, bytes: new Uint8Array(view.buffer) };
}

function ascii(tag: number, text: string): Field {
  const bytes = new TextEncoder().encode(`${text}\0`);
  return { tag, type: TYPE.ascii, count: bytes.length, bytes };
}

/** Pixels per unit, the inverse of a pixel's size: the fraction is turned over, so the size itself comes back. */
function resolution(tag: number, pixelSize: number): Field {
  const [units, pixels] = fractionOf(pixelSize);
  return { ...long(tag, pixels, units), type: TYPE.rational, count: 1 };
}

/** The fraction of two 32-bit numbers nearest to `value` by continued fractions, so a fraction read comes back as such. */
export function fractionOf(value: number): [number, number] {
  const limit = 2 ** 32 - 1;
  if (!(value > 0) || value > limit) return value > limit ? [limit, 1] : [0, 1];
  let [before, numerator] = [0, 1];
  let [beforeDenominator, denominator] = [1, 0];
  let rest = value;
  for (;;) {
    const digit = Math.floor(rest);
    const nextNumerator = digit * numerator + before;
    const nextDenominator = digit * denominator + beforeDenominator;
    if (nextNumerator > limit || nextDenominator > limit) return [numerator, denominator];
    [before, numerator] = [numerator, nextNumerator];
    [beforeDenominator, denominator] = [denominator, nextDenominator];
    if (numerator / denominator === value || rest === digit) return [numerator, denominator];
    rest = 1 / (rest - digit);
  }
}

function even(n: number): number {
  return n + (n & 1);
}

/** Data start at multiples of 16 bytes. */
function align(n: number): number {
  return Math.ceil(n / 16) * 16;
}
