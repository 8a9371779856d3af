/** How sure a difference between two rows is: the paired bootstrap (Efron 1979) over images, and over seeds. */
import { Random } from '../../imaging/random';

export interface Interval {
  mean: number;
  /** 2.5 % and 97.5 % of the resampled means. */
  low: number;
  high: number;
}

const RESAMPLES = 2000;

/** @param differences one list a seed, each with one difference an image, images in the same order for every seed */
export function pairedBootstrap(differences: number[][], seed = 0): Interval {
  const images = differences[0]?.length ?? 0;
  if (images === 0 || differences.some((list) => list.length !== images))
    throw new RangeError(
      `got differences of ${differences.map((list) => list.length).join(', ')} images, wanted as many for every seed`,
    );
  const random = new Random(seed);
  const means = Array.from({ length: RESAMPLES }, () => {
    const seeds = differences.map(() => differences[random.integer(differences.length)]);
    let sum = 0;
    for (let i = 0; i < images; i++) {
      const image = random.integer(images);
      for (const list of seeds) sum += list[image];
    }
    return sum / (images * seeds.length);
  }).sort((a, b) => a - b);
  const all = differences.flat();
  return {
    mean: all.reduce((sum, value) => sum + value, 0) / all.length,
    low: means[Math.floor(0.025 * (RESAMPLES - 1))],
    high: means[Math.ceil(0.975 * (RESAMPLES - 1))],
  };
}
