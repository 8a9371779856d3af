/** A mean, the values' standard deviation and the mean's standard error; both are NaN of one value. */
export interface MeanAndError {
  mean: number;
  deviation: number;
  error: number;
}

export function meanAndError(values: readonly number[]): MeanAndError {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return { mean, deviation, error: deviation / Math.sqrt(values.length) };
}
