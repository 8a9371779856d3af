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
const MOST_LINES = 64;
/** Fewer samples are no image. */
const FEWEST_SAMPLES = 3;
/** Lines fit this much better, as a share of squares left over, than with one sample fewer or more. */
const BETTER = 0.2;
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
  const left = (samples: number) => lines.reduce((sum, line) => sum + leftOver(line, samples), 0);
  const whole = lines.reduce((sum, line) => sum + line.reduce((of, value) => of + value * value, 0), 0);
  let [before, now] = [Number.POSITIVE_INFINITY, left(FEWEST_SAMPLES)];
  for (let samples = FEWEST_SAMPLES; samples < n - 1; samples++) {
    const next = left(samples + 1);
    const others = Math.min(before, next);
    if (others > TELLING * whole && now < BETTER * others) return (n - 1) / (samples - 1);
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

/** Squares that the best line of straight pieces through `samples` points, even and ends kept, leaves over. */
function leftOver(line: Float64Array, samples: number): number {
  const step = (samples - 1) / (line.length - 1);
  const [diagonal, beside, wanted] = [samples, samples, samples].map((size) => new Float64Array(size));
  const piece = (i: number) => {
    const below = Math.min(Math.floor(i * step), samples - 2);
    return { below, share: i * step - below };
  };
  line.forEach((value, i) => {
    const { below, share } = piece(i);
    diagonal[below] += (1 - share) ** 2;
    diagonal[below + 1] += share ** 2;
    beside[below] += share * (1 - share);
    wanted[below] += (1 - share) * value;
    wanted[below + 1] += share * value;
  });
  for (let i = 1; i < samples; i++) {
    const share = beside[i - 1] / diagonal[i - 1];
    diagonal[i] -= share * beside[i - 1];
    wanted[i] -= share * wanted[i - 1];
  }
  for (let i = samples - 1; i >= 0; i--)
    wanted[i] = (wanted[i] - (i + 1 < samples ? beside[i] * wanted[i + 1] : 0)) / diagonal[i];
  return line.reduce((sum, value, i) => {
    const { below, share } = piece(i);
    return sum + (value - wanted[below] * (1 - share) - wanted[below + 1] * share) ** 2;
  }, 0);
}
