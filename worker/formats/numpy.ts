import { PIXELS_PER_IMAGE } from '../../src/wire/limits';
import type { Facts } from '../../src/wire/publication';
import type { ByteSource } from './byte_source';
import { refuseBomb, unsound } from './unsound';

export function looksLikeNpy(head: Uint8Array): boolean {
  return head[0] === 0x93 && String.fromCharCode(...head.subarray(1, 6)) === 'NUMPY';
}

export function looksLikeZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

export async function readNpyHeader(source: ByteSource): Promise<Facts> {
  const head = await source.read(0, 12);
  if (head.length < 12) throw unsound('npy', `it ends after ${head.length} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [length, start] = head[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  if (length > 65_536 || start + length > source.size) throw unsound('npy', `its header claims ${length} bytes`);
  const text = new TextDecoder('latin1').decode(await source.read(start, length));
  const itemBytes = /'descr':\s*'[<>|=]?[bif](\d+)'/.exec(text)?.[1] ?? /'descr':\s*'[<>|=]?u(\d+)'/.exec(text)?.[1];
  const shapeText = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (itemBytes === undefined || shapeText === undefined) throw unsound('npy', 'its header names no numbers and shape');
  const shape = shapeText
    .split(',')
    .map((n) => n.trim())
    .filter((n) => n !== '')
    .map(Number);
  const count = shape.reduce((product, n) => product * n, 1);
  if (count > PIXELS_PER_IMAGE || count * Number(itemBytes) !== source.size - start - length)
    throw unsound(
      'npy',
      `shape (${shape.join(', ')}) of ${itemBytes} bytes does not fill ${source.size - start - length}`,
    );
  return { format: 'npy', shape };
}

const END_RECORD = 0x06054b50;
const ENTRY = 0x02014b50;

/** A CARE archive: a zip of npy arrays. Its directory is read; nothing is unpacked. */
export async function readNpzDirectory(source: ByteSource): Promise<Facts> {
  const tailStart = Math.max(0, source.size - 65_557);
  const tail = await source.read(tailStart, 65_557);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = tail.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END_RECORD) end--;
  if (end < 0) throw unsound('npz', 'it has no zip directory');
  const entries = view.getUint16(end + 10, true);
  const [bytes, at] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (entries === 0 || entries > 1000 || bytes > 2 ** 20 || at + bytes > source.size)
    throw unsound('npz', `its zip directory claims ${entries} entries in ${bytes} bytes at ${at}`);
  checkEntries(await source.read(at, bytes), entries, source.size);
  return { format: 'npz' };
}

function checkEntries(directory: Uint8Array, entries: number, size: number): void {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  let at = 0;
  let unpacked = 0;
  for (let i = 0; i < entries; i++) {
    if (at + 46 > directory.length || view.getUint32(at, true) !== ENTRY)
      throw unsound('npz', 'its zip directory is cut');
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(directory.subarray(at + 46, at + 46 + nameBytes));
    if (!/^[\w .-]{1,100}\.npy$/.test(name) || name.includes('..'))
      throw unsound('npz', `an entry is called '${name.slice(0, 100)}', which is no plain .npy name`);
    if (view.getUint32(at + 20, true) > size) throw unsound('npz', `'${name}' is larger than the file`);
    unpacked += view.getUint32(at + 24, true);
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  refuseBomb('npz', unpacked, size);
}
