/** A run's networks, and how far it has come with them: what a session works on and a checkpoint keeps. */
import type { CGan } from './cgan';
import type { CinGan } from './cin_gan';
import type { Phase } from './messages';
import type { NamedTensors } from './model_file';

export type Networks = CinGan &
  CGan & {
    /** What mend learned, or left of the model begun with, once the cGAN trains the restorer further for detail. */
    faithful?: NamedTensors;
  };
export type TrainingPhase = Exclude<Phase, 'compiling'>;

export interface RunProgress {
  phase: TrainingPhase;
  /** Steps done in `phase`. */
  step: number;
}
