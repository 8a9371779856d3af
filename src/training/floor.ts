/**
 * Nothing restored is darker than the task's darkest clean image, its floor: below it there is nothing to tell apart, and
 * what a network gives there is cut off.
 */
import { add, leakyRelu, sub, type Tensor } from '../runtime';
import type { TaskPlanes } from './batches';

/** The darkest sample of each task's clean images: those of its pairs, where it has some. */
export function darkest(tasks: readonly TaskPlanes[]): number[] {
  return tasks.map(({ pairs, clean }) => {
    const images = pairs.length > 0 ? pairs.map((pair) => pair.clean) : clean;
    return images.reduce((least, { data }) => data.reduce((a, b) => Math.min(a, b), least), Number.POSITIVE_INFINITY);
  });
}

/** Slope below the floor while training: without one, what begins below it would stay there for ever. */
const TRAINING_SLOPE = 0.1;

/** What a network gives, cut off at a floor a sample; for training nearly so. @param floor [N, 1, 1, 1] */
export const aboveFloor = (y: Tensor, floor: Tensor): Tensor => add(leakyRelu(sub(y, floor), TRAINING_SLOPE), floor);

/** The floor of each sample of a batch. @param task [N, T], one-hot */
export function floorsOf({ task }: { task: Float32Array }, floors: readonly number[]): Float32Array {
  const samples = task.length / floors.length;
  return Float32Array.from({ length: samples }, (_, n) => floors[task.indexOf(1, n * floors.length) % floors.length]);
}
