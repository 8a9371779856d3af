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

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function meanAndError(values: readonly number[]): MeanAndError {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return { mean: middle, deviation, error: deviation / Math.sqrt(values.length) };
}
