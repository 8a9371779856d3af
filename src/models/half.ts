/** IEEE 754 half precision as 16 bits: 1 sign, 5 exponent (bias 15), 10 fraction. */

export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Round to nearest, ties to even; beyond 65504 becomes infinity. */
export function floatToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below the smallest normal number, 2⁻¹⁴, halves are spaced 2⁻²⁴ apart.
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = Math.min(Math.floor(Math.log2(magnitude)), 15);
  const scaled = roundToEven((magnitude / 2 ** exponent) * 1024);
  // A fraction that rounds up to 2048 carries into the exponent by plain addition.
  return sign | (((exponent + 15) << 10) + (scaled - 1024));
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
