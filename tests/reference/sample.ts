/*
 * Inputs for checks. All values are exact in float32, so that the engine and the float64 definition see the same numbers.
 * Central differences move a value by up to 4e-3; the samplers that name a kink keep every value much further from it.
 */
import { type Nd, nd, sizeOf } from './array';
import { lcg } from './lcg';

export type Sampler = (seed: number) => Nd;

function sampled(shape: number[], make: (uniform: () => number) => number): Sampler {
  return (seed) => {
    const uniform = lcg(seed);
    for (let i = 0; i < 4; i++) uniform(); // neighbouring seeds start alike
    const values = new Float64Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = Math.fround(make(uniform));
    return nd(shape, values);
  };
}

/** Uniform in ±1.5: of order one, like what a normalised layer passes on. */
export const anywhere = (...shape: number[]) => sampled(shape, (uniform) => 3 * uniform() - 1.5);

/** 0.2 ≤ |x| ≤ 1.5: relu, leaky relu, abs, sign. */
export const awayFromZero = (...shape: number[]) =>
  sampled(shape, (uniform) => {
    const magnitude = 0.2 + 1.3 * uniform();
    return uniform() < 0.5 ? -magnitude : magnitude;
  });

/** 0.4 ≤ x ≤ 1.6: log, sqrt, rsqrt, divisors. */
export const positive = (...shape: number[]) => sampled(shape, (uniform) => 0.4 + 1.2 * uniform());

/** A shuffle of values 0.02 apart around 0: no two tie, for maximum, minimum and max pooling. */
export const distinct =
  (...shape: number[]): Sampler =>
  (seed) => {
    const uniform = lcg(seed);
    const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) => i);
    for (let i = values.length - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1));
      [values[i], values[j]] = [values[j], values[i]];
    }
    return nd(
      shape,
      values.map((value) => Math.fround(0.02 * (value - Math.floor(values.length / 2) + 0.37))),
    );
  };

/** These values, whatever the seed. */
export const fixed =
  (shape: number[], values: number[]): Sampler =>
  () =>
    nd(shape, values.map(Math.fround));
