import { describe, expect, it } from 'vitest';
import { axialDefect, axialFactor, axialPairs, isotropicLength, isotropicView } from '../../src/imaging/axial';
import {
  bordered,
  boxBlur,
  cropped,
  gaussianBlur,
  gaussianKernel,
  resizeAxis,
  resizeLinear,
} from '../../src/imaging/filters';
import { getPlane, makeImage, type Plane } from '../../src/imaging/image';
import {
  anisotropicBlur,
  anisotropicSigmas,
  borderVignette,
  poissonGaussian,
  psfSigmas,
  sampledLength,
  subsample,
  subsampleAndZoom,
  unevenIllumination,
} from '../../src/imaging/optics';
import { Random } from '../../src/imaging/random';

function plane(width: number, height: number, f: (col: number, row: number) => number): Plane {
  const value = (_: unknown, i: number) => f(i % width, Math.floor(i / width));
  return { width, height, data: Float32Array.from({ length: width * height }, value) };
}

function rowOf(image: Plane, row: number): number[] {
  return [...image.data.subarray(row * image.width, (row + 1) * image.width)];
}

function expectClose(got: number[], wanted: number[]): void {
  expect(got.length).toBe(wanted.length);
  // float32 samples below 16 are spaced 1e-6 apart.
  got.forEach((value, i) => {
    expect(Math.abs(value - wanted[i])).toBeLessThan(2e-6);
  });
}

const sample = plane(7, 6, (col, row) => (3 * col + 5 * row) % 11);

// Numbers of scipy.ndimage 1.17 on that plane.
describe('filters agree with scipy.ndimage', () => {
  it('gaussian_filter, reflected, whose kernel is almost as long as the plane', () => {
    const blurred = gaussianBlur(sample, 1.3);
    expectClose(rowOf(blurred, 0), [3.66225466, 4.0803671, 4.56023985, 4.74263209, 4.67901188, 4.71604372, 4.83512607]);
    expectClose(rowOf(blurred, 5), [5.16487393, 5.28395628, 5.32098812, 5.25736791, 5.43976015, 5.9196329, 6.33774533]);
  });

  it('gaussian_filter, zero padded, with σ 2 along x and 0.6 along y', () => {
    const blurred = gaussianBlur(sample, { x: 2, y: 0.6 }, { border: 'zero' });
    expectClose(
      rowOf(blurred, 0),
      [1.75043213, 2.56312279, 3.22732067, 3.56205634, 3.50988485, 3.11115803, 2.45373969],
    );
    expectClose(rowOf(blurred, 2), [3.4050414, 4.11131313, 4.39262081, 4.28229169, 3.88327069, 3.26879769, 2.49267913]);
  });

  it('zoom of order 0 down and of order 1 up', () => {
    const down = subsample(sample, 'x', 2.5);
    expect([down.width, down.height]).toEqual([3, 6]);
    expect(rowOf(down, 1)).toEqual([5, 3, 1]);
    expect(rowOf(subsample(sample, 'x', 3), 0)).toEqual([0, 7]);
    const back = subsampleAndZoom(sample, 'x', 2.5);
    expectClose(rowOf(back, 0), [0, 3, 6, 9, 8.33333333, 7.66666667, 7]);
    const tall = resizeLinear(sample, 'y', 15);
    expect([tall.width, tall.height]).toEqual([7, 15]);
    const column = Array.from({ length: 15 }, (_, row) => tall.data[row * 7]);
    const wanted = [0, 1.78571429, 3.57142857, 5.35714286, 7.14285714, 8.92857143, 9.14285714, 7, 4.85714286];
    expectClose(column.slice(0, 9), wanted);
  });

  it.each([
    [128, 5, 26],
    [128, 10.2, 13],
    [64, 5, 13],
    [25, 10, 2],
    [35, 10, 4],
    [1024, 10.2, 100],
    [3, 10, 1],
  ])('%d samples, one in %d kept, are %d', (n, factor, wanted) => {
    expect(sampledLength(n, factor)).toBe(wanted);
  });
});

describe('filters', () => {
  it('keep the mean under reflection and a constant everywhere', () => {
    const flat = gaussianBlur(
      plane(9, 5, () => 4),
      3,
    );
    expectClose(
      [...flat.data],
      Array.from({ length: 45 }, () => 4),
    );
    const mean = (image: Plane) => image.data.reduce((sum, value) => sum + value, 0) / image.data.length;
    expect(mean(gaussianBlur(sample, 2.2))).toBeCloseTo(mean(sample), 5);
    expect(mean(boxBlur(sample, 5))).toBeCloseTo(mean(sample), 5);
  });

  it('leave an axis with σ 0 alone', () => {
    expect(gaussianBlur(sample, 0)).toEqual(sample);
    expect(gaussianBlur(sample, { x: 0, y: 1 }).data).not.toEqual(sample.data);
    expect([...gaussianKernel(0.1)]).toEqual([1]);
  });

  it('reflect as often as it takes, and leave one pixel one pixel', () => {
    expect([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5].map((i) => bordered(i, 2, 'reflect'))).toEqual([
      0, 1, 1, 0, 0, 1, 1, 0, 0, 1,
    ]);
    const one = plane(1, 1, () => 3);
    expect(gaussianBlur(one, 4).data[0]).toBeCloseTo(3, 6);
    expect(resizeLinear(one, 'x', 4).data).toEqual(Float32Array.of(3, 3, 3, 3));
    expect(resizeAxis(sample, 'x', 1, 0).data[0]).toBe(0);
  });

  it('take the mean over a box', () => {
    const spot = plane(5, 5, (col, row) => (col === 2 && row === 2 ? 9 : 0));
    expectClose(rowOf(boxBlur(spot, 3), 1), [0, 1, 1, 1, 0]);
  });

  it('crop', () => {
    expect(cropped(sample, 2, 1, 3, 2).data).toEqual(Float32Array.of(0, 3, 6, 5, 8, 0));
    expect(() => cropped(sample, 5, 0, 3, 2)).toThrow('crop of 3×2 at (5, 0) leaves a plane of 7×6');
  });

  it('refuse what has no meaning', () => {
    expect(() => gaussianBlur(sample, -1)).toThrow('gaussianKernel: σ -1 is not a number ≥ 0');
    expect(() => boxBlur(sample, 4)).toThrow('boxBlur: length 4 is not an odd integer ≥ 1');
    expect(() => resizeLinear(sample, 'x', 0)).toThrow('resizeAxis: length 0 is not an integer ≥ 1');
    expect(() => subsample(sample, 'x', 0.5)).toThrow('subsample: factor 0.5 is not a number ≥ 1');
    expect(() => anisotropicSigmas({ lateral: 2, axial: 1 })).toThrow('axial σ 1 is below lateral σ 2');
    expect(() => poissonGaussian(sample, new Random(1), { photons: 0 })).toThrow('photons 0 is not above 0');
  });
});

describe('optics', () => {
  it('has the widths of a wide-field PSF', () => {
    // 520 nm, NA 1.4 oil: FWHM 189 nm across and 711 nm along the axis.
    const objective = { wavelength: 520, numericalAperture: 1.4, refractiveIndex: 1.515 };
    const { lateral, axial } = psfSigmas(objective, { lateral: 65, axial: 200 });
    expect(lateral * 65 * 2.35482).toBeCloseTo(189.43, 1);
    expect(axial * 200 * 2.35482).toBeCloseTo(711.44, 1);
  });

  it('blurs by σx across and σz − σx along the axial axis, y', () => {
    const spot = plane(41, 41, (col, row) => (col === 20 && row === 20 ? 1 : 0));
    const blurred = anisotropicBlur(spot, { lateral: 1, axial: 3.6 });
    const variance = (f: (col: number, row: number) => number) =>
      blurred.data.reduce((sum, value, i) => sum + value * f((i % 41) - 20, Math.floor(i / 41) - 20) ** 2, 0);
    // The kernel ends at 4 σ, which takes 0.1 % off the variance.
    expect(variance((col) => col)).toBeCloseTo(1, 2);
    expect(variance((_, row) => row) / 2.6 ** 2).toBeCloseTo(1, 2);
  });

  it('has shot noise of variance value / photons and read noise of its own', () => {
    const grey = plane(200, 200, () => 0.5);
    for (const [photons, readNoise, variance] of [
      [4, 0, 0.125],
      [1000, 0.1, 0.0105],
      [undefined, 0.2, 0.04],
    ] as const) {
      const noisy = poissonGaussian(grey, new Random(8), { photons, readNoise });
      const mean = noisy.data.reduce((sum, value) => sum + value, 0) / 40000;
      const spread = noisy.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 40000;
      // Four standard errors of 40,000 samples.
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(variance / 40000));
      expect(Math.abs(spread / variance - 1)).toBeLessThan(0.05);
    }
    const clipped = poissonGaussian(grey, new Random(8), { readNoise: 1, clip: true });
    expect(Math.min(...clipped.data)).toBe(0);
  });

  it('darkens borders by half and corners by three quarters', () => {
    const vignette = borderVignette(64, 64, 3);
    expect(vignette.data[32 * 64 + 32]).toBeCloseTo(1, 6);
    expect(vignette.data[32 * 64]).toBeGreaterThan(0.5);
    expect(vignette.data[32 * 64]).toBeLessThan(0.6);
    expect(vignette.data[0]).toBeCloseTo(vignette.data[32 * 64] ** 2, 6);
  });

  it('bleaches row by row under a beam', () => {
    const lit = unevenIllumination(
      plane(33, 33, () => 1),
      { centre: { x: 0.5, y: 0 }, beamWidth: 10, left: 0.5 },
    );
    expect(lit.data[16]).toBeCloseTo(1, 6);
    expect(lit.data[32 * 33 + 16]).toBeCloseTo(0.5 * Math.exp(-(32 ** 2) / (2 * 330 ** 2)), 5);
  });
});

describe('axial pairs of a stack', () => {
  const [width, height, depth] = [40, 30, 3];
  const random = new Random(5);
  const data = Float32Array.from({ length: width * height * depth }, () => 100 + 50 * random.uniform());
  const meta = { pixelSize: { x: 0.2, y: 0.2, z: 1 }, unit: 'micron' };
  const stack = makeImage({ z: depth, y: height, x: width }, 'uint16', data, meta);

  it('are its slices and the same, blurred and coarse along y', () => {
    const settings = { factor: axialFactor(stack), psf: { lateral: 1, axial: 3 } };
    const pairs = axialPairs(stack, new Random(1), settings);
    expect(settings.factor).toBeCloseTo(5, 12);
    expect(pairs.length).toBe(depth);
    expect(pairs[1].clean).toEqual(getPlane(stack, { z: 1 }));
    const blurred = anisotropicBlur(pairs[1].clean, settings.psf);
    expect(pairs[1].defective).toEqual(subsampleAndZoom(blurred, 'y', 5));
  });

  it('come twice where slices may be turned', () => {
    const pairs = axialPairs(stack, new Random(1), { factor: 5, turned: true });
    expect(pairs.map(({ clean }) => [clean.width, clean.height])).toEqual(
      Array.from({ length: depth }, () => [
        [40, 30],
        [30, 40],
      ]).flat(),
    );
    expect(pairs[1].clean.data[7 * 30 + 3]).toBe(pairs[0].clean.data[3 * 40 + 7]);
  });

  it('keep the brightness of the stack when photons are few', () => {
    const slice = getPlane(stack, { z: 0 });
    const noisy = axialDefect(slice, new Random(2), { factor: 1, peakPhotons: 20, readNoise: 0.05 });
    const mean = (image: Plane) => image.data.reduce((sum, value) => sum + value, 0) / image.data.length;
    // Shot noise of 20 photons on 1,200 pixels of range 50 leaves about 0.25 of standard error.
    expect(Math.abs(mean(noisy) - mean(slice))).toBeLessThan(1);
    expect(noisy.data).not.toEqual(slice.data);
  });

  it('need a pixel size, square pixels included', () => {
    expect(() => axialFactor({ ...stack, meta: { pixelSize: {}, unit: '' } })).toThrow(
      'Got a stack whose file does not say how far apart its pixels and planes are; wanted a pixel size and a plane ' +
        'distance. Type in how many times coarser z is than x.',
    );
    const wide = { ...stack, meta: { pixelSize: { x: 0.2, y: 0.3, z: 1 }, unit: 'micron' } };
    expect(() => axialFactor(wide)).toThrow('Got pixels of 0.2 × 0.3 micron; wanted square pixels.');
  });

  it('make a view isotropic with its first and last plane in place', () => {
    const view = plane(4, 7, (col, row) => col + 10 * row);
    const tall = isotropicView(view, 4.8);
    expect(isotropicLength(7, 4.8)).toBe(30);
    expect([tall.width, tall.height]).toEqual([4, 30]);
    expect(rowOf(tall, 29)).toEqual([60, 61, 62, 63]);
  });
});
