/** The networks that restore: the cGAN's ResNet of the paper, and the U-Net of this project's own recipe. */
import { add, div, mul, type Scope, sub, type Tensor } from '../runtime';
import { type Care, careFeatures, careNetwork, careOnSigned, careReach } from './care';
import { filterExit } from './exits';
import { type Dropout, NO_DROPOUT } from './layers';
import { type Restorer, restorer, restorerStages } from './restorer';
import { STAGE_MULTIPLE, type Stage } from './stages';

export interface UNet extends Care {
  kind: 'unet';
  /** `filter`: as the cGAN's restorer ends (exits.ts), for a U-Net that gets anywhere in few steps. Else CARE's own. */
  exit?: 'filter';
  /** It sees 0..1, as CARE's does: the zeros beyond its borders are dark then, and not a middle grey. */
  unit?: boolean;
}

export type RestoringNetwork = Restorer | UNet;

export const isUNet = (network: RestoringNetwork): network is UNet => 'kind' in network && network.kind === 'unet';

/** @param x [N, H, W, 1] in −1..1, H and W multiples of 4 @returns the same extent and range, not yet above any floor */
export function restoringNetwork(
  p: Scope,
  x: Tensor,
  network: RestoringNetwork,
  dropout: Dropout = NO_DROPOUT,
): Tensor {
  return isUNet(network) ? unet(p, x, network) : restorer(p, x, network, dropout);
}

function unet(p: Scope, x: Tensor, network: UNet): Tensor {
  if (network.exit !== 'filter') return (network.unit ? careOnSigned : careNetwork)(p, x, network).image;
  if (!network.unit) return filterExit(p, careFeatures(p, x, network), x);
  const unit = div(add(x, 1), 2);
  return sub(mul(filterExit(p, careFeatures(p, unit, network), unit), 2), 1);
}

/** The same as stages, so that large images can be restored piece by piece. */
export function restoringStages(network: RestoringNetwork): Stage[] {
  if (!isUNet(network)) return restorerStages(network);
  const output = { step: 1, channels: 1, reach: reachOf(network) };
  return [{ name: 'unet', norms: [], output, build: (p, x) => unet(p, x, network) }];
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
