/**
 * The skeleton of a TIFF file: header and image file directories (TIFF 6.0 section 2, and BigTIFF), both byte orders.
 * Every offset and count is checked against the file's length before it is used, and values are read only on demand, so
 * a damaged or hostile file is refused at once.
 */
import { BadInputError } from '../bad_input';

/** Bytes of one value of each field type, by type number; 0 where no such type exists. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** The tags that are read by name. */
export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  imageDescription: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  software: 305,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  sampleFormat: 339,
  ycbcrSubsampling: 530,
  imagejMetadataByteCounts: 50838,
  imagejMetadata: 50839,
} as const;

export interface TiffFile {
  /** The whole file, starting at the first byte of its buffer. */
  bytes: Uint8Array<ArrayBuffer>;
  littleEndian: boolean;
  bigTiff: boolean;
  directories: Directory[];
}

/** One image file directory. Reading a tag that is not there gives undefined. */
export class Directory {
  constructor(
    private readonly view: DataView,
    private readonly littleEndian: boolean,
    private readonly bigTiff: boolean,
    /** Where the first entry stands, and how many there are. */
    private readonly start: number,
    private readonly entries: number,
    private readonly file: string,
  ) {}

  /**
   * The values of a numeric tag (fractions as quotients), the first `most` of them.
   * Throws BadInputError where they lie outside the file.
   */
  numbers(tag: number, most = Number.POSITIVE_INFINITY): number[] | undefined {
    const field = this.find(tag);
    if (field === undefined || field.type === 2) return undefined;
    return Array.from({ length: Math.min(field.count, most) }, (_, i) =>
      this.value(field.type, field.at + i * TYPE_BYTES[field.type]),
    );
  }

  /** The first value of a numeric tag. */
  number(tag: number): number | undefined {
    const field = this.find(tag);
    if (field === undefined || field.type === 2 || field.count === 0) return undefined;
    return this.value(field.type, field.at);
  }

  /** Numerator and denominator of a fraction tag; [value, 1] of any other number. */
  fraction(tag: number): [number, number] | undefined {
    const field = this.find(tag);
    if (field === undefined || field.type === 2 || field.count === 0) return undefined;
    if (field.type !== 5) return [this.value(field.type, field.at), 1];
    return [this.value(4, field.at), this.value(4, field.at + 4)];
  }

  /** An ASCII tag as text: UTF-8 where it is valid UTF-8, otherwise Latin-1; up to the first NUL. */
  text(tag: number): string | undefined {
    const bytes = this.bytes(tag);
    if (bytes === undefined) return undefined;
    const end = bytes.indexOf(0);
    const text = end < 0 ? bytes : bytes.subarray(0, end);
    const utf8 = new TextDecoder().decode(text);
    return utf8.includes('\ufffd') ? new TextDecoder('latin1').decode(text) : utf8;
  }

  /** A tag's bytes as they stand in the file. */
  bytes(tag: number): Uint8Array | undefined {
    const field = this.find(tag);
    if (field === undefined) return undefined;
    return new Uint8Array(this.view.buffer, this.view.byteOffset + field.at, field.count * TYPE_BYTES[field.type]);
  }

  private find(tag: number): { type: number; count: number; at: number } | undefined {
    const entryBytes = this.bigTiff ? 20 : 12;
    for (let i = 0; i < this.entries; i++) {
      const entry = this.start + i * entryBytes;
      if (this.view.getUint16(entry, this.littleEndian) === tag) return this.field(tag, entry);
    }
    return undefined;
  }

  private field(tag: number, entry: number): { type: number; count: number; at: number } | undefined {
    const { view, littleEndian, bigTiff } = this;
    const type = view.getUint16(entry + 2, littleEndian);
    const bytes = TYPE_BYTES[type] ?? 0;
    // TIFF 6.0: readers skip fields of a type they do not know.
    if (bytes === 0) return undefined;
    const count = bigTiff ? offset64(view, entry + 4, littleEndian) : view.getUint32(entry + 4, littleEndian);
    const inline = entry + (bigTiff ? 12 : 8);
    const fitsInline = count * bytes <= (bigTiff ? 8 : 4);
    const outside = bigTiff ? offset64(view, inline, littleEndian) : view.getUint32(inline, littleEndian);
    const at = fitsInline ? inline : outside;
    if (at + count * bytes > view.byteLength) {
      throw damaged(this.file, `tag ${tag} with ${count} values at byte ${at} of ${view.byteLength}`);
    }
    return { type, count, at };
  }

  private value(type: number, at: number): number {
    const { view, littleEndian } = this;
    switch (type) {
      case 3:
        return view.getUint16(at, littleEndian);
      case 4:
      case 13:
        return view.getUint32(at, littleEndian);
      case 5:
        return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian);
      case 6:
        return view.getInt8(at);
      case 8:
        return view.getInt16(at, littleEndian);
      case 9:
        return view.getInt32(at, littleEndian);
      case 10:
        return view.getInt32(at, littleEndian) / view.getInt32(at + 4, littleEndian);
      case 11:
        return view.getFloat32(at, littleEndian);
      case 12:
        return view.getFloat64(at, littleEndian);
      case 16:
      case 18:
        return offset64(view, at, littleEndian);
      case 17:
        return Number(view.getBigInt64(at, littleEndian));
      default:
        return view.getUint8(at);
    }
  }
}

/** True where the bytes start as a TIFF or BigTIFF of either byte order does. */
export function isTiff(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const [a, b, c, d] = bytes;
  return (
    (a === 0x49 && b === 0x49 && (c === 42 || c === 43) && d === 0) ||
    (a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43))
  );
}

/** Reads header and directories. `file` names the file in errors. Throws BadInputError on anything damaged. */
export function readDirectories(source: Uint8Array, file: string): TiffFile {
  if (!isTiff(source)) {
    throw new BadInputError(
      `'${file}', which does not start as a TIFF does`,
      'a TIFF file',
      'Save the image as TIFF, PNG or npz and open that.',
    );
  }
  const bytes = ownBuffer(source);
  const view = new DataView(bytes.buffer);
  const littleEndian = bytes[0] === 0x49;
  const bigTiff = view.getUint16(2, littleEndian) === 43;
  if (bigTiff && (bytes.length < 16 || view.getUint16(4, littleEndian) !== 8)) {
    throw damaged(file, 'a BigTIFF header cut short or with offsets of another size');
  }
  const countBytes = bigTiff ? 8 : 2;
  const entryBytes = bigTiff ? 20 : 12;
  const nextBytes = bigTiff ? 8 : 4;
  const offsetAt = (at: number) => (bigTiff ? offset64(view, at, littleEndian) : view.getUint32(at, littleEndian));
  const directories: Directory[] = [];
  const seen = new Set<number>();
  let at = offsetAt(bigTiff ? 8 : 4);
  while (at !== 0) {
    if (seen.has(at)) throw damaged(file, `a directory at byte ${at} that leads back to itself`);
    seen.add(at);
    if (at + countBytes > bytes.length) throw damaged(file, `a directory at byte ${at} of ${bytes.length}`);
    const entries = bigTiff ? offset64(view, at, littleEndian) : view.getUint16(at, littleEndian);
    const start = at + countBytes;
    const end = start + entries * entryBytes;
    if (end + nextBytes > bytes.length) {
      throw damaged(file, `a directory of ${entries} entries at byte ${at} of ${bytes.length}`);
    }
    directories.push(new Directory(view, littleEndian, bigTiff, start, entries, file));
    if (directories.length * (countBytes + entryBytes + nextBytes) > bytes.length) {
      throw damaged(file, `more directories than ${bytes.length} bytes can hold`);
    }
    at = offsetAt(end);
  }
  if (directories.length === 0) throw damaged(file, 'no image in the file');
  return { bytes, littleEndian, bigTiff, directories };
}

/** The error for a file that contradicts itself. */
export function damaged(file: string, got: string): BadInputError {
  return new BadInputError(
    `${got} ('${file}')`,
    'a TIFF whose parts lie inside the file and agree',
    'The file is damaged or cut short: copy it again from its source, or save it anew from Fiji.',
  );
}

/** A 64-bit offset or count; beyond 2^53 it is beyond any file, and stays so as a float. */
function offset64(view: DataView, at: number, littleEndian: boolean): number {
  return Number(view.getBigUint64(at, littleEndian));
}

/** The same bytes at the start of a buffer of their own: copied only where they are part of a larger one. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.buffer instanceof ArrayBuffer && bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength) {
    return new Uint8Array(bytes.buffer);
  }
  return bytes.slice();
}
