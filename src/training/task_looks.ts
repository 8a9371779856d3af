/**
 * Which of a model's tasks an image is of, where nobody says: the one whose defective images it looks most like. What an
 * image looks like is the power of its waves, slow to fast and along x, y and between, and how its brightness is spread;
 * how much a difference counts is told by how much images of one task differ in it.
 */
import { isotropicView } from '../imaging/axial';
import { getPlane, type Image, type Plane } from '../imaging/image';
import { meanPower, valueAt } from '../imaging/measured_defect/power_spectrum';
import { evenly, tilesOf } from '../imaging/measured_defect/tiles';
import { normaliseSigned, type Scale } from '../imaging/normalisation';
import { xzPlanes } from '../imaging/views';
import { ownTasks, type RestoringNetwork } from '../models/restoring_network';
import type { TaskPlanes } from './batches';

/** Kept in a model's record. */
export interface TaskLooks {
  /** A task's mean look each, in the order of the tasks. */
  tasks: number[][];
  /** Standard deviation within a task, over all of them. */
  spread: number[];
}

/** Of a model's record. */
interface ModelTasks {
  tasks: readonly { name: string; axial: boolean }[];
  looks?: TaskLooks;
  restorer: RestoringNetwork;
}

/** Of a model to begin with. */
export interface KnownLooks {
  tasks: ReadonlyMap<string, number[]>;
  spread: readonly number[];
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
/** Images of a task that are looked at, and parts of an image; more only take time. */
const MOST_IMAGES = 24;
const MOST_TILES = 16;
/** Few images say little about how far others spread. */
const LEAST_SPREAD = 0.05;
const NO_POWER = 1e-8;

/**
 * @param tasks of −1..1
 * @param known looks of a model's tasks, by name, and how far they spread: of tasks of which there are no images here
 */
export function measureLooks(tasks: readonly TaskPlanes[], known?: KnownLooks): TaskLooks | undefined {
  const seen = tasks.map(({ defective }) => evenly(defective, MOST_IMAGES).map(lookOf));
  const means = tasks.map(({ name }, t) => (seen[t].length > 0 ? meanOf(seen[t]) : known?.tasks.get(name)));
  if (means.some((mean) => mean === undefined)) return undefined;
  const all = seen.flatMap((looks, t) => looks.map((look) => look.map((value, i) => value - (means[t]?.[i] ?? 0))));
  const spread = (means[0] ?? []).map((_, i) =>
    Math.max(
      LEAST_SPREAD,
      known?.spread[i] ?? 0,
      Math.sqrt(all.reduce((sum, from) => sum + from[i] ** 2, 0) / Math.max(1, all.length)),
    ),
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
 * The name of the task that an image's first channel looks like, in its middle; undefined where the model restores all its
 * tasks alike or does not say what they look like. A stack that is restored on side views, as is asked or because all tasks
 * are axial, is of an axial task, which its side view shows; any other stack is of one that is not, where there is one.
 */
export function taskOfImage(
  { tasks, looks, restorer }: ModelTasks,
  image: Image,
  [scale]: readonly Scale[],
  { xzViews, factor }: { xzViews: boolean | undefined; factor: number },
): string | undefined {
  const middle = (size: number) => Math.floor(size / 2);
  if (!looks || ownTasks(restorer) <= 1 || Math.min(image.size.x, image.size.y) < 2) return undefined;
  const isStack = image.size.z > 1;
  const fromSide = isStack && (xzViews ?? tasks.every(({ axial }) => axial));
  const fitting = tasks.flatMap(({ axial }, t) => (!isStack || axial === fromSide ? [t] : []));
  const plane = fromSide
    ? isotropicView(xzPlanes(image)[middle(image.size.y)], factor)
    : getPlane(image, { t: 0, z: middle(image.size.z), c: 0 });
  return tasks[likeliestTask(looks, normaliseSigned(plane, scale), fitting.length > 0 ? fitting : undefined)].name;
}

function lookOf(plane: Plane): number[] {
  const side = Math.min(MOST_SIDE, 2 ** Math.floor(Math.log2(Math.min(plane.width, plane.height))));
  const tiles = tilesOf([plane], side, MOST_TILES).map((tile) => tile.plane);
  const power = meanPower(tiles);
  const waves = FREQUENCIES.flatMap((f) =>
    DIRECTIONS.map(([x, y]) => Math.log10(NO_POWER + valueAt(power, f * x, f * y))),
  );
  const samples = tiles.flatMap(({ data }) => [...data]);
  const average = (of: (value: number) => number) =>
    samples.reduce((sum, value) => sum + of(value), 0) / samples.length;
  const mean = average((value) => value);
  const deviation = Math.sqrt(average((value) => (value - mean) * (value - mean)));
  const skew = average((value) => (value - mean) * (value - mean) * (value - mean));
  return [...waves, mean, deviation, skew / Math.max(1e-6, deviation ** 3)];
}

const meanOf = (looks: number[][]): number[] =>
  looks[0].map((_, i) => looks.reduce((sum, look) => sum + look[i], 0) / looks.length);
