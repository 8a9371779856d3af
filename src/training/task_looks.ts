/**
 * Which of a model's tasks an image is of, where nobody says: the one whose defective images it looks most like. What an
 * image looks like is the power of its waves, slow to fast and along x, y and between, and how its brightness is spread;
 * how much a difference counts is told by how much images of one task differ in it.
 */
import { getPlane, type Image, type Plane } from '../imaging/image';
import { meanPower, valueAt } from '../imaging/measured_defect/power_spectrum';
import { tilesOf } from '../imaging/measured_defect/tiles';
import { normaliseSigned, type Scale } from '../imaging/normalisation';
import type { TaskPlanes } from './batches';

/** Kept in a model's record. */
export interface TaskLooks {
  /** A task's mean look each, in the order of the tasks. */
  tasks: number[][];
  /** Standard deviation within a task, over all of them. */
  spread: number[];
}

/** In cycles a pixel. */
const FREQUENCIES = [0.015, 0.03, 0.06, 0.12, 0.24, 0.45];
const DIRECTIONS = [
  [1, 0],
  [Math.SQRT1_2, Math.SQRT1_2],
  [0, 1],
];
/** Numbers that a look has. */
export const LOOK_LENGTH = FREQUENCIES.length * DIRECTIONS.length + 3;
const MOST_SIDE = 128;
/** Images of a task that are looked at; more only take time. */
const MOST_IMAGES = 24;
/** Few images say little about how far others spread. */
const LEAST_SPREAD = 0.05;
const NO_POWER = 1e-8;

/** @param tasks of −1..1 @param known looks of tasks of which there are no images, by name */
export function measureLooks(
  tasks: readonly TaskPlanes[],
  known: ReadonlyMap<string, number[]>,
): TaskLooks | undefined {
  const seen = tasks.map(({ defective }) => defective.slice(0, MOST_IMAGES).map(lookOf));
  const means = tasks.map(({ name }, t) => (seen[t].length > 0 ? meanOf(seen[t]) : known.get(name)));
  if (means.some((mean) => mean === undefined)) return undefined;
  const all = seen.flatMap((looks, t) => looks.map((look) => look.map((value, i) => value - (means[t]?.[i] ?? 0))));
  const spread = (means[0] ?? []).map((_, i) =>
    Math.max(LEAST_SPREAD, Math.sqrt(all.reduce((sum, from) => sum + from[i] ** 2, 0) / all.length)),
  );
  return { tasks: means as number[][], spread };
}

/** Its place among the tasks. @param plane of −1..1 @param among places of those that it may be */
export function likeliestTask(
  { tasks, spread }: TaskLooks,
  plane: Plane,
  among: readonly number[] = tasks.map((_, t) => t),
): number {
  const look = lookOf(plane);
  const far = (t: number) => tasks[t].reduce((sum, value, i) => sum + ((look[i] - value) / spread[i]) ** 2, 0);
  return among.reduce((best, t) => (far(t) < far(best) ? t : best));
}

/**
 * The name of the task that an image's first channel looks like, in its middle; undefined where the model does not say what
 * its tasks look like. Sections of a stack say nothing of tasks whose defect is seen from the side.
 */
export function taskOfImage(
  { tasks, looks }: { tasks: readonly { name: string; axial: boolean }[]; looks?: TaskLooks },
  image: Image,
  [scale]: readonly Scale[],
): string | undefined {
  if (!looks) return undefined;
  const middle = getPlane(image, { t: 0, z: Math.floor(image.size.z / 2), c: 0 });
  const flat = tasks.flatMap(({ axial }, t) => (axial ? [] : [t]));
  const among = image.size.z > 1 && flat.length > 0 ? flat : undefined;
  return tasks[likeliestTask(looks, normaliseSigned(middle, scale), among)].name;
}

function lookOf(plane: Plane): number[] {
  const side = Math.min(MOST_SIDE, 2 ** Math.floor(Math.log2(Math.min(plane.width, plane.height))));
  const power = meanPower(tilesOf([plane], side).map((tile) => tile.plane));
  const waves = FREQUENCIES.flatMap((f) =>
    DIRECTIONS.map(([x, y]) => Math.log10(NO_POWER + valueAt(power, f * x, f * y))),
  );
  const { data } = plane;
  const moment = (about: number, order: number) =>
    data.reduce((sum, value) => sum + (value - about) ** order, 0) / data.length;
  const mean = moment(0, 1);
  const deviation = Math.sqrt(moment(mean, 2));
  return [...waves, mean, deviation, moment(mean, 3) / Math.max(1e-6, deviation ** 3)];
}

const meanOf = (looks: number[][]): number[] =>
  looks[0].map((_, i) => looks.reduce((sum, look) => sum + look[i], 0) / looks.length);
