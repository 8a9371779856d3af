/** Files that are made when they are asked for, the same each time: gigabytes of test data without a disk. */

/** An uncompressed 8-bit TIFF of about `bytes` bytes, filled from `seed`. */
export function seededTiff(bytes: number, seed: number): Uint8Array<ArrayBuffer> {
  const width = 512;
  const height = Math.max(1, Math.floor((bytes - HEADER) / width));
  const file = new Uint8Array(HEADER + width * height);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, 8, true);
  const tags = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, HEADER],
    [277, 1],
    [279, width * height],
  ];
  view.setUint16(8, tags.length, true);
  for (const [i, [tag, value]] of tags.entries()) {
    view.setUint16(10 + i * 12, tag, true);
    view.setUint16(12 + i * 12, 4, true);
    view.setUint32(14 + i * 12, 1, true);
    view.setUint32(18 + i * 12, value, true);
  }
  // Four bytes at a time: xorshift, seeded.
  const words = new Uint32Array(file.buffer, HEADER, (width * height) >>> 2);
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return file;
}

/** 8 + 2 + 8 × 12 + 4, rounded up to a multiple of 4. */
const HEADER = 112;
