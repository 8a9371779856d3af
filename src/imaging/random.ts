/**
 * Seeded randomness on the CPU: PCG32 (XSH-RR 64/32), M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient
 * Statistically Good Algorithms for Random Number Generation", 2014.
 *
 *   state ← state · 6364136223846793005 + increment   (mod 2^64)
 *   output = rotate_right_32((state ^ (state >> 18)) >> 27, state >> 59)
 *
 * The same seed and sequence give the same numbers in every browser and in Node.
 */

const MULTIPLIER_HIGH = 0x5851f42d;
const MULTIPLIER_LOW = 0x4c957f2d;
const TWO_32 = 2 ** 32;

/** Above this mean, Poisson numbers come from Hörmann's PTRS rejection; below it, from multiplying uniforms. */
const POISSON_MULTIPLICATION_LIMIT = 10;

/** Where a generator stands, as text that survives JSON: 64-bit state and increment in hexadecimal. */
export interface RandomState {
  state: string;
  increment: string;
}

export class Random {
  private high = 0;
  private low = 0;
  private incrementHigh: number;
  private incrementLow: number;

  /**
   * @param seed an integer from 0 to 2^53 − 1
   * @param sequence which of the independent sequences of that seed, an integer from 0 to 2^31 − 1
   */
  constructor(seed: number, sequence = 54) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`Random: seed ${seed} is not an integer ≥ 0`);
    if (!Number.isSafeInteger(sequence) || sequence < 0 || sequence >= 2 ** 31) {
      throw new RangeError(`Random: sequence ${sequence} is not an integer from 0 to 2^31 − 1`);
    }
    this.incrementHigh = 0;
    this.incrementLow = ((sequence << 1) | 1) >>> 0;
    this.advance();
    const low = this.low + (seed % TWO_32);
    this.low = low >>> 0;
    this.high = (this.high + Math.floor(seed / TWO_32) + (low >= TWO_32 ? 1 : 0)) >>> 0;
    this.advance();
  }

  /** Where this generator stands; `Random.from` continues there with the same numbers. */
  state(): RandomState {
    return { state: hex64(this.high, this.low), increment: hex64(this.incrementHigh, this.incrementLow) };
  }

  /** A generator that continues where `saved` was taken. Throws RangeError on text that `state()` never writes. */
  static from(saved: RandomState): Random {
    const random = new Random(0);
    [random.high, random.low] = parseHex64(saved.state);
    [random.incrementHigh, random.incrementLow] = parseHex64(saved.increment);
    if ((random.incrementLow & 1) === 0) throw new RangeError(`Random: increment ${saved.increment} is even`);
    return random;
  }

  /** The next 32 random bits, an integer from 0 to 2^32 − 1. */
  bits(): number {
    const high = this.high;
    const low = this.low;
    this.advance();
    // (state ^ (state >> 18)) >> 27, low 32 bits
    const mixedHigh = (high ^ (high >>> 18)) >>> 0;
    const mixedLow = (low ^ ((low >>> 18) | (high << 14))) >>> 0;
    const word = ((mixedLow >>> 27) | (mixedHigh << 5)) >>> 0;
    const rotation = high >>> 27;
    return ((word >>> rotation) | (word << (-rotation & 31))) >>> 0;
  }

  /** Uniform in [0, 1), a multiple of 2^−32. */
  uniform(): number {
    return this.bits() / TWO_32;
  }

  /** Standard normal (mean 0, variance 1), by Box and Muller's cosine; takes two uniforms a number. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Uniform integer from 0 to n − 1, unbiased. n: an integer from 1 to 2^32. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_32) throw new RangeError(`Random: integer(${n}) needs 1 ≤ n ≤ 2^32`);
    const limit = TWO_32 - (TWO_32 % n);
    let bits = this.bits();
    while (bits >= limit) bits = this.bits();
    return bits % n;
  }

  /** Poisson-distributed count with the given mean (≥ 0, finite). */
  poisson(mean: number): number {
    if (!(mean >= 0) || !Number.isFinite(mean))
      throw new RangeError(`Random: poisson(${mean}) needs a finite mean ≥ 0`);
    if (mean === 0) return 0;
    return mean < POISSON_MULTIPLICATION_LIMIT ? this.poissonByProducts(mean) : this.poissonByRejection(mean);
  }

  /** Shuffles `items` in place (Fisher and Yates) and returns it. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const moved = items[i];
      items[i] = items[j];
      items[j] = moved;
    }
    return items;
  }

  private poissonByProducts(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    let product = this.uniform();
    while (product > limit) {
      count++;
      product *= this.uniform();
    }
    return count;
  }

  /** W. Hörmann, "The transformed rejection method for generating Poisson random variables", 1993 (PTRS). */
  private poissonByRejection(mean: number): number {
    const logMean = Math.log(mean);
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const vr = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = 1 - this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      const accept = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b);
      if (accept <= k * logMean - mean - logFactorial(k)) return k;
    }
  }

  private advance(): void {
    const [high, low] = multiply64(this.high, this.low);
    const sum = low + this.incrementLow;
    this.low = sum >>> 0;
    this.high = (high + this.incrementHigh + (sum >= TWO_32 ? 1 : 0)) >>> 0;
  }
}

/** (high:low) · MULTIPLIER mod 2^64, as [high, low]. */
function multiply64(high: number, low: number): [number, number] {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = MULTIPLIER_LOW & 0xffff;
  const b1 = MULTIPLIER_LOW >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const middle2 = a0 * b1 + (middle & 0xffff);
  const carry = a1 * b1 + Math.floor(middle / 65536) + Math.floor(middle2 / 65536);
  const cross = Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH);
  return [(carry + cross) >>> 0, Math.imul(low, MULTIPLIER_LOW) >>> 0];
}

/** ln(k!), exact by products to 9 and by Stirling's series above (error below 1e−10). */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const n = k + 1;
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return (n - 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}

function hex64(high: number, low: number): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

function parseHex64(text: string): [number, number] {
  if (!/^[0-9a-f]{16}$/.test(text)) throw new RangeError(`Random: '${text}' is not 16 hexadecimal digits`);
  return [Number.parseInt(text.slice(0, 8), 16), Number.parseInt(text.slice(8), 16)];
}
