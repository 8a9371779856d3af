/** s ← (1664525 s + 1013904223) mod 2³², value s / 2³²: numbers that every language makes alike. */
export function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
