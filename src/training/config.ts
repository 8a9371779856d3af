/** A run's settings in full: what the user left out takes its preset's value. */
import { ARCHITECTURES, type PresetName } from '../models/presets';
import { CGAN_DEFAULTS, type CGanConfig } from './cgan';
import { CIN_GAN_DEFAULTS, type CinGanConfig } from './cin_gan';
import type { TrainConfig } from './messages';

export interface RunConfig {
  preset: PresetName;
  /** Decides the first weights, every batch and every random number of every step. */
  seed: number;
  /** Side of the square training patches, in pixels. */
  patch: number;
  cinGan: CinGanConfig;
  cGan: CGanConfig;
  /** Which φ stands behind the content and style terms. */
  phi: 'mendscope' | 'squeezenet';
  addTasks: boolean;
  validationShare: number;
  logEvery: number;
  previewEvery: number;
  checkpointSeconds: number;
  /** How kernels are chosen where a checkpoint does not say; left out: as suits the adapter. */
  kernels?: TrainConfig['kernels'];
}

/** Half of what the restorer sees are painted defects, the known ones among them, so that it does not forget those. */
const REHEARSED = { syntheticShare: 0.5 };

export function runConfig(config: TrainConfig): RunConfig {
  const { preset, seed } = config;
  const patch = config.patch ?? ARCHITECTURES[preset].patch;
  if (!Number.isInteger(patch) || patch < 16 || patch % 8 !== 0)
    throw new RangeError(`got patches of ${patch} pixels, wanted a multiple of 8 from 16 upwards`);
  return {
    preset,
    seed,
    patch,
    cinGan: { ...CIN_GAN_DEFAULTS[preset], ...defined(config.cinGan) },
    cGan: { ...CGAN_DEFAULTS[preset], ...(config.addTasks && REHEARSED), ...defined(config.cGan) },
    phi: config.phi?.kind ?? 'mendscope',
    addTasks: config.addTasks ?? false,
    validationShare: config.validationShare ?? 0.1,
    logEvery: config.logEvery ?? 10,
    previewEvery: config.previewEvery ?? 50,
    checkpointSeconds: config.checkpointSeconds ?? 120,
    ...(config.kernels && { kernels: config.kernels }),
  };
}

/** Without the entries that are undefined, which would otherwise hide the preset's. */
function defined<T extends object>(settings: Partial<T> = {}): Partial<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<T>;
}
