/**
 * Decompression of one strip or tile into a buffer of known size. Each function fills `out` and stops there, whatever
 * else the input holds, and returns how many bytes it wrote: fewer than `out.length` means the data ended early.
 */
import { Unzlib } from 'fflate';

/** PackBits: n ≥ 0 copies n + 1 bytes, −127 ≤ n < 0 repeats the next byte 1 − n times, −128 does nothing. */
export function unpackBits(data: Uint8Array, out: Uint8Array): number {
  let from = 0;
  let to = 0;
  while (from < data.length && to < out.length) {
    const n = data[from++];
    if (n < 128) {
      const run = Math.min(n + 1, data.length - from, out.length - to);
      out.set(data.subarray(from, from + run), to);
      from += n + 1;
      to += run;
    } else if (n > 128 && from < data.length) {
      const run = Math.min(257 - n, out.length - to);
      out.fill(data[from++], to, to + run);
      to += run;
    }
  }
  return to;
}

/** Deflate with a zlib header. Pushed piece by piece, so that a bomb grows by one piece's worth at most. */
export function inflate(data: Uint8Array, out: Uint8Array): number {
  const piece = 16384;
  let to = 0;
  const stream = new Unzlib((chunk) => {
    const used = chunk.subarray(0, out.length - to);
    out.set(used, to);
    to += used.length;
  });
  for (let from = 0; from < data.length && to < out.length; from += piece) {
    stream.push(data.subarray(from, from + piece), false);
  }
  return to;
}

const CLEAR = 256;
const END = 257;
const LARGEST_CODE = 4096;

/**
 * TIFF's LZW: codes of 9 to 12 bits, most significant bit first, growing one code early. A code's string is its
 * parent's string and one byte more; strings are written backwards into place.
 */
export function unLzw(data: Uint8Array, out: Uint8Array): number {
  const parent = new Uint16Array(LARGEST_CODE + 1);
  const last = new Uint8Array(LARGEST_CODE + 1);
  const length = new Uint16Array(LARGEST_CODE + 1);
  for (let i = 0; i < 256; i++) {
    last[i] = i;
    length[i] = 1;
  }
  let next = END + 1;
  let bits = 9;
  let previous = -1;
  let buffer = 0;
  let buffered = 0;
  let from = 0;
  let to = 0;
  while (to < out.length) {
    while (buffered < bits) {
      if (from >= data.length) return to;
      buffer = ((buffer << 8) | data[from++]) & 0xffffff;
      buffered += 8;
    }
    buffered -= bits;
    const code = (buffer >>> buffered) & ((1 << bits) - 1);
    if (code === END) return to;
    if (code === CLEAR) {
      next = END + 1;
      bits = 9;
      previous = -1;
      continue;
    }
    if (code > next || (code === next && previous < 0) || (previous < 0 && code > 255)) return to;
    // A code not yet in the table is the previous string and its own first byte.
    const source = code < next ? code : previous;
    const run = length[source] + (code < next ? 0 : 1);
    const first = writeString(source, parent, last, length, out, to);
    if (code === next && to + run <= out.length) out[to + run - 1] = first;
    if (previous >= 0 && next < LARGEST_CODE) {
      parent[next] = previous;
      last[next] = first;
      length[next] = length[previous] + 1;
      next++;
    }
    if (next + 1 >= 1 << bits && bits < 12) bits++;
    previous = code;
    to += Math.min(run, out.length - to);
  }
  return to;
}

/** Writes a code's string at `to`, as far as it fits, and returns its first byte. */
function writeString(
  code: number,
  parent: Uint16Array,
  last: Uint8Array,
  length: Uint16Array,
  out: Uint8Array,
  to: number,
): number {
  let node = code;
  // Typed arrays ignore what is written beyond their end.
  for (let at = to + length[code] - 1; at > to; at--) {
    out[at] = last[node];
    node = parent[node];
  }
  out[to] = last[node];
  return last[node];
}
