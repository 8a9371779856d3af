/** IEEE 754 half precision as 16 bits: 1 sign, 5 exponent (bias 15), 10 fraction. */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** The number that 16 bits stand for, exactly. */
export function floatFromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Rounds to the nearest half, ties to even, after rounding to float32; from 65520 on that is infinity. */
export function halfFromFloat(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below 2^-14 halves are 2^-24 apart; adding ½ in float32 rounds to that grid, ties to even.
    FLOAT[0] = Math.abs(FLOAT[0]) + 0.5;
    return sign | (BITS[0] - 0x3f000000);
  }
  // Rebias the exponent from 127 to 15 and round away 13 bits: half a unit, less one where the kept part is even.
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}
