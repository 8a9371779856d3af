/** Bytes to be sent: in memory, or a file that is read piece by piece (a page's File, Node's `fs.openAsBlob`). */
import { sha256 } from './digest';
import { BLOB_BYTES, PART_BYTES } from './limits';

export type Content = Uint8Array | ArrayBuffer | Blob;

/** A stretch of a file that travels as one blob. */
export interface Stretch {
  sha256: string;
  from: number;
  to: number;
}

export const sizeOf = (content: Content): number => (content instanceof Blob ? content.size : content.byteLength);

export async function readStretch(content: Content, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  if (content instanceof Blob) return new Uint8Array(await content.slice(from, to).arrayBuffer());
  const bytes = content instanceof ArrayBuffer ? new Uint8Array(content) : content;
  return new Uint8Array(bytes.subarray(from, to));
}

/** One stretch up to 50 MiB, 16 MiB each above it; hashed one after another, so that memory stays constant. */
export async function hashStretches(content: Content): Promise<Stretch[]> {
  const size = sizeOf(content);
  const step = size <= BLOB_BYTES ? Math.max(size, 1) : PART_BYTES;
  const stretches: Stretch[] = [];
  for (let from = 0; from < size; from += step) {
    const to = Math.min(from + step, size);
    stretches.push({ sha256: await sha256(await readStretch(content, from, to)), from, to });
  }
  return stretches;
}
