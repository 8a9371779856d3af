/** What is made of samples. */

export function median(numbers: readonly number[]): number {
  if (numbers.length === 0) return Number.NaN;
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The list begun at another place each round, so that none always follows the same neighbour. */
export function rotated<T>(list: readonly T[], round: number): T[] {
  const from = list.length > 0 ? round % list.length : 0;
  return [...list.slice(from), ...list.slice(0, from)];
}

/** Largest difference, relative to the largest wanted value; infinite where anything is not finite or sizes differ. */
export function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i] - wanted[i]);
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(wanted[i]));
  }
  return worst === 0 ? 0 : worst / largest;
}
