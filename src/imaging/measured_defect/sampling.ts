/**
 * Whether images were taken with fewer samples along an axis than they have, and brought to their size by linear
 * interpolation with the ends kept in place, as side views of stacks are. Between two samples such an image is a straight
 * line, which no microscope makes by chance; so the number of samples is the one that lines fit through, where one fewer
 * or one more does not.
 */
import { type Axis, resizeAxis, resizeLinear } from '../filters';
import type { Plane } from '../image';
import { type Spectrum, spectrum } from './power_spectrum';

/** Pixels from one sample to the next along each axis, at least 1; 1 where there is one for each pixel. */
export type Sampling = { [axis in Axis]: number };

const AXES = ['x', 'y'] as const;

/** Lines that are looked at along an axis; more only take time. */
const MOST_LINES = 16;
/** Fewer samples are no image. */
const FEWEST_SAMPLES = 3;
/** Lines fit this much better, as a share of squares left over, than with one sample fewer or more. */
const BETTER = 0.07;
/** Nothing is left over but rounding, at most so many times what it leaves with almost as many samples as pixels. */
const EXACT = 3;
/** Shorter lines are no image. */
const LEAST_LENGTH = 8;
/** Lines with less than this left over of their variance fit anyhow. */
const TELLING = 1e-6;

export const measureSampling = (planes: readonly Plane[]): Sampling => ({
  x: measureAlong(planes, 'x'),
  y: measureAlong(planes, 'y'),
});

/** Of an image between its samples, or `nearest` to each of them, as befits noise; ends are samples. */
export function takeSamples(plane: Plane, sampling: Sampling, kind: 'between' | 'nearest'): Plane {
  return AXES.reduce((now, axis) => {
    const length = axis === 'x' ? plane.width : plane.height;
    const samples = Math.max(2, Math.round((length - 1) / sampling[axis]) + 1);
    return samples < length ? resizeAxis(now, axis, samples, kind === 'nearest' ? 0 : 1) : now;
  }, plane);
}

/** Interpolated from its samples, as the images were that were measured. */
export const interpolated = (samples: Plane, width: number, height: number): Plane =>
  resizeLinear(resizeLinear(samples, 'x', width), 'y', height);

/**
 * The power that an image had before it was sampled: linear interpolation over p pixels passes sinc⁴(f p) of it. Of what
 * is faster than half a wave a sample nothing is known, and nothing is returned.
 */
export function beforeSampling({ side, values }: Spectrum, sampling: Sampling): Spectrum {
  const passed = (i: number, factor: number) => {
    const f = (i * factor) / side;
    if (factor > 1 && f > 0.5) return Number.POSITIVE_INFINITY;
    return factor > 1 && f > 0 ? (Math.sin(Math.PI * f) / (Math.PI * f)) ** 4 : 1;
  };
  return spectrum(side, (x, y, at) => values[at] / (passed(x, sampling.x) * passed(y, sampling.y)));
}

/** Power of what each sample had, at every frequency: of noise that came before. @param power from `beforeSampling` */
export function ofSamples({ side, values }: Spectrum, sampling: Sampling): Spectrum {
  const n = side / 2 + 1;
  const known = (i: number, factor: number) => {
    const period = side / factor;
    return factor > 1 ? Math.floor(Math.abs(i - Math.round(i / period) * period)) : i;
  };
  const share = sampling.x * sampling.y;
  return spectrum(side, (x, y) => values[known(y, sampling.y) * n + known(x, sampling.x)] / share);
}

function measureAlong(planes: readonly Plane[], axis: Axis): number {
  const lines = someLines(planes, axis);
  const n = lines[0]?.length ?? 0;
  if (n < LEAST_LENGTH) return 1;
  const left = (samples: number) => leftOver(lines, samples);
  const whole = lines.reduce((sum, line) => sum + line.reduce((of, value) => of + value * value, 0), 0);
  const rounding = left(n - 2) / 2;
  let [before, now] = [Number.POSITIVE_INFINITY, left(FEWEST_SAMPLES)];
  for (let samples = FEWEST_SAMPLES; samples < n - 1; samples++) {
    const next = left(samples + 1);
    const others = Math.min(before, next);
    if (others > TELLING * whole && now < BETTER * others && now < EXACT * rounding * (n - samples))
      return (n - 1) / (samples - 1);
    [before, now] = [now, next];
  }
  return 1;
}

/** Lines along `axis` about their means, all of the length that most planes have. */
function someLines(planes: readonly Plane[], axis: Axis): Float64Array[] {
  const lengthOf = ({ width, height }: Plane) => (axis === 'x' ? width : height);
  const count = new Map<number, number>();
  for (const plane of planes) count.set(lengthOf(plane), (count.get(lengthOf(plane)) ?? 0) + 1);
  const [length] = [...count].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0]);
  const alike = planes.filter((plane) => lengthOf(plane) === length);
  const lines = Math.min(MOST_LINES, alike.length * Math.min(...alike.map((p) => (axis === 'x' ? p.height : p.width))));
  return Array.from({ length: lines }, (_, i) => {
    const plane = alike[i % alike.length];
    const across = axis === 'x' ? plane.height : plane.width;
    const at = Math.floor(((i + 0.5) * across) / lines);
    const [start, step] = axis === 'x' ? [at * plane.width, 1] : [at, plane.width];
    const line = Float64Array.from({ length }, (_, j) => plane.data[start + j * step]);
    const mean = line.reduce((sum, value) => sum + value, 0) / length;
    return line.map((value) => value - mean);
  });
}

/** Squares that the best lines of straight pieces through `samples` points, even and ends kept, leave over. */
function leftOver(lines: readonly Float64Array[], samples: number): number {
  const n = lines[0].length;
  const step = (samples - 1) / (n - 1);
  const [diagonal, beside] = [new Float64Array(samples), new Float64Array(samples)];
  const [below, share] = [new Int32Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    below[i] = Math.min(Math.floor(i * step), samples - 2);
    share[i] = i * step - below[i];
    diagonal[below[i]] += (1 - share[i]) ** 2;
    diagonal[below[i] + 1] += share[i] ** 2;
    beside[below[i]] += share[i] * (1 - share[i]);
  }
  for (let i = 1; i < samples; i++) diagonal[i] -= beside[i - 1] ** 2 / diagonal[i - 1];
  let left = 0;
  const at = new Float64Array(samples);
  for (const line of lines) {
    at.fill(0);
    for (let i = 0; i < n; i++) {
      at[below[i]] += (1 - share[i]) * line[i];
      at[below[i] + 1] += share[i] * line[i];
    }
    for (let i = 1; i < samples; i++) at[i] -= (beside[i - 1] / diagonal[i - 1]) * at[i - 1];
    at[samples - 1] /= diagonal[samples - 1];
    for (let i = samples - 2; i >= 0; i--) at[i] = (at[i] - beside[i] * at[i + 1]) / diagonal[i];
    for (let i = 0; i < n; i++) left += (line[i] - at[below[i]] * (1 - share[i]) - at[below[i] + 1] * share[i]) ** 2;
  }
  return left;
}
