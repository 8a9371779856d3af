/** Evaluation images under a synthetic defect, beside what they really look like. */
import { imageOfPlane, type Plane } from '../imaging/image';
import { mean } from '../imaging/mean_and_error';
import { score } from '../imaging/metrics';
import { networkPlanes } from '../training/batches';
import type { Split } from './evidence_images';
import { evaluationPairs, type Task } from './sources';

/** Evaluation planes with their defects painted on, at the generator's own scale of −1..1. */
export interface PaintedPlane {
  clean: Plane;
  real: Plane;
  synthetic: Plane;
}

/** Evaluation images at the scale of a network, without a synthetic defect yet. */
export function planesToPaint(task: Task, images: number, split: Split): Omit<PaintedPlane, 'synthetic'>[] {
  return evaluationPairs(task, images, split).map(({ clean, defective }) => ({
    clean: networkPlanes(imageOfPlane(clean, 'float32'))[0],
    real: networkPlanes(imageOfPlane(defective, 'float32'))[0],
  }));
}

/** How much of clean images a defect leaves: the mean PSNR(clean, defect), paper metric. */
export function defectLevel<Kind extends 'real' | 'synthetic'>(
  planes: ({ clean: Plane } & { [kind in Kind]: Plane })[],
  kind: Kind,
): number {
  return mean(planes.map((plane) => score(plane[kind], plane.clean, 'paper').psnr));
}
