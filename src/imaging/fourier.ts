/**
 * The discrete Fourier transform of a complex field whose sides are powers of two, in place:
 *
 *   X[k] = Σ_n x[n] exp(∓2πi k n / N)      (− forward, + inverse; the inverse is divided by the number of samples)
 */
export interface ComplexField {
  width: number;
  height: number;
  re: Float64Array;
  im: Float64Array;
}

export function fourier(field: ComplexField, direction: 'forward' | 'inverse'): void {
  const { width, height, re, im } = field;
  const sign = direction === 'forward' ? -1 : 1;
  const rowTurns = turns(width, sign);
  for (let row = 0; row < height; row++) transform(re, im, row * width, width, rowTurns);
  const columnTurns = turns(height, sign);
  // A column's samples lie far apart: they are brought together first.
  const [columnRe, columnIm] = [new Float64Array(height), new Float64Array(height)];
  for (let col = 0; col < width; col++) {
    for (let row = 0; row < height; row++) {
      columnRe[row] = re[row * width + col];
      columnIm[row] = im[row * width + col];
    }
    transform(columnRe, columnIm, 0, height, columnTurns);
    for (let row = 0; row < height; row++) {
      re[row * width + col] = columnRe[row];
      im[row * width + col] = columnIm[row];
    }
  }
  if (direction === 'forward') return;
  const share = 1 / (width * height);
  for (let i = 0; i < re.length; i++) {
    re[i] *= share;
    im[i] *= share;
  }
}

/** The least power of two that is not below n. */
export function powerOfTwo(n: number): number {
  return 2 ** Math.ceil(Math.log2(n));
}

interface Turns {
  cos: Float64Array;
  sin: Float64Array;
}

function turns(n: number, sign: number): Turns {
  if (n < 1 || (n & (n - 1)) !== 0) throw new RangeError(`fourier: ${n} samples are not a power of two`);
  const angle = (i: number) => (2 * Math.PI * i) / n;
  return {
    cos: Float64Array.from({ length: n / 2 }, (_, i) => Math.cos(angle(i))),
    sin: Float64Array.from({ length: n / 2 }, (_, i) => sign * Math.sin(angle(i))),
  };
}

/** Cooley and Tukey's radix 2 on n samples from `start`. */
function transform(re: Float64Array, im: Float64Array, start: number, n: number, { cos, sin }: Turns): void {
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(re, start + i, start + j);
      swap(im, start + i, start + j);
    }
  }
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let block = 0; block < n; block += 2 * half) {
      for (let k = 0; k < half; k++) {
        const upper = start + block + k;
        const lower = upper + half;
        const c = cos[k * stride];
        const s = sin[k * stride];
        const real = re[lower] * c - im[lower] * s;
        const imaginary = re[lower] * s + im[lower] * c;
        re[lower] = re[upper] - real;
        im[lower] = im[upper] - imaginary;
        re[upper] += real;
        im[upper] += imaginary;
      }
    }
  }
}

function swap(a: Float64Array, i: number, j: number): void {
  const moved = a[i];
  a[i] = a[j];
  a[j] = moved;
}
