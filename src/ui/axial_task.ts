/** A task of axial pairs, made from the user's own stacks: their sharp lateral slices, and the same slices spoilt. */
import { type AxialSettings, axialFactor, axialPairs } from '../imaging/axial';
import { BadInputError } from '../imaging/bad_input';
import { type Image, imageOfPlane } from '../imaging/image';
import { Random } from '../imaging/random';
import { nextId } from './app_state';
import { newTask, type TaskDraft } from './task_draft';

export interface AxialChoice {
  factor: number;
  /** σ in lateral pixels; 0 for both leaves the blur out. */
  lateral: number;
  axial: number;
  /** 0 leaves shot noise out. */
  peakPhotons: number;
  turned: boolean;
}

/** Choices that a stack suggests: its own z spacing, and blur that goes with it. */
export function suggestedChoice(image: Image): AxialChoice {
  const factor = knownFactor(image);
  return {
    factor: factor ?? 0,
    lateral: 1,
    axial: factor ? Math.round(factor * 7.5) / 10 : 0,
    peakPhotons: 0,
    turned: true,
  };
}

function knownFactor(image: Image): number | undefined {
  try {
    return Math.round(axialFactor(image) * 100) / 100;
  } catch (error) {
    if (error instanceof BadInputError) return undefined;
    throw error;
  }
}

/** Throws BadInputError where a choice makes no sense, or no stack is among the images. */
export function axialTask(stacks: { name: string; image: Image }[], choice: AxialChoice): TaskDraft {
  if (!(choice.factor > 1)) {
    throw new BadInputError(
      `a factor of ${choice.factor}`,
      'more than 1',
      'Say how many times coarser z is sampled than x.',
    );
  }
  const withBlur = choice.lateral > 0 || choice.axial > 0;
  if (withBlur && choice.axial < choice.lateral) {
    throw new BadInputError(
      `an axial σ of ${choice.axial} and a lateral one of ${choice.lateral}`,
      'an axial σ at least as large as the lateral one',
      'Enlarge the axial σ, or set both to 0 for sampling alone.',
    );
  }
  const settings: AxialSettings = {
    factor: choice.factor,
    turned: choice.turned,
    ...(withBlur ? { psf: { lateral: choice.lateral, axial: choice.axial } } : {}),
    ...(choice.peakPhotons > 0 ? { peakPhotons: choice.peakPhotons } : {}),
  };
  const random = new Random(1);
  const task: TaskDraft = { ...newTask(nextId(), 'axial'), axial: true, pairBy: 'order' };
  for (const { name, image } of stacks) {
    for (let c = 0; c < image.size.c; c++) {
      for (const [i, pair] of axialPairs(image, random, { ...settings, c }).entries()) {
        const label = `${name}${image.size.c > 1 ? `, channel ${c + 1}` : ''}, slice ${String(i + 1).padStart(3, '0')}`;
        task.defective.push({ id: nextId(), name: label, image: imageOfPlane(pair.defective, 'float32') });
        task.clean.push({ id: nextId(), name: label, image: imageOfPlane(pair.clean, 'float32') });
      }
    }
  }
  return task;
}
