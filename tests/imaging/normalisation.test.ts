import { describe, expect, test } from 'vitest';
import { makeImage } from '../../src/imaging/image';
import { denormalise, measureScale, measureScales, normalise, percentiles } from '../../src/imaging/normalisation';
import { Random } from '../../src/imaging/random';

/** The definition: sort, then interpolate between ranks. */
function sortedPercentile(values: ArrayLike<number>, p: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = (p / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(rank)];
  return below + (sorted[Math.ceil(rank)] - below) * (rank - Math.floor(rank));
}

/** The reproducible vector y of the metrics (its percentiles were measured with numpy). */
function vectorY(): Float64Array {
  let state = 1;
  return Float64Array.from({ length: 48 * 40 }, (_, i) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const row = Math.floor(i / 40);
    const column = i % 40;
    const spot = 0.6 * Math.exp(-((column - 17) ** 2 + (row - 22) ** 2) / 90);
    return spot + 0.4 * (0.5 + 0.5 * Math.sin(0.35 * column + 0.2 * row)) + (0.05 * state) / 2 ** 32;
  });
}

describe('percentiles', () => {
  test("equal numpy's on the reproducible vector", () => {
    const [a, b, c, d] = percentiles(vectorY(), [0.1, 3, 99.8, 99.9]);
    // Printed to ten digits.
    expect(a).toBeCloseTo(0.009382742, 9);
    expect(b).toBeCloseTo(0.0335948353, 9);
    expect(c).toBeCloseTo(0.8463342638, 9);
    expect(d).toBeCloseTo(0.8488622089, 9);
  });

  test.each([1, 2, 3, 10, 101, 1000, 4097])('equal the definition on %d samples, with ties and in any order', (n) => {
    const random = new Random(n);
    const kinds: (() => number)[] = [() => random.normal(), () => random.integer(3), () => 7];
    const wanted = [100, 0, 50, 2, 99.8, 33.3, 0.1];
    for (const draw of kinds) {
      const values = Float32Array.from({ length: n }, draw);
      expect(percentiles(values, wanted)).toEqual(wanted.map((p) => sortedPercentile(values, p)));
      const rising = values.slice().sort();
      expect(percentiles(rising, wanted)).toEqual(wanted.map((p) => sortedPercentile(values, p)));
      expect(percentiles(rising.slice().reverse(), wanted)).toEqual(wanted.map((p) => sortedPercentile(values, p)));
    }
  });

  test('leave the samples as they were', () => {
    const values = Float32Array.from([3, 1, 2]);
    percentiles(values, [50]);
    expect([...values]).toEqual([3, 1, 2]);
  });

  test('refuse NaN, infinities, no samples and percentiles outside 0 to 100', () => {
    expect(() => percentiles(Float32Array.from([1, Number.NaN]), [50])).toThrow(
      'Got NaN as sample 1; wanted finite samples. Replace NaN and infinite samples before opening the image here.',
    );
    expect(() => percentiles(Float32Array.from([Number.POSITIVE_INFINITY]), [50])).toThrow('Infinity as sample 0');
    expect(() => percentiles(new Float32Array(0), [50])).toThrow('Got no samples; wanted at least one.');
    expect(() => percentiles(new Float32Array(1), [101])).toThrow('percentile 101 is not between 0 and 100');
  });
});

describe('normalisation', () => {
  test('maps the percentiles to 0 and 1 and back', () => {
    const plane = { width: 101, height: 1, data: Float32Array.from({ length: 101 }, (_, i) => 100 + i) };
    const scale = measureScale(plane.data, { low: 10, high: 90, eps: 0 });
    expect(scale).toEqual({ offset: 110, range: 80 });
    const normalised = normalise(plane, scale);
    expect(normalised.data[10]).toBe(0);
    expect(normalised.data[90]).toBe(1);
    expect(normalised.data[100]).toBe(1.125);
    expect(denormalise(normalised, scale)).toEqual(plane);
  });

  test('adds eps to the range', () => {
    expect(measureScale(Float32Array.from([0, 1]), { low: 0, high: 100, eps: 0.5 })).toEqual({ offset: 0, range: 1.5 });
  });

  test('falls back to minimum and maximum where the percentiles meet, and to 1 where the image is constant', () => {
    const nearlyEmpty = new Float32Array(10_000);
    nearlyEmpty[5] = 40;
    expect(measureScale(nearlyEmpty)).toEqual({ offset: 0, range: 40 });
    expect(measureScale(new Float32Array(9).fill(3))).toEqual({ offset: 3, range: 1 });
  });

  test('measures each channel over all its planes', () => {
    const image = makeImage(
      { t: 2, c: 2, x: 3 },
      'uint8',
      Float32Array.from([0, 1, 2, 10, 20, 30, 3, 4, 5, 40, 50, 60]),
    );
    expect(measureScales(image, { low: 0, high: 100, eps: 0 })).toEqual([
      { offset: 0, range: 5 },
      { offset: 10, range: 50 },
    ]);
  });

  test('refuses percentiles that are no range', () => {
    expect(() => measureScale(new Float32Array(4), { low: 50, high: 50, eps: 0 })).toThrow(
      'Got percentiles 50 and 50 with eps 0; wanted 0 ≤ low < high ≤ 100 and eps ≥ 0. Choose for example 2 and 99.8.',
    );
  });
});
