import { bordered } from '../filters';
import type { Plane } from '../image';
import type { ClassicalMethod } from './method';

export interface MedianSettings {
  /** The window is (2 · radius + 1)² pixels, reflected at the border. */
  radius: number;
}

export function median(plane: Plane, { radius }: MedianSettings): Plane {
  const { width, height } = plane;
  const data = new Float32Array(width * height);
  const window = new Float32Array((2 * radius + 1) ** 2);
  const columns = Array.from({ length: width + 2 * radius }, (_, i) => bordered(i - radius, width, 'reflect'));
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) {
      let filled = 0;
      for (let dy = -radius; dy <= radius; dy++) {
        const offset = bordered(row + dy, height, 'reflect') * width;
        for (let dx = 0; dx <= 2 * radius; dx++) window[filled++] = plane.data[offset + columns[col + dx]];
      }
      data[row * width + col] = window.sort()[window.length >> 1];
    }
  }
  return { width, height, data };
}

export const medianMethod: ClassicalMethod<MedianSettings> = {
  name: 'median',
  restore: median,
  grid: [0, 1, 2, 3].map((radius) => ({ radius })),
};
