/** Where brightness was cut off: by a camera that is full, by taking off more background than there was, by 8 bits. */
import type { Plane } from '../image';

export interface Clipping {
  /** −∞ and ∞ where nothing was. */
  low: number;
  high: number;
}

/** More of an image’s samples than this have its very least, or greatest, brightness only where more was cut off. */
const SHARE = 1e-3;

/** @param planes each at its own scale: the mean of their limits, where half of them have one */
export function measureClipping(planes: readonly Plane[]): Clipping {
  const limits = planes.map(({ data }) => ({ low: limitOf(data, 'least'), high: limitOf(data, 'greatest') }));
  return {
    low: usual(limits.map(({ low }) => low)) ?? -Infinity,
    high: usual(limits.map(({ high }) => high)) ?? Infinity,
  };
}

export const clipped = (value: number, { low, high }: Clipping): number => Math.min(high, Math.max(low, value));

function limitOf(data: Float32Array, side: 'least' | 'greatest'): number | undefined {
  const limit = data.reduce((a, b) => (side === 'least' ? Math.min(a, b) : Math.max(a, b)));
  const count = data.reduce((sum, value) => sum + (value === limit ? 1 : 0), 0);
  // An image all of one brightness says nothing.
  return count > SHARE * data.length && count < data.length ? limit : undefined;
}

function usual(limits: (number | undefined)[]): number | undefined {
  const found = limits.filter((limit) => limit !== undefined);
  if (2 * found.length < limits.length) return undefined;
  return found.reduce((sum, limit) => sum + limit, 0) / found.length;
}
