import { PIXELS_PER_IMAGE } from '../../src/wire/limits';
import type { Facts } from '../../src/wire/publication';
import type { ByteSource } from './byte_source';
import { refuseBomb, unsound } from './unsound';

/** Type code → bytes a value, of those that stand for sizes: BYTE, SHORT, LONG, LONG8. */
const INTEGER_BYTES: Record<number, number> = { 1: 1, 3: 2, 4: 4, 16: 8 };
const TAG = { width: 256, height: 257, bits: 258, compression: 259, samples: 277 };
const LARGEST_DIRECTORY = 4096;

export function looksLikeTiff(head: Uint8Array): boolean {
  const order = String.fromCharCode(...head.subarray(0, 4));
  return ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'].includes(order);
}

/** The first page's size. Classic TIFF and BigTIFF, both byte orders; the directory may stand anywhere in the file. */
export async function readTiffHeader(source: ByteSource): Promise<Facts> {
  const head = await source.read(0, 16);
  if (head.length < 16) throw unsound('TIFF', `it ends after ${head.length} bytes`);
  const little = head[0] === 0x49;
  const big = head[little ? 2 : 3] === 43;
  const headView = viewOf(head);
  const at = big ? Number(headView.getBigUint64(8, little)) : headView.getUint32(4, little);
  const countBytes = big ? 8 : 2;
  const start = await source.read(at, countBytes);
  if (at < 8 || start.length < countBytes)
    throw unsound('TIFF', `its first directory is said to be at byte ${at} of ${source.size}`);
  const count = big ? Number(viewOf(start).getBigUint64(0, little)) : viewOf(start).getUint16(0, little);
  const entryBytes = big ? 20 : 12;
  const entries = count <= LARGEST_DIRECTORY ? await source.read(at + countBytes, count * entryBytes) : undefined;
  if (!entries || count === 0 || entries.length < count * entryBytes)
    throw unsound('TIFF', `its first directory claims ${count} entries`);
  const tags = readTags(viewOf(entries), count, { little, big });
  return checkedFacts(tags, source.size);
}

function readTags(
  view: DataView,
  count: number,
  { little, big }: { little: boolean; big: boolean },
): Map<number, number> {
  const tags = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const at = i * (big ? 20 : 12);
    const bytes = INTEGER_BYTES[view.getUint16(at + 2, little)];
    const values = big ? Number(view.getBigUint64(at + 4, little)) : view.getUint32(at + 4, little);
    if (bytes === undefined || values === 0 || bytes * values > (big ? 8 : 4)) continue;
    tags.set(view.getUint16(at, little), readInteger(view, at + (big ? 12 : 8), bytes, little));
  }
  return tags;
}

function readInteger(view: DataView, at: number, bytes: number, little: boolean): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, little);
  if (bytes === 4) return view.getUint32(at, little);
  return Number(view.getBigUint64(at, little));
}

function checkedFacts(tags: Map<number, number>, size: number): Facts {
  const width = tags.get(TAG.width) ?? 0;
  const height = tags.get(TAG.height) ?? 0;
  const samples = tags.get(TAG.samples) ?? 1;
  if (width < 1 || height < 1 || width * height * samples > PIXELS_PER_IMAGE)
    throw unsound('TIFF', `it claims ${width} × ${height} pixels of ${samples} samples`);
  // Bits per sample of several samples stand elsewhere in the file; one byte is then the least they can be.
  const bits = tags.get(TAG.bits);
  const unpacked = (width * height * samples * (bits ?? (samples > 1 ? 8 : 1))) / 8;
  if ((tags.get(TAG.compression) ?? 1) === 1 && unpacked > size)
    throw unsound('TIFF', `${width} × ${height} pixels need ${unpacked} bytes and the file has ${size}`);
  refuseBomb('TIFF', unpacked, size);
  return { format: 'tiff', width, height, ...(bits === undefined ? {} : { bitsPerSample: bits }) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
