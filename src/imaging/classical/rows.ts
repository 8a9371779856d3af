import { backgroundSubtractionMethod } from './background_subtraction';
import { bicubicMethod } from './bicubic';
import { differenceOfGaussiansMethod } from './difference_of_gaussians';
import { gammaMethod } from './gamma';
import { gaussianMethod } from './gaussian';
import { medianMethod } from './median';
import { type TrainingPair, type TunedMethod, type TuningGoal, tune } from './method';
import { nonLocalMeansMethod } from './non_local_means';
import { type GaussianPsf, richardsonLucyMethod } from './richardson_lucy';
import { totalVariationMethod } from './total_variation';
import { wienerMethod } from './wiener';

/** What is known of a defect; a method that needs what is not given is left out. */
export interface KnownDefect {
  /** σ of the PSF, for Wiener and Richardson–Lucy. */
  psf?: GaussianPsf;
  /** How many times too coarsely the axial direction was sampled, for bicubic. */
  factor?: number;
}

/** Every classical row of a table, each tuned on the same training pairs, one after the other as they are asked for. */
export function* tunedMethods(
  pairs: readonly TrainingPair[],
  goal: TuningGoal,
  { psf, factor }: KnownDefect = {},
): Generator<TunedMethod> {
  yield tune(gammaMethod, pairs, goal);
  yield tune(gaussianMethod, pairs, goal);
  yield tune(medianMethod, pairs, goal);
  yield tune(backgroundSubtractionMethod, pairs, goal);
  yield tune(differenceOfGaussiansMethod, pairs, goal);
  yield tune(totalVariationMethod, pairs, goal);
  yield tune(nonLocalMeansMethod, pairs, goal);
  if (psf !== undefined) {
    yield tune(wienerMethod(psf), pairs, goal);
    yield tune(richardsonLucyMethod(psf), pairs, goal);
  }
  if (factor !== undefined) yield tune(bicubicMethod(factor), pairs, goal);
}
