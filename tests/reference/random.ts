/*
 * The random numbers of a step: pcg3d (Jarzynski & Olano, "Hash Functions for GPU Rendering", JCGT 2020) once of
 * (seed, step, stream) for a key, and once of (element XOR key.x, key.y, key.z) for an element's words.
 */
type Words = [number, number, number];

const u32 = (value: number) => value >>> 0;

export function pcg3d(start: Words): Words {
  let [x, y, z] = start.map((word) => u32(Math.imul(word, 1664525) + 1013904223));
  const mix = () => {
    x = u32(x + Math.imul(y, z));
    y = u32(y + Math.imul(z, x));
    z = u32(z + Math.imul(x, y));
  };
  mix();
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  [x, y, z] = [u32(x), u32(y), u32(z)];
  mix();
  return [x, y, z];
}

function words(seed: number, step: number, stream: number, element: number): Words {
  const [x, y, z] = pcg3d([u32(seed), u32(step), u32(stream)]);
  return pcg3d([u32(element ^ x), y, z]);
}

/** 24 bits over 2²⁴. */
const uniformOf = (word: number) => (word >>> 8) / 2 ** 24;

export function uniform(seed: number, step: number, stream: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, element) => uniformOf(words(seed, step, stream, element)[0]));
}

/** Box–Muller: √(−2 ln(1 − u)) cos 2πv */
export function normal(seed: number, step: number, stream: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, element) => {
    const [first, second] = words(seed, step, stream, element);
    return Math.sqrt(-2 * Math.log(1 - uniformOf(first))) * Math.cos(2 * Math.PI * uniformOf(second));
  });
}
