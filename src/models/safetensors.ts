/**
 * The safetensors file format, both ways: an 8-byte little-endian header length, a JSON header of
 * `name → {dtype, shape, data_offsets}` plus `__metadata__` (strings only), then the samples, little-endian, row-major.
 *
 * Every number a file states is checked before it is used, because files arrive from share links.
 */
import { floatToHalf, halfToFloat } from './half';

export interface StoredTensor {
  shape: readonly number[];
  /** Samples widened to 32 bits whatever the file holds. */
  data: Float32Array;
  /** How the file stores them. Written as 'F32' unless 'F16' is asked for. */
  dtype?: 'F32' | 'F16';
}

export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

type Widen = (view: DataView, at: number) => number;

/** dtype → bytes a sample, and how to read one. */
const DTYPES: Record<string, { bytes: number; read: Widen }> = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => halfToFloat(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => bfloatToFloat(view.getUint16(at, true)) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** No header of a network this program writes comes near this; a larger one is a damaged or hostile file. */
const LARGEST_HEADER = 16 * 2 ** 20;

export function readSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8) throw notSafetensors(`${bytes.byteLength} bytes`, 'at least 8');
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > LARGEST_HEADER || headerBytes + 8 > bytes.byteLength)
    throw notSafetensors(
      `a header of ${headerBytes} bytes in a file of ${bytes.byteLength}`,
      'a header inside the file',
    );
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  const start = 8 + headerBytes;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header.entries)) {
    tensors.set(name, readTensor(name, entry, view, start));
  }
  return { tensors, metadata: header.metadata };
}

/** Names are written in the order given, each at a multiple of its sample size; the header is padded to 8 bytes. */
export function writeSafetensors(tensors: Map<string, StoredTensor>, metadata: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data, dtype = 'F32' }] of tensors) {
    if (data.length !== elements(shape))
      throw new Error(`${name}: got ${data.length} samples, wanted ${elements(shape)} for [${shape.join(', ')}]`);
    const end = offset + data.length * (DTYPES[dtype]?.bytes ?? 4);
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = JSON.stringify(header);
  const encoded = new TextEncoder().encode(text);
  const headerBytes = Math.ceil(encoded.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  bytes.set(encoded, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  let at = 8 + headerBytes;
  for (const { data, dtype = 'F32' } of tensors.values()) {
    for (const sample of data) {
      if (dtype === 'F16') view.setUint16(at, floatToHalf(sample), true);
      else view.setFloat32(at, sample, true);
      at += dtype === 'F16' ? 2 : 4;
    }
  }
  return bytes;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function parseHeader(text: string): { entries: Record<string, Entry>; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new Error(notSafetensors('a header that is no JSON', 'a JSON object').message, { cause: error });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw notSafetensors('a header that is no object', 'a JSON object');
  const entries: Record<string, Entry> = {};
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = checkedMetadata(value);
    else entries[name] = checkedEntry(name, value);
  }
  return { entries, metadata };
}

function checkedMetadata(value: unknown): Record<string, string> {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>);
  for (const [key, text] of entries)
    if (typeof text !== 'string') throw notSafetensors(`metadata '${key}' of type ${typeof text}`, 'strings only');
  return Object.fromEntries(entries) as Record<string, string>;
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;

function checkedEntry(name: string, value: unknown): Entry {
  const entry = value as Partial<Entry> | null;
  const offsets = entry?.data_offsets;
  const sound =
    typeof entry?.dtype === 'string' &&
    Array.isArray(entry.shape) &&
    entry.shape.every(isCount) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isCount);
  if (!sound) throw notSafetensors(`an entry '${name}' without dtype, shape and data_offsets`, 'all three');
  return entry as Entry;
}

function readTensor(name: string, entry: Entry, view: DataView, start: number): StoredTensor {
  const kind = DTYPES[entry.dtype];
  if (!kind) throw new Error(`${name}: got dtype ${entry.dtype}, wanted one of ${Object.keys(DTYPES).join(', ')}`);
  const count = elements(entry.shape);
  const [begin, end] = entry.data_offsets;
  if (end - begin !== count * kind.bytes || start + end > view.byteLength)
    throw new Error(
      `${name}: got bytes ${begin}..${end} of ${view.byteLength - start}, wanted ${count * kind.bytes} bytes ` +
        `for ${entry.dtype} [${entry.shape.join(', ')}]; the file is cut short or damaged`,
    );
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = kind.read(view, start + begin + i * kind.bytes);
  return { shape: entry.shape, data, dtype: entry.dtype === 'F16' ? 'F16' : 'F32' };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function bfloatToFloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}

function notSafetensors(got: string, wanted: string): Error {
  return new Error(`not a safetensors file: got ${got}, wanted ${wanted}`);
}
