/** The networks that restore: the cGAN's ResNet of the paper, and the U-Net of this project's own recipe. */
import { add, div, type Graph, mul, type ParameterSet, type Scope, sub, type Tensor } from '../runtime';
import { type Care, careFeatures, careNetwork, careOnSigned, careReach } from './care';
import { filterExit } from './exits';
import { type Dropout, NO_DROPOUT, taskConvolution } from './layers';
import { type Restorer, restorer, restorerStages } from './restorer';
import { STAGE_MULTIPLE, type Stage } from './stages';

export interface UNet extends Care {
  kind: 'unet';
  /** `filter`: as the cGAN's restorer ends (exits.ts), for a U-Net that gets anywhere in few steps. Else CARE's own. */
  exit?: 'filter';
  /** It sees 0..1, as CARE's does: the zeros beyond its borders are dark then, and not a middle grey. */
  unit?: boolean;
  /**
   * So many tasks have scales, shifts and an exit of their own, and only the convolutions between them are shared; absent:
   * the network restores every task alike. task_weights.ts makes a network of one task out of such a one.
   */
  tasks?: number;
}

export type RestoringNetwork = Restorer | UNet;

export const isUNet = (network: RestoringNetwork): network is UNet => 'kind' in network && network.kind === 'unet';

/** How many tasks have scales and shifts of their own in it; 0 where all are restored alike. */
export const ownTasks = (network: RestoringNetwork): number => (isUNet(network) && network.tasks) || 0;

export interface RestoringOptions {
  dropout?: Dropout;
  /** [N, T], one-hot: of a network of T tasks, each sample's. */
  task?: Tensor;
}

/** @param x [N, H, W, 1] in −1..1, H and W multiples of 4 @returns the same extent and range, not yet above any floor */
export function restoringNetwork(
  p: Scope,
  x: Tensor,
  network: RestoringNetwork,
  { dropout = NO_DROPOUT, task }: RestoringOptions = {},
): Tensor {
  const tasks = ownTasks(network);
  if (tasks !== (task?.shape[1] ?? 0))
    throw new RangeError(`got codes of ${task?.shape[1] ?? 0} tasks, wanted the network's ${tasks}`);
  return isUNet(network) ? unet(p, x, network, task) : restorer(p, x, network, dropout);
}

function unet(p: Scope, x: Tensor, network: UNet, task: Tensor | undefined): Tensor {
  if (network.exit !== 'filter') return (network.unit ? careOnSigned : careNetwork)(p, x, network).image;
  const convolve = task && taskConvolution(task);
  const restored = (image: Tensor) => filterExit(p, careFeatures(p, image, network, convolve), image, task);
  return network.unit ? sub(mul(restored(div(add(x, 1), 2)), 2), 1) : restored(x);
}

/** Its weights in `set`: the network on an image of `graph` that nothing else asks for. */
export function declareRestoring(set: ParameterSet, graph: Graph, network: RestoringNetwork, side = 32): void {
  const tasks = ownTasks(network);
  const task = tasks > 0 ? graph.input('declared task', [1, tasks]) : undefined;
  restoringNetwork(set.scope(graph), graph.input('declared image', [1, side, side, 1]), network, { task });
}

/** The same as stages, of a network that restores all alike, so that large images can be restored piece by piece. */
export function restoringStages(network: RestoringNetwork): Stage[] {
  if (ownTasks(network) > 0)
    throw new RangeError(
      `got a network of ${ownTasks(network)} tasks to restore by, wanted one task's (task_weights.ts)`,
    );
  if (!isUNet(network)) return restorerStages(network);
  const output = { step: 1, channels: 1, reach: reachOf(network) };
  return [{ name: 'unet', norms: [], output, build: (p, x) => unet(p, x, network, undefined) }];
}

function reachOf(network: UNet): number {
  const pixels = careReach(network) + (network.exit === 'filter' ? 3 : 0);
  return Math.ceil(pixels / STAGE_MULTIPLE) * STAGE_MULTIPLE;
}

/**
 * Pixels by which an image is continued in mirror image before it is restored, so that a U-Net's own borders, where it
 * meets zeros, fall outside. An instance norm looks at the whole image, which the margin would be part of.
 */
export const restoringMargin = (network: RestoringNetwork): number => (isUNet(network) ? RESTORING_MARGIN : 0);

export const RESTORING_MARGIN = 40;
