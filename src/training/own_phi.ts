/** Where the φ that ships with the program lies: a page fetches it, a terminal reads it. */
// src/training and the bundle's dist/cli lie equally deep, so this is the repository's models folder from either.
export const OWN_PHI = new URL('../../models/phi.safetensors', import.meta.url);
