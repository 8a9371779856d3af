import { describe, expect, it } from 'vitest';
import type { Plane } from '../../src/imaging/image';
import {
  autoContrast,
  commonRange,
  displayBins,
  greyLevel,
  greyPixels,
  histogram,
  intensityRange,
  shrink,
} from '../../src/ui/contrast';

function plane(width: number, height: number, value: (i: number) => number): Plane {
  return { width, height, data: Float32Array.from({ length: width * height }, (_, i) => value(i)) };
}

describe('intensityRange', () => {
  it('passes over what is not a number', () => {
    expect(intensityRange(plane(4, 1, (i) => [Number.NaN, 3, -2, Number.POSITIVE_INFINITY][i]))).toEqual({
      min: -2,
      max: 3,
    });
  });

  it('is 0..1 where no sample is finite', () => {
    expect(intensityRange(plane(2, 1, () => Number.NaN))).toEqual({ min: 0, max: 1 });
  });

  it('covers several planes', () => {
    expect(commonRange([plane(2, 1, (i) => i), plane(2, 1, (i) => -5 * i)])).toEqual({ min: -5, max: 1 });
  });
});

describe('histogram', () => {
  it('counts every sample once, the extremes in the outer bins', () => {
    const { counts } = histogram(
      plane(10, 10, (i) => i),
      10,
    );
    expect([...counts]).toEqual(Array(10).fill(10));
  });

  it('puts everything into the first bin of a constant plane', () => {
    expect([
      ...histogram(
        plane(3, 3, () => 7),
        4,
      ).counts,
    ]).toEqual([9, 0, 0, 0]);
  });
});

describe('displayBins', () => {
  it('makes whole bins for whole numbers, so that none is empty by chance', () => {
    expect(displayBins({ min: 1, max: 255 }, 128)).toEqual({ bins: 128, range: { min: 1, max: 257 } });
    expect(displayBins({ min: 0, max: 9 }, 128)).toEqual({ bins: 10, range: { min: 0, max: 10 } });
  });

  it('divides other ranges evenly', () => {
    expect(displayBins({ min: 0, max: 0.5 }, 128)).toEqual({ bins: 128, range: { min: 0, max: 0.5 } });
  });
});

describe('autoContrast', () => {
  it('leaves 0.35 % of the pixels outside, half at either end', () => {
    const ramp = plane(1000, 100, (i) => i);
    const { min, max } = autoContrast(ramp);
    const outside = ramp.data.filter((value) => value < min || value > max).length;
    expect(outside / ramp.data.length).toBeGreaterThan(0.003);
    expect(outside / ramp.data.length).toBeLessThanOrEqual(0.0035);
    expect(min / 1e5).toBeCloseTo(1 - max / 1e5, 3);
  });

  it('is not moved by a hot pixel', () => {
    const noisy = plane(100, 100, (i) => (i === 5 ? 60000 : i % 100));
    expect(autoContrast(noisy).max).toBeLessThan(200);
  });

  it('keeps a constant plane visible', () => {
    expect(autoContrast(plane(4, 4, () => 3))).toEqual({ min: 3, max: 4 });
  });
});

describe('grey levels', () => {
  it('clips at both ends and shows what is not a number as black', () => {
    const contrast = { min: 10, max: 20 };
    expect([5, 10, 15, 20, 25, Number.NaN].map((value) => greyLevel(value, contrast))).toEqual([
      0, 0, 127.5, 255, 255, 0,
    ]);
  });

  it('makes opaque grey pixels', () => {
    expect([
      ...greyPixels(
        plane(2, 1, (i) => i),
        { min: 0, max: 1 },
      ),
    ]).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
  });
});

describe('shrink', () => {
  it('keeps small planes as they are', () => {
    const small = plane(8, 4, (i) => i);
    expect(shrink(small, 8)).toBe(small);
  });

  it('keeps the aspect and takes existing samples', () => {
    const { width, height, data } = shrink(
      plane(100, 50, (i) => i),
      10,
    );
    expect([width, height]).toEqual([10, 5]);
    expect(data[0]).toBe(505);
  });
});
