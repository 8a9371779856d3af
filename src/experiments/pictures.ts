/** Restored planes as small PNG files inside a record: the same first image of every row, and the best, median, worst. */
import { cropped } from '../imaging/filters';
import { imageOfPlane, type Plane } from '../imaging/image';
import { meanAndError } from '../imaging/mean_and_error';
import { percentileScaled, scaledPair } from '../imaging/metrics';
import { writePng } from '../imaging/png';
import type { Samples } from '../imaging/samples';
import type { ImageScores, Picture } from './cell';
import type { PaintedPlane } from './painted_planes';
import type { Task } from './sources';

/** Largest side of a picture: of a larger image the part is shown where its clean image shows most. */
const SIDE = 128;
/** Pixels between the parts to choose from. */
const STEP = 16;

/** The first image of a row. */
export function firstPicture(row: string, task: Task, restored: Plane[], truths: Plane[]): Picture {
  return { row, task, index: 0, why: 'first', png: fitted(restored[0], truths[0]) };
}

/** The best, the median and the worst image by care PSNR, each with its input and its truth. */
export function extremePictures(
  task: Task,
  { defective, restored, truths }: { defective: Plane[]; restored: Plane[]; truths: Plane[] },
  scores: ImageScores,
): Picture[] {
  const order = scores.care.psnr.map((_, i) => i).sort((a, b) => scores.care.psnr[a] - scores.care.psnr[b]);
  const chosen: [Picture['why'], number][] = [
    ['best', order[order.length - 1]],
    ['median', order[Math.floor(order.length / 2)]],
    ['worst', order[0]],
  ];
  return chosen.flatMap(([why, index]) => [
    { row: 'input', task, index, why, png: fitted(defective[index], truths[index]) },
    { row: 'restored', task, index, why, png: fitted(restored[index], truths[index]) },
    { row: 'truth', task, index, why, png: pictureOf(truths[index], truths[index]) },
  ]);
}

/** The first of planes under a synthetic defect, beside its clean and its really defective one. */
export function paintedPictures(task: Task, [{ clean, real, synthetic }]: PaintedPlane[]): Picture[] {
  return Object.entries({ clean, real, synthetic }).map(([row, plane]) => ({
    row,
    task,
    index: 0,
    why: 'first',
    png: pictureOf(plane, clean),
  }));
}

/** A prediction as the care metric sees it. */
function fitted(prediction: Plane, truth: Plane): string {
  return shades(scaledPair(prediction, truth, 'care').prediction, truth);
}

/** A plane scaled by itself, for what has no truth to be fitted to. @param clean the same image without its defect */
export function pictureOf(plane: Plane, clean: Plane): string {
  return shades(percentileScaled(plane, 0.1, 99.9), clean);
}

/** 0..1 as grey, base64 PNG. */
function shades(samples: Samples, clean: Plane): string {
  const data = Float32Array.from(samples.data, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  const part = tellingPart(clean)({ ...samples, data });
  return Buffer.from(writePng(imageOfPlane(part, 'uint8'))).toString('base64');
}

/** Cuts out the part, of a picture's size, where the clean image's samples vary most; the first of equal ones. */
function tellingPart(clean: Plane): (plane: Plane) => Plane {
  const width = Math.min(SIDE, clean.width);
  const height = Math.min(SIDE, clean.height);
  const parts: ((plane: Plane) => Plane)[] = [];
  for (let y = 0; y + height <= clean.height; y += STEP)
    for (let x = 0; x + width <= clean.width; x += STEP) parts.push((plane) => cropped(plane, x, y, width, height));
  const varied = parts.map((part) => meanAndError(part(clean).data).deviation);
  return parts[varied.indexOf(Math.max(...varied))];
}
