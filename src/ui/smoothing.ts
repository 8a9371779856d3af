/** Exponential running mean, free of its start (as Adam corrects its moments); NaN stays NaN and is passed over. */
export function smoothed(values: number[], keep = 0.9): number[] {
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    mean = keep * mean + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return mean / weight;
  });
}
