/** The random streams of shaders/random.wgsl on the CPU: pcg3d of (element, stream, seed mixed with step). */

function pcg3d(start: readonly [number, number, number]): [number, number, number] {
  let [x, y, z] = start.map((s) => (Math.imul(s, 1664525) + 1013904223) >>> 0);
  const stir = (): void => {
    x = (x + Math.imul(y, z)) >>> 0;
    y = (y + Math.imul(z, x)) >>> 0;
    z = (z + Math.imul(x, y)) >>> 0;
  };
  stir();
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  stir();
  return [x, y, z];
}

export interface Counter {
  seed: number;
  step: number;
  stream: number;
}

function words({ seed, step, stream }: Counter, element: number): [number, number] {
  const key = pcg3d([seed >>> 0, step >>> 0, stream >>> 0]);
  const [a, b] = pcg3d([(element ^ key[0]) >>> 0, key[1], key[2]]);
  return [a >>> 0, b >>> 0];
}

const unit = (word: number): number => (word >>> 8) / 2 ** 24;

/** Uniform in [0, 1), 24 bits: bit for bit what `randomUniform` gives on the GPU. */
export const uniformAt = (counter: Counter, element: number): number => unit(words(counter, element)[0]);

/** Standard normal; equal to the GPU's up to its logarithm and cosine. */
export function normalAt(counter: Counter, element: number): number {
  const [a, b] = words(counter, element);
  return Math.sqrt(-2 * Math.log(1 - unit(a))) * Math.cos(2 * Math.PI * unit(b));
}

/** A stream number for a name (FNV-1a). */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
