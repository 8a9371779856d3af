/**
 * ImageJ's conventions inside a TIFF, both ways: the `key=value` lines of ImageDescription, and the private tags 50838
 * and 50839 with Info text, slice labels, display ranges and look-up tables.
 */
import type { ImageMeta, ImageSize } from '../image';

/** Planes of an ImageJ file in its fixed order: channel fastest, then slice, then frame. */
export interface ImagejStack {
  images: number;
  t: number;
  z: number;
  c: number;
}

/** What this program writes itself; every other line of a description is passed on as it was. */
const WRITTEN_KEYS = new Set([
  'ImageJ',
  'images',
  'channels',
  'slices',
  'frames',
  'hyperstack',
  'mode',
  'unit',
  'finterval',
  'spacing',
  'loop',
  'min',
  'max',
]);

/** Our version line. ImageJ and its readers only look for the key. */
const VERSION = '1.54f';

/** Marks where the processing record begins in ImageJ's Info text. */
const RECORD_MARK = '--- mendscope record ---\n';

/** The lines of an ImageJ description, or undefined where it is none. */
export function parseDescription(description: string | undefined): Map<string, string> | undefined {
  if (!description?.startsWith('ImageJ=')) return undefined;
  const lines = description.split(/\r?\n/).flatMap((line) => {
    const at = line.indexOf('=');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
  return new Map(lines);
}

/**
 * How many planes a description announces and how they are ordered. Where channels, slices and frames do not multiply to
 * the number of images, ImageJ opens a plain stack, and so does this.
 */
export function stackOf(lines: Map<string, string>): ImagejStack {
  const count = (key: string) => {
    const n = Number(lines.get(key) ?? 1);
    return Number.isInteger(n) && n >= 1 ? n : 1;
  };
  const images = count('images');
  const [c, z, t] = [count('channels'), count('slices'), count('frames')];
  return t * z * c === images ? { images, t, z, c } : { images, t: 1, z: images, c: 1 };
}

/** Unit, spacing, frame interval and display mode out of a description. */
export function metaOfDescription(lines: Map<string, string>): Partial<ImageMeta> & { spacing?: number } {
  const mode = lines.get('mode');
  return {
    source: 'imagej',
    unit: unescapeUnicode(lines.get('unit') ?? ''),
    spacing: positive(lines.get('spacing')),
    frameInterval: positive(lines.get('finterval')),
    mode: mode === 'composite' || mode === 'color' || mode === 'grayscale' ? mode : undefined,
  };
}

/** The display range of a one-channel image out of its description. */
export function rangeOfDescription(lines: Map<string, string>): { min: number; max: number } | undefined {
  const [min, max] = [Number(lines.get('min') ?? Number.NaN), Number(lines.get('max') ?? Number.NaN)];
  return Number.isFinite(min) && Number.isFinite(max) ? { min, max } : undefined;
}

/** The description this program writes: ImageJ's lines for this size, and the lines of the source that it passes on. */
export function writeDescription(size: ImageSize, meta: ImageMeta, range: { min: number; max: number }): string {
  const images = size.t * size.z * size.c;
  const stacked = [size.t, size.z, size.c].filter((n) => n > 1).length;
  const lines: [string, string | number | undefined][] = [
    ['ImageJ', VERSION],
    ['images', images > 1 ? images : undefined],
    ['channels', size.c > 1 ? size.c : undefined],
    ['slices', size.z > 1 ? size.z : undefined],
    ['frames', size.t > 1 ? size.t : undefined],
    ['hyperstack', stacked > 1 ? 'true' : undefined],
    ['mode', size.c > 1 ? (meta.mode ?? 'composite') : meta.mode],
    ['unit', meta.unit === '' ? undefined : escapeUnicode(meta.unit)],
    ['finterval', meta.frameInterval],
    ['spacing', meta.pixelSize.z],
    ['loop', images > 1 ? 'false' : undefined],
    ['min', decimal(range.min)],
    ['max', decimal(range.max)],
  ];
  const passedOn = [...(parseDescription(meta.description) ?? [])].filter(([key]) => !WRITTEN_KEYS.has(key));
  const written = lines.filter(([, value]) => value !== undefined);
  return [...written, ...passedOn].map(([key, value]) => `${key}=${value}\n`).join('');
}

/** Java prints whole doubles with '.0'; some readers tell float from integer by it. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** What the private tags hold. */
export interface ImagejExtras {
  info?: string;
  labels?: string[];
  displayRanges?: { min: number; max: number }[];
  luts?: Uint8Array[];
}

/**
 * Reads tags 50838 (byte counts: header, then each entry) and 50839 (header 'IJIJ' and [type, count] pairs, then the
 * entries). Parts that contradict themselves are left out: they are no image data.
 */
export function parseExtras(byteCounts: number[], bytes: Uint8Array, littleEndian: boolean): ImagejExtras {
  const headerBytes = byteCounts[0] ?? 0;
  if (headerBytes < 4 || headerBytes > bytes.length) return {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, littleEndian) !== fourLetters('IJIJ')) return {};
  const entries = new Map<number, Uint8Array[]>();
  let at = headerBytes;
  let index = 1;
  for (let header = 4; header + 8 <= headerBytes; header += 8) {
    const type = view.getUint32(header, littleEndian);
    const count = view.getUint32(header + 4, littleEndian);
    const values: Uint8Array[] = [];
    for (let i = 0; i < count && index < byteCounts.length; i++) {
      const length = byteCounts[index++];
      if (at + length > bytes.length) break;
      values.push(bytes.subarray(at, at + length));
      at += length;
    }
    entries.set(type, values);
  }
  const texts = (type: string) => entries.get(fourLetters(type))?.map((value) => utf16(value, littleEndian));
  const luts = entries.get(fourLetters('luts'))?.filter((lut) => lut.length === 768);
  const [ranges] = entries.get(fourLetters('rang')) ?? [];
  return {
    info: texts('info')?.[0],
    labels: texts('labl'),
    luts: luts?.length ? luts.map((lut) => lut.slice()) : undefined,
    displayRanges: ranges && parseRanges(ranges, littleEndian),
  };
}

/** Tags 50838 and 50839, little-endian, or undefined where there is nothing to write. */
export function writeExtras(extras: ImagejExtras): { byteCounts: number[]; bytes: Uint8Array } | undefined {
  const { info, labels, displayRanges, luts } = extras;
  const parts: { type: string; values: Uint8Array[] }[] = [];
  if (info) parts.push({ type: 'info', values: [utf16Bytes(info)] });
  if (labels?.length) parts.push({ type: 'labl', values: labels.map(utf16Bytes) });
  if (displayRanges?.length) {
    const doubles = Float64Array.from(displayRanges.flatMap(({ min, max }) => [min, max]));
    parts.push({ type: 'rang', values: [littleEndianBytes(doubles)] });
  }
  if (luts?.length) parts.push({ type: 'luts', values: luts });
  if (parts.length === 0) return undefined;
  const header = new DataView(new ArrayBuffer(4 + 8 * parts.length));
  header.setUint32(0, fourLetters('IJIJ'), true);
  for (const [i, { type, values }] of parts.entries()) {
    header.setUint32(4 + 8 * i, fourLetters(type), true);
    header.setUint32(8 + 8 * i, values.length, true);
  }
  const pieces = [new Uint8Array(header.buffer), ...parts.flatMap(({ values }) => values)];
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { byteCounts: pieces.map((piece) => piece.length), bytes };
}

/** Info text with the processing record at its end, and the two apart again. */
export function joinRecord(info: string | undefined, record: string | undefined): string | undefined {
  if (record === undefined) return info;
  const before = info === undefined || info === '' ? '' : info.endsWith('\n') ? info : `${info}\n`;
  return `${before}${RECORD_MARK}${record}`;
}

export function splitRecord(text: string | undefined): { info?: string; record?: string } {
  const at = text?.indexOf(RECORD_MARK) ?? -1;
  if (text === undefined || at < 0) return { info: text };
  return { info: text.slice(0, at) || undefined, record: text.slice(at + RECORD_MARK.length) };
}

function parseRanges(bytes: Uint8Array, littleEndian: boolean): { min: number; max: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 16) }, (_, i) => ({
    min: view.getFloat64(i * 16, littleEndian),
    max: view.getFloat64(i * 16 + 8, littleEndian),
  }));
}

function fourLetters(text: string): number {
  return [...text].reduce((code, letter) => code * 256 + letter.charCodeAt(0), 0);
}

function utf16(bytes: Uint8Array, littleEndian: boolean): string {
  return new TextDecoder(littleEndian ? 'utf-16le' : 'utf-16be').decode(bytes);
}

function utf16Bytes(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return new Uint8Array(view.buffer);
}

function littleEndianBytes(doubles: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * doubles.length));
  for (const [i, value] of doubles.entries()) view.setFloat64(8 * i, value, true);
  return new Uint8Array(view.buffer);
}

/** ImageJ writes 'µm' as '\u00B5m', so that descriptions are ASCII. */
function unescapeUnicode(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function escapeUnicode(text: string): string {
  return text.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
