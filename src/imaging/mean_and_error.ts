/** Means of a few values, and how sure they are. */

export interface MeanAndError {
  mean: number;
  /** Of the values; NaN of one. */
  deviation: number;
  /** Standard error of the mean; NaN of one value. */
  error: number;
}

/** Fewer values say nothing about how much they differ. */
export const FEWEST = 4;

type Values = readonly number[] | Float32Array;

export function mean(values: Values): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

export function meanAndError(values: Values): MeanAndError {
  const middle = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - middle) ** 2;
  const deviation = Math.sqrt(squares / (values.length - 1));
  return { mean: middle, deviation, error: deviation / Math.sqrt(values.length) };
}
