/** A stored file of which pieces can be read: headers are looked at, the rest is not. */
export interface ByteSource {
  readonly size: number;
  /** Fewer bytes where the file ends first. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

const HEAD_BYTES = 65_536;

/** Remembers the first 64 KiB, in which most headers lie whole. */
export function withHead(source: ByteSource): ByteSource {
  let head: Promise<Uint8Array> | undefined;
  return {
    size: source.size,
    async read(offset, length) {
      const end = Math.min(offset + length, source.size);
      if (offset >= end) return new Uint8Array(0);
      if (end > HEAD_BYTES) return source.read(offset, end - offset);
      head ??= source.read(0, Math.min(HEAD_BYTES, source.size));
      return (await head).subarray(offset, end);
    },
  };
}
