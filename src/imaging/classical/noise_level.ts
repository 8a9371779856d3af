import type { Plane } from '../image';

/**
 * Standard deviation of white noise, from the plane alone: J. Immerkær, "Fast noise variance estimation", 1996. The
 * mask (1 −2 1; −2 4 −2; 1 −2 1) removes every plane and ridge; σ = √(π/2) / 6 · mean |mask ∗ v|.
 * 0 for a plane with a side below 3 pixels.
 */
export function noiseLevel({ width, height, data }: Plane): number {
  if (width < 3 || height < 3) return 0;
  let sum = 0;
  for (let row = 1; row < height - 1; row++) {
    for (let col = 1; col < width - 1; col++) {
      const i = row * width + col;
      const corners = data[i - width - 1] + data[i - width + 1] + data[i + width - 1] + data[i + width + 1];
      const sides = data[i - 1] + data[i + 1] + data[i - width] + data[i + width];
      sum += Math.abs(corners - 2 * sides + 4 * data[i]);
    }
  }
  return (Math.sqrt(Math.PI / 2) * sum) / (6 * (width - 2) * (height - 2));
}
