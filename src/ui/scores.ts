/** Scores of one plane against its truth: the restoration, the untouched input and a Gaussian tuned on the truth. */
import { gaussianBlur } from '../imaging/filters';
import type { Plane } from '../imaging/image';
import { type Metric, psnr, type Score, scaledPair, score } from '../imaging/metrics';

export interface ScoreRow {
  name: string;
  score: Score;
}

const SIGMAS = [0.5, 0.75, 1, 1.5, 2, 3, 4];

/** The Gaussian sees the truth when its σ is chosen, which no network does: it is the bar to clear. */
export function scoreRows(input: Plane, restored: Plane | undefined, truth: Plane, metric: Metric): ScoreRow[] {
  const rows: ScoreRow[] = [{ name: 'Input, untouched', score: score(input, truth, metric) }];
  const { plane, sigma } = bestGaussian(input, truth, metric);
  rows.push({ name: `Gaussian, best σ ${sigma} px`, score: score(plane, truth, metric) });
  if (restored) rows.push({ name: 'Restored', score: score(restored, truth, metric) });
  return rows;
}

function bestGaussian(input: Plane, truth: Plane, metric: Metric): { plane: Plane; sigma: number } {
  let best = { plane: input, sigma: 0, psnr: Number.NEGATIVE_INFINITY };
  for (const sigma of SIGMAS) {
    const plane = gaussianBlur(input, sigma);
    const scaled = scaledPair(plane, truth, metric, {});
    const value = psnr(scaled.prediction, scaled.truth, scaled.range);
    if (value > best.psnr) best = { plane, sigma, psnr: value };
  }
  return best;
}
