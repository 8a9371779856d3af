import { describe, expect, it } from 'vitest';
import { BadInputError } from '../../src/imaging/bad_input';
import {
  affineFit,
  type Metric,
  minMaxScaled,
  nrmse,
  percentileScaled,
  psnr,
  scaledPair,
  score,
} from '../../src/imaging/metrics';
import { percentiles } from '../../src/imaging/normalisation';
import type { Samples } from '../../src/imaging/samples';
import { ssim } from '../../src/imaging/ssim';

// A vector that scikit-image 0.26 and numpy were run on: 48 rows, 40 columns, made from a linear congruential
// generator, so that it can be remade anywhere. Planes are float32, which moves the scores by less than 1e-7.
const ROWS = 48;
const COLUMNS = 40;

function congruential(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

function vector(): { prediction: Samples; truth: Samples } {
  const a = congruential(1, ROWS * COLUMNS);
  const u = congruential(2, ROWS * COLUMNS);
  const truth = plane(COLUMNS, ROWS, (col, row) => {
    const spot = Math.exp(-((col - 17) ** 2 + (row - 22) ** 2) / 90);
    const wave = 0.5 + 0.5 * Math.sin(0.35 * col + 0.2 * row);
    return 0.6 * spot + 0.4 * wave + 0.05 * a[row * COLUMNS + col];
  });
  const y = (col: number, row: number) => truth.data[row * COLUMNS + col];
  const prediction = plane(COLUMNS, ROWS, (col, row) => 0.5 * y(col, row) + 0.3 * u[row * COLUMNS + col] + 0.1);
  return { prediction, truth };
}

function plane(width: number, height: number, f: (col: number, row: number) => number): Samples {
  const value = (_: unknown, i: number) => f(i % width, Math.floor(i / width));
  return { width, height, data: Float32Array.from({ length: width * height }, value) };
}

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BadInputError) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}

const { prediction, truth } = vector();

describe('the recorded vector, to 1e-6', () => {
  it('is the one that was recorded', () => {
    expect(truth.data[0]).toBeCloseTo(0.211934473956, 7);
    expect(prediction.data[ROWS * COLUMNS - 1]).toBeCloseTo(0.214220233379, 7);
  });

  const recorded: [Metric, number, number, { range?: number }][] = [
    ['paper', 15.88339856, 0.488617376, {}],
    ['raw', 15.9117688995, 0.4790099098, { range: 1 }],
    ['care', 16.3162820147, 0.5015358255, {}],
  ];
  it.each(recorded)('%s: PSNR %f, SSIM %f', (metric, wantedPsnr, wantedSsim, settings) => {
    const scores = score(prediction, truth, metric, settings);
    expect(Math.abs(scores.psnr - wantedPsnr)).toBeLessThan(1e-6);
    expect(Math.abs(scores.ssim - wantedSsim)).toBeLessThan(1e-6);
  });

  it('fits α and β of care', () => {
    const { alpha, beta } = affineFit(prediction, percentileScaled(truth, 0.1, 99.9));
    expect(Math.abs(alpha - 1.3075973819)).toBeLessThan(1e-6);
    expect(Math.abs(beta + 0.1721169399)).toBeLessThan(1e-6);
  });

  it('has the Gaussian window with population covariance', () => {
    const scaled = scaledPair(prediction, truth, 'paper');
    const settings = { range: 255, window: 'gaussian', covariance: 'population' } as const;
    expect(Math.abs(ssim(scaled.prediction, scaled.truth, settings) - 0.4046324972)).toBeLessThan(1e-6);
  });

  it.each([
    [0.1, 0.009382742],
    [3, 0.0335948353],
    [99.8, 0.8463342638],
    [99.9, 0.8488622089],
  ])('percentile %f of the truth is %f', (p, wanted) => {
    expect(Math.abs(percentiles(truth.data, [p])[0] - wanted)).toBeLessThan(1e-6);
  });
});

describe('a metric', () => {
  it('is perfect where the two are equal', () => {
    for (const metric of ['raw', 'paper', 'care'] as const) {
      const scores = score(truth, truth, metric);
      expect(scores.ssim).toBeCloseTo(1, 10);
      expect(scores.psnr).toBeGreaterThan(200);
      expect(scores.nrmse).toBeLessThan(1e-10);
    }
    expect(score(truth, truth, 'raw')).toEqual({ psnr: Number.POSITIVE_INFINITY, ssim: 1, nrmse: 0 });
  });

  it('under care does not change with gain and offset of the prediction', () => {
    const brighter = { ...prediction, data: prediction.data.map((value) => 40 * value + 7) };
    expect(score(brighter, truth, 'care').psnr).toBeCloseTo(score(prediction, truth, 'care').psnr, 4);
  });

  it('has NRMSE as the error over the root mean square of the truth', () => {
    const a = plane(2, 2, (col, row) => 1 + col + 2 * row);
    const b = plane(2, 2, (col, row) => 2 + col + 2 * row);
    expect(nrmse(b, a)).toBeCloseTo(1 / Math.sqrt((1 + 4 + 9 + 16) / 4), 12);
    expect(
      nrmse(
        a,
        plane(2, 2, () => 0),
      ),
    ).toBe(Number.POSITIVE_INFINITY);
  });

  it('has the truth`s range as R of raw where none is given', () => {
    const doubled = { ...truth, data: truth.data.map((value) => 2 * value) };
    const range = Math.max(...truth.data) - Math.min(...truth.data);
    expect(score(prediction, truth, 'raw')).toEqual(score(prediction, truth, 'raw', { range }));
    expect(psnr(doubled, doubled, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('constant images', () => {
  const flat = plane(12, 9, () => 3);
  const slope = plane(12, 9, (col) => col);

  it('become zeros when scaled', () => {
    expect([...minMaxScaled(flat, 255).data].every((value) => value === 0)).toBe(true);
    expect([...percentileScaled(flat, 0.1, 99.9).data].every((value) => value === 0)).toBe(true);
  });

  it('are scored as zeros by paper and as the mean of the truth by care', () => {
    const meanSquare = [...slope.data].reduce((sum, value) => sum + (value / 11) ** 2, 0) / slope.data.length;
    expect(score(flat, slope, 'paper').psnr).toBeCloseTo(-10 * Math.log10(meanSquare), 10);
    const scaled = [...percentileScaled(slope, 0.1, 99.9).data];
    const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
    const variance = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scaled.length;
    expect(score(flat, slope, 'care').psnr).toBeCloseTo(-10 * Math.log10(variance), 10);
  });

  it('give numbers, never NaN, as the truth', () => {
    expect(score(slope, flat, 'paper').psnr).toBeLessThan(10);
    expect(score(slope, flat, 'care')).toEqual({ psnr: Number.POSITIVE_INFINITY, ssim: 1, nrmse: 0 });
    expect(score(flat, flat, 'paper').psnr).toBe(Number.POSITIVE_INFINITY);
  });

  it('are refused by raw without a range', () => {
    expect(message(() => score(slope, flat, 'raw'))).toBe(
      'Got a truth that is 3 everywhere; wanted a range to measure its errors by. ' +
        'Give the range of the raw metric (255 for 8-bit images, 65535 for 16-bit).',
    );
    expect(score(slope, flat, 'raw', { range: 255 }).psnr).toBeGreaterThan(20);
  });
});

describe('images smaller than the window', () => {
  it('shrink it to the largest odd window that fits', () => {
    // 5 × 4 has 3 × 3 windows: the mean over six of them, here written from the definition.
    const a = plane(5, 4, (col, row) => (3 * col + 5 * row) % 7);
    const b = plane(5, 4, (col, row) => (2 * col + 3 * row) % 5);
    let total = 0;
    for (let row = 1; row < 3; row++) for (let col = 1; col < 4; col++) total += windowSsim(a, b, row, col, 7);
    expect(ssim(a, b, { range: 7 })).toBeCloseTo(total / 6, 12);
  });

  it('go down to one pixel, where only the luminance is left', () => {
    const one = plane(1, 1, () => 2);
    const three = plane(1, 1, () => 3);
    expect(ssim(one, three, { range: 10 })).toBeCloseTo((12 + 0.01) / (13 + 0.01), 12);
    expect(ssim(one, three, { range: 10, window: 'gaussian' })).toBeCloseTo((12 + 0.01) / (13 + 0.01), 12);
  });
});

function windowSsim(a: Samples, b: Samples, row: number, col: number, range: number): number {
  const values = (image: Samples) =>
    [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => image.data[(row + dy) * image.width + col + dx]));
  const mean = (v: number[]) => v.reduce((sum, value) => sum + value, 0) / 9;
  const covariance = (u: number[], v: number[]) =>
    u.reduce((sum, value, i) => sum + (value - mean(u)) * (v[i] - mean(v)), 0) / 8;
  const x = values(a);
  const y = values(b);
  const c1 = (0.01 * range) ** 2;
  const c2 = (0.03 * range) ** 2;
  const top = (2 * mean(x) * mean(y) + c1) * (2 * covariance(x, y) + c2);
  return top / ((mean(x) ** 2 + mean(y) ** 2 + c1) * (covariance(x, x) + covariance(y, y) + c2));
}

describe('a refusal', () => {
  it('of two sizes', () => {
    expect(
      message(() =>
        score(
          plane(4, 3, () => 1),
          plane(3, 4, () => 1),
          'paper',
        ),
      ),
    ).toBe(
      'Got a prediction of 4 × 3 pixels and a truth of 3 × 4; wanted two images of one size (width × height). ' +
        'Compare images that show the same field, and crop or resize neither.',
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('of %f, wherever it stands', (bad) => {
    const broken = { ...prediction, data: prediction.data.slice() };
    broken.data[5 * COLUMNS + 2] = bad;
    for (const metric of ['raw', 'paper', 'care'] as const) {
      expect(message(() => score(broken, truth, metric))).toBe(
        `Got ${bad} in the prediction at row 5, column 2; wanted finite numbers. ` +
          'Replace or crop such pixels before scoring: a score over the rest would hide them.',
      );
      expect(message(() => score(truth, broken, metric))).toContain(`Got ${bad} in the truth at row 5, column 2`);
    }
  });

  it('of a range that a metric would ignore, and of one that is no range', () => {
    expect(message(() => score(prediction, truth, 'care', { range: 255 }))).toBe(
      'Got a range of 255 for the care metric; wanted no range: this metric fixes its own. ' +
        'Leave the range out, or use the raw metric.',
    );
    expect(message(() => score(prediction, truth, 'raw', { range: 0 }))).toBe(
      'Got a range of 0; wanted a range above 0. Give the distance from the lowest to the highest value.',
    );
  });

  it('of samples that do not fill the image', () => {
    const short = { width: 4, height: 4, data: new Float32Array(15) };
    expect(message(() => score(short, short, 'paper'))).toBe(
      'Got a prediction of 4 × 4 pixels with 15 samples; wanted width × height samples, at least one. ' +
        'Read the image again.',
    );
  });
});

it('scores 512² in well under a second', () => {
  const a = plane(512, 512, (col, row) => Math.sin(0.1 * col) + Math.cos(0.07 * row));
  const b = plane(512, 512, (col, row) => Math.sin(0.1 * col + 0.1) + Math.cos(0.07 * row));
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    ssim(a, b, { range: 4 });
    return performance.now() - start;
  });
  // Measured at 15 ms on an idle core; the limit leaves room for a machine shared with other tests.
  expect(Math.min(...times)).toBeLessThan(100);
});
