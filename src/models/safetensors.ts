/**
 * The safetensors file format, both ways: an 8-byte little-endian header length, a JSON header of
 * `name → {dtype, shape, data_offsets}` plus `__metadata__` (strings only), then the samples, little-endian, row-major.
 *
 * Every number a file states is checked before it is used, because files arrive from share links: the tensors must fill
 * the data part from its first byte to its last without overlap, as the format demands.
 */
import { BadInputError } from '../imaging/bad_input';
import { floatFromHalf, halfFromFloat } from '../imaging/half';

export interface StoredTensor {
  shape: readonly number[];
  /** Samples as float32 whatever the file holds; integers beyond 2^24 and float64 are rounded. */
  data: Float32Array;
  /** How the file stores them. Written as 'F32' unless 'F16' is asked for; any other type reads as 'F32'. */
  dtype?: 'F32' | 'F16';
}

export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

/** dtype → bytes a sample, and how to read one. */
const DTYPES = new Map<string, { bytes: number; read: (view: DataView, at: number) => number }>([
  ['F64', { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  ['F32', { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ['F16', { bytes: 2, read: (view, at) => floatFromHalf(view.getUint16(at, true)) }],
  ['BF16', { bytes: 2, read: (view, at) => floatFromBfloat(view.getUint16(at, true)) }],
  ['I64', { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  ['U64', { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) }],
  ['I32', { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ['U32', { bytes: 4, read: (view, at) => view.getUint32(at, true) }],
  ['I16', { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  ['U16', { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  ['I8', { bytes: 1, read: (view, at) => view.getInt8(at) }],
  ['U8', { bytes: 1, read: (view, at) => view.getUint8(at) }],
  ['BOOL', { bytes: 1, read: (view, at) => view.getUint8(at) }],
]);

/** No header of a network this program writes comes near this; a larger one is a damaged or hostile file. */
const LARGEST_HEADER = 16 * 2 ** 20;

/** All tensors, in the order of their data, and the metadata. Throws BadInputError on anything unsound. */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8) throw unsound(`a file of ${bytes.byteLength} bytes`);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > LARGEST_HEADER || headerBytes + 8 > bytes.byteLength) {
    throw unsound(`a header of ${headerBytes} bytes in a file of ${bytes.byteLength}`);
  }
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  const start = 8 + headerBytes;
  const entries = header.entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, bytes.byteLength - start);
  const tensors = new Map(entries.map((entry) => [entry.name, readTensor(entry, view, start)]));
  return { tensors, metadata: header.metadata };
}

/**
 * The file's bytes: header padded to 8 bytes, float32 tensors before float16 ones, each kind in the order given, so
 * that every sample stands at a multiple of its size. Throws RangeError where a shape and its data disagree.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  const wide = [...tensors].filter(([, { dtype }]) => dtype !== 'F16');
  const narrow = [...tensors].filter(([, { dtype }]) => dtype === 'F16');
  const entries: [string, object][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, { shape, data, dtype = 'F32' }] of [...wide, ...narrow]) {
    if (data.length !== elements(shape)) {
      throw new RangeError(`${name}: got ${data.length} samples, wanted ${elements(shape)} for [${shape.join(', ')}]`);
    }
    const end = offset + data.length * (dtype === 'F16' ? 2 : 4);
    entries.push([name, { dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  bytes.set(header, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  let at = 8 + headerBytes;
  for (const [, { data }] of wide) {
    for (let i = 0; i < data.length; i++, at += 4) view.setFloat32(at, data[i], true);
  }
  for (const [, { data }] of narrow) {
    for (let i = 0; i < data.length; i++, at += 2) view.setUint16(at, halfFromFloat(data[i]), true);
  }
  return bytes;
}

function parseHeader(text: string): { entries: Entry[]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw unsound(`a header that is no JSON (${error instanceof Error ? error.message : error})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw unsound('a header that is no object');
  const { __metadata__: metadata, ...rest } = header as Record<string, unknown>;
  return {
    metadata: checkedMetadata(metadata),
    entries: Object.entries(rest).map(([name, value]) => checkedEntry(name, value)),
  };
}

function checkedMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null) throw unsound('metadata that are no object');
  const entries = Object.entries(value as Record<string, unknown>).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw unsound(`metadata '${key}' of type ${typeof text}`);
    return [key, text];
  });
  return Object.fromEntries(entries);
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;

function checkedEntry(name: string, value: unknown): Entry {
  const entry = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const { dtype, shape, data_offsets: offsets } = entry;
  const sound = Array.isArray(shape) && shape.every(isCount) && Array.isArray(offsets) && offsets.length === 2;
  if (!sound || !offsets.every(isCount)) throw unsound(`an entry '${name}' without dtype, shape and data_offsets`);
  const bytes = typeof dtype === 'string' ? DTYPES.get(dtype)?.bytes : undefined;
  if (typeof dtype !== 'string' || bytes === undefined) throw unsound(`dtype ${String(dtype)} of '${name}'`);
  const [begin, end] = offsets;
  if (end - begin !== elements(shape) * bytes) {
    throw unsound(`bytes ${begin} to ${end} for ${dtype} [${shape.join(', ')}] of '${name}'`);
  }
  return { name, dtype, shape, begin, end };
}

/** Entries in the order of their data. */
function checkLayout(entries: Entry[], dataBytes: number): void {
  let reached = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== reached) throw unsound(`'${name}' from byte ${begin} where byte ${reached} was next`);
    reached = end;
  }
  if (reached !== dataBytes) throw unsound(`tensors of ${reached} bytes over ${dataBytes} bytes of data`);
}

function readTensor({ dtype, shape, begin }: Entry, view: DataView, start: number): StoredTensor {
  const { bytes, read } = DTYPES.get(dtype) ?? { bytes: 0, read: () => 0 };
  const data = new Float32Array(elements(shape));
  for (let i = 0, at = start + begin; i < data.length; i++, at += bytes) data[i] = read(view, at);
  return { shape, data, dtype: dtype === 'F16' ? 'F16' : 'F32' };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

const WORD = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function floatFromBfloat(bits: number): number {
  WORD.setUint32(0, bits * 65536);
  return WORD.getFloat32(0);
}

function unsound(got: string): BadInputError {
  return new BadInputError(
    got,
    'a safetensors file whose header and data agree',
    'The file is damaged, cut short or of another kind: download it again.',
  );
}
