import { BadInputError } from './bad_input';
import { percentiles } from './normalisation';
import { checkPair, checkRange, type Samples } from './samples';
import { ssim } from './ssim';

/**
 * How good a restoration is: PSNR, SSIM and NRMSE of a prediction against the truth, under one of three conventions
 * for bringing the two to a common scale. Everything is computed in float64.
 *
 * - `raw`: both as they are; R is given, or the truth's maximum − minimum.
 * - `paper` (Razdaibiedina et al. 2019, the authors' code): each min–max scaled by itself, × 255; R = 255.
 * - `care` (Weigert et al. 2018): the truth scaled by its 0.1 and 99.9 percentiles without clipping, the prediction
 *   mapped onto it by the affine least-squares fit; R = 1.
 */
export type Metric = 'raw' | 'paper' | 'care';

export const METRICS: readonly Metric[] = ['raw', 'paper', 'care'];

export interface Score {
  /** 10 log10(R² / MSE), in dB; Infinity where prediction and truth are equal. */
  psnr: number;
  /** Structural similarity, 1 where they are equal. */
  ssim: number;
  /** sqrt(MSE) / sqrt(mean(truth²)) after scaling; 0 where they are equal. */
  nrmse: number;
}

/** All three scores under one convention. `range` is R of `raw` and is refused with the others, which fix their own. */
export function score(prediction: Samples, truth: Samples, metric: Metric, settings: { range?: number } = {}): Score {
  const scaled = scaledPair(prediction, truth, metric, settings);
  return {
    psnr: psnr(scaled.prediction, scaled.truth, scaled.range),
    ssim: ssim(scaled.prediction, scaled.truth, { range: scaled.range }),
    nrmse: nrmse(scaled.prediction, scaled.truth),
  };
}

export interface ScaledPair {
  prediction: Samples;
  truth: Samples;
  range: number;
}

/** Prediction and truth as `metric` compares them, and its R. */
export function scaledPair(
  prediction: Samples,
  truth: Samples,
  metric: Metric,
  settings: { range?: number } = {},
): ScaledPair {
  checkPair(prediction, truth);
  if (settings.range !== undefined && metric !== 'raw') {
    throw new BadInputError(
      `a range of ${settings.range} for the ${metric} metric`,
      'no range: this metric fixes its own',
      'Leave the range out, or use the raw metric.',
    );
  }
  switch (metric) {
    case 'raw':
      return { prediction, truth, range: settings.range ?? rangeOf(truth) };
    case 'paper':
      return { prediction: minMaxScaled(prediction, 255), truth: minMaxScaled(truth, 255), range: 255 };
    case 'care': {
      const reference = percentileScaled(truth, 0.1, 99.9);
      const { alpha, beta } = affineFit(prediction, reference);
      return { prediction: mapped(prediction, (value) => alpha * value + beta), truth: reference, range: 1 };
    }
  }
}

/** 10 log10(R² / MSE); Infinity where the two are equal. */
export function psnr(prediction: Samples, truth: Samples, range: number): number {
  checkPair(prediction, truth);
  checkRange(range);
  return 10 * Math.log10((range * range) / meanSquaredError(prediction, truth));
}

/** sqrt(MSE) / sqrt(mean(truth²)), scikit-image's default; 0 where the two are equal, Infinity for a truth of zeros. */
export function nrmse(prediction: Samples, truth: Samples): number {
  checkPair(prediction, truth);
  const error = meanSquaredError(prediction, truth);
  if (error === 0) return 0;
  let energy = 0;
  for (const value of truth.data) energy += value * value;
  return Math.sqrt((error * truth.data.length) / energy);
}

/** `scale` · (v − min) / (max − min); a constant image becomes zeros. */
export function minMaxScaled(image: Samples, scale = 1): Samples {
  const [low, high] = extremes(image.data);
  const factor = high > low ? scale / (high - low) : 0;
  return mapped(image, (value) => (value - low) * factor);
}

/** (v − p_low) / (p_high − p_low), not clipped; an image whose two percentiles are equal becomes zeros. */
export function percentileScaled(image: Samples, low: number, high: number): Samples {
  const [from, to] = percentiles(image.data, [low, high]);
  const factor = to > from ? 1 / (to - from) : 0;
  return mapped(image, (value) => (value - from) * factor);
}

/** α = cov(x, t) / var(x), β = mean(t) − α mean(x); a constant x has α = 0. */
export function affineFit(x: Samples, target: Samples): { alpha: number; beta: number } {
  const { meanX, meanT, varianceX, covariance } = moments(x, target);
  const alpha = varianceX > 0 ? covariance / varianceX : 0;
  return { alpha, beta: meanT - alpha * meanX };
}

/** Pearson's r of the two images' samples; 0 where one of them is constant. */
export function correlation(x: Samples, target: Samples): number {
  const { varianceX, varianceT, covariance } = moments(x, target);
  return varianceX > 0 && varianceT > 0 ? covariance / Math.sqrt(varianceX * varianceT) : 0;
}

/** Means, and sums of squared and multiplied deviations from them. */
function moments(x: Samples, target: Samples) {
  const meanX = meanOf(x.data);
  const meanT = meanOf(target.data);
  let varianceX = 0;
  let varianceT = 0;
  let covariance = 0;
  for (let i = 0; i < x.data.length; i++) {
    const dx = x.data[i] - meanX;
    const dt = target.data[i] - meanT;
    covariance += dx * dt;
    varianceX += dx * dx;
    varianceT += dt * dt;
  }
  return { meanX, meanT, varianceX, varianceT, covariance };
}

function mapped(image: Samples, f: (value: number) => number): Samples {
  const data = new Float64Array(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = f(image.data[i]);
  return { width: image.width, height: image.height, data };
}

function extremes(data: Float32Array | Float64Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function rangeOf(truth: Samples): number {
  const [low, high] = extremes(truth.data);
  if (high > low) return high - low;
  throw new BadInputError(
    `a truth that is ${low} everywhere`,
    'a range to measure its errors by',
    'Give the range of the raw metric (255 for 8-bit images, 65535 for 16-bit).',
  );
}

function meanOf(data: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of data) sum += value;
  return sum / data.length;
}

function meanSquaredError(a: Samples, b: Samples): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = a.data[i] - b.data[i];
    sum += difference * difference;
  }
  return sum / a.data.length;
}
