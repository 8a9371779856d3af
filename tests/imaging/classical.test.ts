import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import UTIF from 'utif';
import { describe, expect, it } from 'vitest';
import { backgroundSubtractionMethod, opening } from '../../src/imaging/classical/background_subtraction';
import { bicubic, bicubicMethod } from '../../src/imaging/classical/bicubic';
import { differenceOfGaussiansMethod } from '../../src/imaging/classical/difference_of_gaussians';
import { gamma, gammaMethod } from '../../src/imaging/classical/gamma';
import { gaussian, gaussianMethod } from '../../src/imaging/classical/gaussian';
import { median, medianMethod } from '../../src/imaging/classical/median';
import { grid, type TrainingPair, type TunedMethod, tune } from '../../src/imaging/classical/method';
import { noiseLevel } from '../../src/imaging/classical/noise_level';
import { nonLocalMeans, nonLocalMeansMethod } from '../../src/imaging/classical/non_local_means';
import { richardsonLucyMethod } from '../../src/imaging/classical/richardson_lucy';
import { tunedMethods } from '../../src/imaging/classical/rows';
import { totalVariation, totalVariationMethod } from '../../src/imaging/classical/total_variation';
import { wiener, wienerMethod } from '../../src/imaging/classical/wiener';
import { bordered, gaussianBlur, mapPlane } from '../../src/imaging/filters';
import { type ComplexField, fourier, powerOfTwo } from '../../src/imaging/fourier';
import type { Plane } from '../../src/imaging/image';
import { type Metric, score } from '../../src/imaging/metrics';
import { poissonGaussian, subsampleAndZoom } from '../../src/imaging/optics';
import { withClassifierDefect } from '../../src/imaging/phantoms/classifier_phantom';
import { type PhantomTask, phantomPair } from '../../src/imaging/phantoms/phantom';
import { structurePlane } from '../../src/imaging/phantoms/structures';
import { Random } from '../../src/imaging/random';

function plane(width: number, height: number, f: (col: number, row: number) => number): Plane {
  const value = (_: unknown, i: number) => f(i % width, Math.floor(i / width));
  return { width, height, data: Float32Array.from({ length: width * height }, value) };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const pairsOf = (task: PhantomTask, from: number, count: number): TrainingPair[] =>
  Array.from({ length: count }, (_, i) => phantomPair(task, { seed: from + i, size: 64 }));

/** White noise or hot and dead pixels on cell membranes. */
function spoiledMembranes(defect: 'gaussian-noise' | 'salt', from: number, count: number): TrainingPair[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(from + i);
    const clean = structurePlane('membranes', random, 64);
    return { clean, defective: withClassifierDefect(defect, clean, random) };
  });
}

/** Rods out of focus, with a little shot noise; the PSF is known. */
const PSF = { x: 1.5, y: 2.5 };
function defocusedBacteria(from: number, count: number): TrainingPair[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(from + i);
    const clean = structurePlane('bacteria', random, 64);
    return { clean, defective: poissonGaussian(gaussianBlur(clean, PSF), random, { photons: 1000 }) };
  });
}

const FACTOR = 5;
const embryos = (from: number, count: number) => pairsOf('embryo-noise', from, count);
const microtubules = (from: number, count: number) => pairsOf('microtubules', from, count);
const grainy = (from: number, count: number) => spoiledMembranes('gaussian-noise', from, count);

describe('each method, tuned on three pairs, improves its defect on five others by that many dB', () => {
  type Tuning = (pairs: TrainingPair[], goal: { metric: Metric }) => TunedMethod;
  const cases: [string, number, Metric, Tuning, (from: number, count: number) => TrainingPair[]][] = [
    ['gamma', 2, 'paper', (p, goal) => tune(gammaMethod, p, goal), (from, n) => pairsOf('retina', from, n)],
    ['Gaussian', 4, 'care', (p, goal) => tune(gaussianMethod, p, goal), embryos],
    ['median', 4, 'care', (p, goal) => tune(medianMethod, p, goal), (from, n) => spoiledMembranes('salt', from, n)],
    ['background subtraction', 2, 'care', (p, goal) => tune(backgroundSubtractionMethod, p, goal), microtubules],
    ['difference of Gaussians', 2, 'care', (p, goal) => tune(differenceOfGaussiansMethod, p, goal), microtubules],
    ['total variation', 2, 'care', (p, goal) => tune(totalVariationMethod, p, goal), grainy],
    ['non-local means', 2, 'care', (p, goal) => tune(nonLocalMeansMethod, p, goal), grainy],
    ['Wiener', 1, 'care', (p, goal) => tune(wienerMethod(PSF), p, goal), defocusedBacteria],
    ['Richardson–Lucy', 1, 'care', (p, goal) => tune(richardsonLucyMethod(PSF), p, goal), defocusedBacteria],
    ['bicubic', 0.3, 'care', (p, goal) => tune(bicubicMethod(FACTOR), p, goal), sampledOnly],
  ];
  it.each(cases)('%s by %f (%s)', (_, gain, metric, tuning, pairs) => {
    const method = tuning(pairs(500, 3), { metric });
    const test = pairs(0, 5);
    const before = mean(test.map(({ defective, clean }) => score(defective, clean, metric).psnr));
    const after = mean(test.map(({ defective, clean }) => score(method.restore(defective), clean, metric).psnr));
    expect(after - before, `${method.name} ${JSON.stringify(method.settings)}`).toBeGreaterThan(gain);
  });

  /** Embryos that were only sampled too coarsely along the axis, at full size so that the sampling is the task's. */
  function sampledOnly(from: number, count: number): TrainingPair[] {
    return Array.from({ length: count }, (_, i) => {
      const clean = gaussianBlur(phantomPair('embryo-axial', { seed: from + i }).clean, { x: 0, y: 2 });
      return { clean, defective: subsampleAndZoom(clean, 'y', FACTOR) };
    });
  }
});

describe('tuning', () => {
  it('keeps the setting with the best mean score, by PSNR or by SSIM', () => {
    const pairs = pairsOf('embryo-noise', 0, 2);
    for (const by of ['psnr', 'ssim'] as const) {
      const tuned = tune(gaussianMethod, pairs, { metric: 'paper', by });
      const scores = gaussianMethod.grid.map((settings) =>
        mean(pairs.map((pair) => score(gaussian(pair.defective, settings), pair.clean, 'paper')[by])),
      );
      const best = scores.indexOf(Math.max(...scores));
      expect(tuned.settings).toEqual(gaussianMethod.grid[best]);
      expect(tuned.reached).toBe(scores[best]);
      expect(tuned.restore(pairs[0].defective)).toEqual(gaussian(pairs[0].defective, gaussianMethod.grid[best]));
    }
  });

  it('refuses to go without pairs', () => {
    expect(() => tune(gammaMethod, [], { metric: 'care' })).toThrow('tune: gamma needs at least one training pair');
  });

  it('tries every combination', () => {
    expect(grid<{ a: number; b: number }>({ a: [1, 2], b: [3, 4] })).toEqual([
      { a: 1, b: 3 },
      { a: 1, b: 4 },
      { a: 2, b: 3 },
      { a: 2, b: 4 },
    ]);
  });

  it('leaves out the methods that need what is not known', () => {
    const pairs = pairsOf('embryo-axial', 0, 1).map(({ clean, defective }) => ({
      clean: { width: 32, height: 32, data: clean.data.slice(0, 1024) },
      defective: { width: 32, height: 32, data: defective.data.slice(0, 1024) },
    }));
    const names = (known: Parameters<typeof tunedMethods>[2]) =>
      [...tunedMethods(pairs, { metric: 'care' }, known)].map((method) => method.name);
    expect(names({})).not.toContain('Wiener');
    expect(names({ psf: { x: 1, y: 2 }, factor: 5 }).slice(-3)).toEqual(['Wiener', 'Richardson–Lucy', 'bicubic']);
  });
});

describe('methods do what they are defined to do', () => {
  const noisy = spoiledMembranes('gaussian-noise', 7, 1)[0].defective;

  it('gamma: the power of the min–max scaled image', () => {
    const wanted = [0, 0.25, 0.5, 0.75, 1].map((value) => Math.fround(value ** 2));
    expect([
      ...gamma(
        plane(5, 1, (col) => 3 + 2 * col),
        { gamma: 2 },
      ).data,
    ]).toEqual(wanted);
  });

  it('median: the middle of the sorted window', () => {
    const source = plane(9, 7, (col, row) => (col * 17 + row * 29) % 31);
    const filtered = median(source, { radius: 2 });
    for (const [col, row] of [
      [0, 0],
      [4, 3],
      [8, 6],
    ]) {
      expect(filtered.data[row * 9 + col]).toBe(windowOf(source, col, row, 2).sort((a, b) => a - b)[12]);
    }
  });

  it.each([1, 2, 3, 8])('opening by radius %d: the maximum of minima', (radius) => {
    const source = plane(13, 7, (col, row) => (col * 17 + row * 29) % 31);
    const eroded = mapPlane(source, (_, i) => Math.min(...windowOf(source, i % 13, Math.floor(i / 13), radius)));
    const opened = mapPlane(source, (_, i) => Math.max(...windowOf(eroded, i % 13, Math.floor(i / 13), radius)));
    expect(opening(source, radius)).toEqual(opened);
  });

  it('noise level: within 5 % on white noise, 0 on a slope', () => {
    const random = new Random(4);
    const level = noiseLevel(plane(128, 128, (col, row) => 0.02 * col + 0.01 * row + 0.3 * random.normal()));
    expect(Math.abs(level / 0.3 - 1)).toBeLessThan(0.05);
    expect(noiseLevel(plane(20, 20, (col, row) => col - 2 * row))).toBe(0);
    expect(noiseLevel(plane(2, 9, (col) => col))).toBe(0);
  });

  it('total variation: no small change lowers its energy', () => {
    const lambda = 1.5 * noiseLevel(noisy);
    const energy = (u: Plane) => {
      let sum = 0;
      for (let i = 0; i < u.data.length; i++) {
        const right = i % u.width < u.width - 1 ? u.data[i + 1] - u.data[i] : 0;
        const down = i + u.width < u.data.length ? u.data[i + u.width] - u.data[i] : 0;
        sum += (u.data[i] - noisy.data[i]) ** 2 / 2 + lambda * Math.hypot(right, down);
      }
      return sum;
    };
    const flat = totalVariation(noisy, { weight: 1.5, stabilise: 0 });
    const reached = energy(flat);
    expect(reached).toBeLessThan(0.7 * energy(noisy));
    const random = new Random(6);
    for (const size of [0.02, 0.1]) {
      expect(energy(mapPlane(flat, (value) => value + size * lambda * random.normal()))).toBeGreaterThan(reached);
      expect(energy(mapPlane(flat, (value, i) => value + size * (noisy.data[i] - value)))).toBeGreaterThan(reached);
      expect(energy(gaussianBlur(flat, 0.3 + size))).toBeGreaterThan(reached);
    }
  });

  it('non-local means: the weighted mean, written from the definition', () => {
    const source = { width: 20, height: 18, data: noisy.data.slice(0, 360) };
    const [strength, patch] = [0.8, 1];
    const result = nonLocalMeans(source, { strength, patch, stabilise: 0 });
    const sigma = noiseLevel(source);
    const at = (col: number, row: number) =>
      source.data[bordered(row, 18, 'reflect') * 20 + bordered(col, 20, 'reflect')];
    for (const [col, row] of [
      [0, 0],
      [9, 8],
      [19, 17],
      [2, 16],
    ]) {
      let sum = 0;
      let weights = 0;
      for (let dy = -7; dy <= 7; dy++) {
        for (let dx = -7; dx <= 7; dx++) {
          let distance = 0;
          for (let py = -patch; py <= patch; py++) {
            for (let px = -patch; px <= patch; px++) {
              distance += (at(col + px, row + py) - at(col + dx + px, row + dy + py)) ** 2 / 9;
            }
          }
          const weight = Math.exp(-Math.max(distance - 2 * sigma ** 2, 0) / (strength * sigma) ** 2);
          sum += weight * at(col + dx, row + dy);
          weights += weight;
        }
      }
      expect(result.data[row * 20 + col]).toBeCloseTo(sum / weights, 5);
    }
  });

  it('Fourier transform: the sum it is defined as, and back', () => {
    const field: ComplexField = {
      width: 8,
      height: 4,
      re: Float64Array.from({ length: 32 }, (_, i) => Math.sin(i * i)),
      im: Float64Array.from({ length: 32 }, (_, i) => Math.cos(3 * i)),
    };
    const original = { ...field, re: field.re.slice(), im: field.im.slice() };
    fourier(field, 'forward');
    for (const [k, l] of [
      [0, 0],
      [3, 1],
      [7, 3],
    ]) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < 32; i++) {
        const angle = -2 * Math.PI * ((k * (i % 8)) / 8 + (l * Math.floor(i / 8)) / 4);
        re += original.re[i] * Math.cos(angle) - original.im[i] * Math.sin(angle);
        im += original.re[i] * Math.sin(angle) + original.im[i] * Math.cos(angle);
      }
      expect(field.re[l * 8 + k]).toBeCloseTo(re, 10);
      expect(field.im[l * 8 + k]).toBeCloseTo(im, 10);
    }
    fourier(field, 'inverse');
    field.re.forEach((value, i) => {
      expect(value).toBeCloseTo(original.re[i], 12);
    });
    expect(() => fourier({ ...field, width: 6 }, 'forward')).toThrow('fourier: 6 samples are not a power of two');
    expect([1, 2, 3, 100, 128].map(powerOfTwo)).toEqual([1, 2, 4, 128, 128]);
  });

  it('Wiener: nothing without a PSF, almost the original without noise, the mean kept', () => {
    const clean = structurePlane('membranes', new Random(2), 50);
    wiener(clean, { balance: 0.2 }, { x: 0, y: 0 }).data.forEach((value, i) => {
      expect(value).toBeCloseTo(clean.data[i], 5);
    });
    const smooth = gaussianBlur(clean, 1);
    const blurred = gaussianBlur(smooth, { x: 1.5, y: 0.8 });
    const restored = wiener(blurred, { balance: 1e-4 }, { x: 1.5, y: 0.8 });
    expect(score(restored, smooth, 'raw').psnr - score(blurred, smooth, 'raw').psnr).toBeGreaterThan(15);
    expect(mean([...restored.data])).toBeCloseTo(mean([...smooth.data]), 3);
  });

  it('bicubic: through the coarse samples, and straight where they are', () => {
    // 41 rows keep 11 samples, every fourth.
    const factor = 41 / 11;
    const fine = plane(3, 41, (col, row) => Math.sin(0.2 * row + col));
    const coarse = subsampleAndZoom(fine, 'y', factor);
    const curved = bicubic(coarse, { overshoot: -0.5 }, factor);
    for (let row = 0; row <= 40; row += 4) expect(curved.data[row * 3 + 1]).toBeCloseTo(fine.data[row * 3 + 1], 5);
    expect(score(curved, fine, 'raw').psnr).toBeGreaterThan(score(coarse, fine, 'raw').psnr + 3);
    const ramp = plane(2, 41, (_, row) => row);
    const still = bicubic(subsampleAndZoom(ramp, 'y', factor), { overshoot: -0.5 }, factor);
    for (let row = 4; row <= 36; row++) expect(still.data[2 * row]).toBeCloseTo(row, 4);
  });
});

function windowOf(source: Plane, col: number, row: number, radius: number): number[] {
  const values = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const y = bordered(row + dy, source.height, 'reflect');
      values.push(source.data[y * source.width + bordered(col + dx, source.width, 'reflect')]);
    }
  }
  return values;
}

const micrographs = join(process.env.MENDSCOPE_DATA ?? '', 'denoise', 'w2s');
const haveMicrographs = process.env.MENDSCOPE_DATA !== undefined && existsSync(micrographs);
if (!haveMicrographs) console.warn('skipped: the Gaussian row on W2S needs MENDSCOPE_DATA with denoise/w2s');

describe.skipIf(!haveMicrographs)('on W2S', () => {
  function read(kind: 'noisy' | 'clean', name: string): Plane {
    const bytes = readFileSync(join(micrographs, kind, name));
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const [page] = UTIF.decode(buffer);
    UTIF.decodeImage(buffer, page);
    return { width: page.width, height: page.height, data: Float32Array.from(page.data) };
  }

  it('a Gaussian of σ 2 reaches 33.07 dB / 0.861 (care) on fields 005 to 016, as measured elsewhere', () => {
    const scores = [];
    for (let field = 5; field <= 16; field++) {
      for (let channel = 0; channel < 3; channel++) {
        const name = `${String(field).padStart(3, '0')}_${channel}.tif`;
        scores.push(score(gaussian(read('noisy', name), { sigma: 2 }), read('clean', name), 'care'));
      }
    }
    expect(scores.length).toBe(36);
    expect(Math.abs(mean(scores.map((s) => s.psnr)) - 33.07)).toBeLessThan(0.05);
    expect(Math.abs(mean(scores.map((s) => s.ssim)) - 0.861)).toBeLessThan(0.002);
  });
});
