import { checkPair, checkRange, type Samples } from './samples';

export interface SsimSettings {
  /** R: the range of values that the constants C1 = (0.01 R)² and C2 = (0.03 R)² are taken from. */
  range: number;
  /** `uniform`: 7 × 7, the default. `gaussian`: σ 1.5, 11 × 11. */
  window?: 'uniform' | 'gaussian';
  /** `sample` (× n / (n − 1), n the window's area) is scikit-image's default and so is ours. */
  covariance?: 'sample' | 'population';
}

const UNIFORM_RADIUS = 3;
const GAUSSIAN_RADIUS = 5;
const GAUSSIAN_SIGMA = 1.5;

/**
 * Mean structural similarity (Wang et al. 2004) over all windows that lie whole inside the image:
 *
 *   S = (2 μx μy + C1)(2 σxy + C2) / ((μx² + μy² + C1)(σx² + σy² + C2))
 *
 * scikit-image reflects the border and then crops it away, which is the same. On an image too small for the window
 * (a side below 7, or 11 for the Gaussian) the window shrinks to the largest odd one that fits, down to one pixel.
 */
export function ssim(prediction: Samples, truth: Samples, settings: SsimSettings): number {
  checkPair(prediction, truth);
  checkRange(settings.range);
  const { range, window = 'uniform', covariance = 'sample' } = settings;
  const { width, height } = truth;
  const fits = Math.floor((Math.min(width, height) - 1) / 2);
  const radius = Math.min(window === 'uniform' ? UNIFORM_RADIUS : GAUSSIAN_RADIUS, fits);
  const weights = window === 'uniform' ? uniformWeights(radius) : gaussianWeights(radius, GAUSSIAN_SIGMA);
  const area = (2 * radius + 1) ** 2;
  const bias = covariance === 'sample' && area > 1 ? area / (area - 1) : 1;
  const c1 = (0.01 * range) ** 2;
  const c2 = (0.03 * range) ** 2;

  const x = prediction.data;
  const y = truth.data;
  const columns = Array.from({ length: 5 }, () => new Float64Array(width));
  const [sumX, sumY, sumXX, sumYY, sumXY] = columns;
  let total = 0;
  for (let row = radius; row < height - radius; row++) {
    for (const column of columns) column.fill(0);
    for (let tap = -radius; tap <= radius; tap++) {
      const weight = weights[tap + radius];
      const offset = (row + tap) * width;
      for (let col = 0; col < width; col++) {
        const xv = x[offset + col];
        const yv = y[offset + col];
        const wx = weight * xv;
        const wy = weight * yv;
        sumX[col] += wx;
        sumY[col] += wy;
        sumXX[col] += wx * xv;
        sumYY[col] += wy * yv;
        sumXY[col] += wx * yv;
      }
    }
    for (let col = radius; col < width - radius; col++) {
      let meanX = 0;
      let meanY = 0;
      let meanXX = 0;
      let meanYY = 0;
      let meanXY = 0;
      for (let tap = -radius; tap <= radius; tap++) {
        const weight = weights[tap + radius];
        meanX += weight * sumX[col + tap];
        meanY += weight * sumY[col + tap];
        meanXX += weight * sumXX[col + tap];
        meanYY += weight * sumYY[col + tap];
        meanXY += weight * sumXY[col + tap];
      }
      const varianceX = bias * (meanXX - meanX * meanX);
      const varianceY = bias * (meanYY - meanY * meanY);
      const crossed = bias * (meanXY - meanX * meanY);
      const luminance = (2 * meanX * meanY + c1) / (meanX * meanX + meanY * meanY + c1);
      total += (luminance * (2 * crossed + c2)) / (varianceX + varianceY + c2);
    }
  }
  return total / ((width - 2 * radius) * (height - 2 * radius));
}

function uniformWeights(radius: number): Float64Array {
  return new Float64Array(2 * radius + 1).fill(1 / (2 * radius + 1));
}

function gaussianWeights(radius: number, sigma: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}
