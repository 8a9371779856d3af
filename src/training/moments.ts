/** Mean and variance of each channel of an image, put together in double precision from sums over its pieces. */
export class Moments {
  count = 0;
  private readonly mean: Float64Array;
  /** Σ(x − mean)². */
  private readonly squares: Float64Array;

  constructor(channels: number) {
    this.mean = new Float64Array(channels);
    this.squares = new Float64Array(channels);
  }

  /** A piece of n pixels by Σ(x − shift) and Σ(x − shift)² (Chan, Golub & LeVeque 1979). */
  add(shift: Float32Array, sums: Float32Array, squares: Float32Array, n: number): void {
    const total = this.count + n;
    for (let c = 0; c < shift.length; c++) {
      const about = sums[c] / n;
      const apart = shift[c] + about - this.mean[c];
      this.squares[c] += Math.max(squares[c] - sums[c] * about, 0) + (apart * apart * this.count * n) / total;
      this.mean[c] += (apart * n) / total;
    }
    this.count = total;
  }

  values(): { mean: Float32Array; variance: Float32Array } {
    return {
      mean: Float32Array.from(this.mean),
      variance: Float32Array.from(this.squares, (sum) => sum / this.count),
    };
  }
}
