/** The phases of a run, as the page names and counts them before the training thread reports any. */
import type { PresetInfo, Recipe, Steps, TrainConfig } from '../training/messages';
import type { TrainingPhase } from './run_state';

export interface PlannedPhase {
  name: TrainingPhase;
  title: string;
  text: string;
  /** Undefined until the presets are known. */
  steps: number | undefined;
}

export const recipeOf = ({ recipe }: TrainConfig, preset: PresetInfo | undefined): Recipe =>
  recipe ?? preset?.recipe ?? 'mend';

/** Those that take any steps, in order. */
export function plannedPhases(config: TrainConfig, preset: PresetInfo | undefined): PlannedPhase[] {
  const steps = plannedSteps(config, preset);
  return PHASES[recipeOf(config, preset)]
    .map((phase) => ({ ...phase, steps: steps[COUNTERS[phase.name]] }))
    .filter((phase) => phase.steps !== 0);
}

/** Steps of each phase by those settings, the ones left out by the preset's. mend paints only where tasks are added. */
export function plannedSteps(config: TrainConfig, preset: PresetInfo | undefined): Partial<Steps> {
  const { cinGan, mend, cGan, addTasks } = config;
  if (recipeOf(config, preset) === 'published')
    return { cinGan: cinGan?.steps ?? preset?.cinGan.steps, cGan: cGan?.steps ?? preset?.cGan.steps };
  const faithful = mend?.steps ?? preset?.mend.steps;
  const share = preset && preset.detail.steps / preset.mend.steps;
  const detail = faithful === undefined || share === undefined ? undefined : Math.round(faithful * share);
  return {
    cinGan: cinGan?.steps ?? (addTasks === true ? preset?.cinGan.steps : 0),
    mend: faithful,
    cGan: cGan?.steps ?? detail,
  };
}

const COUNTERS: Record<TrainingPhase, keyof Steps> = { 'cin-gan': 'cinGan', mend: 'mend', cgan: 'cGan' };

const CIN_GAN = { name: 'cin-gan' as const, title: 'CIN-GAN', text: 'learns what each defect looks like' };
const PHASES: Record<Recipe, Omit<PlannedPhase, 'steps'>[]> = {
  mend: [
    CIN_GAN,
    { name: 'mend', title: 'Fidelity', text: 'learns to take the defects away' },
    { name: 'cgan', title: 'Detail', text: 'learns, as a cGAN, what sharp images look like' },
  ],
  published: [CIN_GAN, { name: 'cgan', title: 'cGAN', text: 'learns to take the defects away' }],
};

/** The phase as a sentence names it. */
export const phaseName = (phase: TrainingPhase): string =>
  ({ 'cin-gan': 'CIN-GAN', mend: 'the restorer', cgan: 'the cGAN' })[phase];

/** The steps of a model, phase by phase, without those it was not given: `3,000 + 750`. */
export const stepsText = ({ cinGan, mend = 0, cGan }: Steps): string =>
  [cinGan, mend, cGan]
    .filter((count) => count > 0)
    .map((count) => count.toLocaleString('en'))
    .join(' + ') || '0';
