import { SAFETENSORS_HEADER_BYTES, TENSORS_PER_MODEL } from '../../src/wire/limits';
import type { Facts } from '../../src/wire/publication';
import type { ByteSource } from './byte_source';
import { unsound } from './unsound';

const SAMPLE_BYTES = new Map([
  ['F64', 8],
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['I64', 8],
  ['I32', 4],
  ['I16', 2],
  ['I8', 1],
  ['U8', 1],
  ['BOOL', 1],
]);

export interface SafetensorsHeader {
  shapes: Map<string, number[]>;
  metadata: Record<string, string>;
  facts: Facts;
}

/** 8 bytes of header length, small enough to be one, and the brace that opens the header. */
export function looksLikeSafetensors(head: Uint8Array): boolean {
  return head.length >= 10 && head[8] === 0x7b && head[6] === 0 && head[7] === 0;
}

/** Reads the header and checks that its table describes the rest of the file: every byte once, in order. */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const start = await source.read(0, 8);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > SAFETENSORS_HEADER_BYTES)
    throw unsound('safetensors', `the header claims ${length} bytes; the limit is ${SAFETENSORS_HEADER_BYTES}`);
  if (8 + length > source.size) throw unsound('safetensors', `the header claims ${length} bytes of ${source.size}`);
  const { __metadata__: metadata = {}, ...table } = parse(await source.read(8, length));
  if (Object.keys(table).length > TENSORS_PER_MODEL)
    throw unsound('safetensors', `${Object.keys(table).length} tensors; the limit is ${TENSORS_PER_MODEL}`);
  const tensors = Object.entries(table).map(([name, entry]) => checkedTensor(name, entry));
  if (tensors.length === 0) throw unsound('safetensors', 'there is no tensor in it');
  checkCoverage(tensors, source.size - 8 - length);
  return {
    shapes: new Map(tensors.map(({ name, shape }) => [name, shape])),
    metadata: checkedMetadata(metadata),
    facts: {
      format: 'safetensors',
      tensors: tensors.length,
      parameters: tensors.reduce((sum, { count }) => sum + count, 0),
    },
  };
}

function parse(header: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(header));
  } catch {
    throw unsound('safetensors', 'the header is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unsound('safetensors', 'the header is not a JSON object');
  return value as Record<string, unknown>;
}

interface Tensor {
  name: string;
  shape: number[];
  count: number;
  begin: number;
  end: number;
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;

function checkedTensor(name: string, value: unknown): Tensor {
  const entry = value as { dtype?: unknown; shape?: unknown; data_offsets?: unknown } | null;
  const bytes = typeof entry?.dtype === 'string' ? SAMPLE_BYTES.get(entry.dtype) : undefined;
  const { shape, data_offsets: offsets } = entry ?? {};
  const label = `tensor '${name.slice(0, 100)}'`;
  if (bytes === undefined)
    throw unsound('safetensors', `${label} has no dtype of ${[...SAMPLE_BYTES.keys()].join(' ')}`);
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isCount))
    throw unsound('safetensors', `${label} has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw unsound('safetensors', `${label} has no data_offsets`);
  const count = shape.reduce((product, n) => product * n, 1);
  const [begin, end] = offsets;
  if (!(end - begin === count * bytes))
    throw unsound('safetensors', `${label} of shape [${shape.join(', ')}] stands in ${end - begin} bytes`);
  return { name, shape, count, begin, end };
}

function checkCoverage(tensors: Tensor[], size: number): void {
  let at = 0;
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw unsound('safetensors', `tensor '${name.slice(0, 100)}' begins at ${begin}, where ${at} was due`);
    at = end;
  }
  if (at !== size) throw unsound('safetensors', `the tensors take ${at} bytes and the file has ${size} for them`);
}

function checkedMetadata(value: unknown): Record<string, string> {
  const isText = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isText || !Object.values(value).every((text) => typeof text === 'string'))
    throw unsound('safetensors', 'its __metadata__ holds something else than strings');
  return value as Record<string, string>;
}
