/**
 * Looks at every number of a safetensors file for infinities and NaN. The store does not (30 MB of numbers are too
 * many for a worker); both ends of a link do, before sending and after receiving.
 */

/** dtype → exponent bits that mean "not finite", per 16-, 32- or 64-bit word. */
const EXPONENT: Record<string, { bytes: 2 | 4 | 8; mask: number }> = {
  F16: { bytes: 2, mask: 0x7c00 },
  BF16: { bytes: 2, mask: 0x7f80 },
  F32: { bytes: 4, mask: 0x7f800000 },
  F64: { bytes: 8, mask: 0x7ff00000 },
};

/** The first tensor with a number that is not finite, or undefined. */
export function findNonFinite(safetensors: Uint8Array): string | undefined {
  const view = new DataView(safetensors.buffer, safetensors.byteOffset, safetensors.byteLength);
  const headerBytes = view.byteLength < 8 ? 0 : Number(view.getBigUint64(0, true));
  // A file whose header cannot be read is refused by the store, with its reason.
  if (headerBytes === 0 || 8 + headerBytes > view.byteLength) return undefined;
  const header = JSON.parse(new TextDecoder().decode(safetensors.subarray(8, 8 + headerBytes))) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  for (const [name, { dtype, data_offsets: offsets }] of Object.entries(header)) {
    const kind = name === '__metadata__' ? undefined : EXPONENT[dtype];
    if (!kind) continue;
    const [begin, end] = offsets.map((offset) => 8 + headerBytes + offset);
    for (let at = begin; at < end; at += kind.bytes) {
      const word = kind.bytes === 2 ? view.getUint16(at, true) : view.getUint32(at + kind.bytes - 4, true);
      if ((word & kind.mask) === kind.mask) return name;
    }
  }
  return undefined;
}
