/* The weights and inputs of the recordings: draw(), seed_of() and Network.get() of torch_twin.py. */

import { sizeOf } from './array';
import { lcg } from './lcg';

/** Uniform in [low, high), rounded to float32. */
export function drawn(seed: number, shape: readonly number[], low: number, high: number): Float32Array {
  const uniform = lcg(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * uniform());
}

/** FNV-1a of the name: each weight has its own numbers. */
function seedOf(name: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return h;
}

/** The first value of a network's weight, by the last part of its name: weight, gamma, beta or bias. */
export function drawnWeight(network: string, name: string, shape: readonly number[], gain = 1): Float32Array {
  const seed = seedOf(`${network}/${name}`);
  const kind = name.split('.').at(-1);
  if (kind === 'gamma') return drawn(seed, shape, 0.8, 1.2);
  if (kind !== 'weight') return drawn(seed, shape, -0.1, 0.1);
  const [CI, CO] = shape.slice(-2);
  const limit = gain * Math.sqrt(6 / (sizeOf(shape.slice(0, -2)) * (CI + CO)));
  return drawn(seed, shape, -limit, limit);
}
