/** A run's settings in full: what the user left out takes its preset's value. */
import type { PhiName } from '../models/phi';
import { ARCHITECTURES, type PresetName } from '../models/presets';
import type { RestoringNetwork } from '../models/restoring_network';
import { CGAN_DEFAULTS, type CGanConfig } from './cgan';
import { CIN_GAN_DEFAULTS, type CinGanConfig } from './cin_gan';
import { detailConfig, MEND_DEFAULTS, type MendConfig, mendNetwork } from './mend';
import type { Phase, Recipe, Steps, TrainConfig } from './messages';

export interface RunConfig {
  preset: PresetName;
  /** Decides the first weights, every batch and every random number of every step. */
  seed: number;
  /** Side of the square training patches, in pixels. */
  patch: number;
  /** Absent in files from before there was a choice: `published`. */
  recipe?: Recipe;
  cinGan: CinGanConfig;
  /** Absent where the recipe is the published one. */
  mend?: MendConfig;
  cGan: CGanConfig;
  /** Which φ stands behind the content and style terms. */
  phi: PhiName;
  addTasks: boolean;
  validationShare: number;
  logEvery: number;
  previewEvery: number;
  checkpointSeconds: number;
  /** How kernels are chosen where a checkpoint does not say; left out: as suits the adapter. */
  kernels?: TrainConfig['kernels'];
}

/** The paper's preset is there to follow the paper. */
export const recipeOf = (preset: PresetName): Recipe => (preset === 'paper' ? 'published' : 'mend');

/** The network that restores in a run of its own, of so many tasks. */
export function networkOf({ preset, mend }: Pick<RunConfig, 'preset' | 'mend'>, tasks = 1): RestoringNetwork {
  const { restorer } = ARCHITECTURES[preset];
  return mend ? mendNetwork(restorer.first, tasks) : restorer;
}

/** The phases that a run goes through, in order, and the steps of each. */
export function phasesOf(
  run: RunConfig,
): { phase: Exclude<Phase, 'compiling'>; counter: keyof Steps; steps: number }[] {
  return [
    { phase: 'cin-gan' as const, counter: 'cinGan' as const, steps: run.cinGan.steps },
    { phase: 'mend' as const, counter: 'mend' as const, steps: run.mend?.steps ?? 0 },
    { phase: 'cgan' as const, counter: 'cGan' as const, steps: run.cGan.steps },
  ].filter(({ steps }) => steps > 0);
}

/** Half of what the restorer sees are painted defects, the known ones among them, so that it does not forget those. */
const REHEARSED = { syntheticShare: 0.5 };
const UNPAINTED = { syntheticShare: 0 };

export function runConfig(config: TrainConfig): RunConfig {
  const { preset, seed } = config;
  const patch = config.patch ?? ARCHITECTURES[preset].patch;
  if (!Number.isInteger(patch) || patch < 16 || patch % 8 !== 0)
    throw new RangeError(`got patches of ${patch} pixels, wanted a multiple of 8 from 16 upwards`);
  const recipe = config.recipe ?? recipeOf(preset);
  const phi = config.phi?.kind ?? 'mendscope';
  // mend has pairs of every task: where none were measured, measured_pairs.ts makes them.
  const unpainted = recipe === 'mend' && !config.addTasks;
  const cinGan = { ...CIN_GAN_DEFAULTS[preset], ...(unpainted && { steps: 0 }), ...defined(config.cinGan) };
  // They are better than what the CIN-GAN of a model to train further paints, unless it is told to learn, too.
  const share = unpainted && cinGan.steps === 0 ? UNPAINTED : config.addTasks ? REHEARSED : {};
  const mend = recipe === 'mend' ? { ...MEND_DEFAULTS[preset], ...share, ...defined(config.mend) } : undefined;
  return {
    preset,
    seed,
    patch,
    recipe,
    cinGan,
    ...(mend && { mend }),
    cGan: {
      ...(mend ? detailConfig(preset, mend, phi) : CGAN_DEFAULTS[preset]),
      ...share,
      ...defined(config.cGan),
    },
    phi,
    addTasks: config.addTasks ?? false,
    validationShare: config.validationShare ?? 0.1,
    logEvery: config.logEvery ?? 10,
    previewEvery: config.previewEvery ?? 50,
    checkpointSeconds: config.checkpointSeconds ?? 120,
    ...(config.kernels && { kernels: config.kernels }),
  };
}

/** Without the entries that are undefined, which would otherwise hide what they are laid over. */
export function defined<T extends object>(settings: Partial<T> = {}): Partial<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<T>;
}
