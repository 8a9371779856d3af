/**
 * Which kernels a run computes with: settled for both phases before its first step, and kept in its checkpoints, so that a
 * run cut off goes on with the very bits that it would have had.
 */
import type { Phi } from '../models/phi';
import { ARCHITECTURES } from '../models/presets';
import { type Engine, type KernelChoices, whyUnusable } from '../runtime';
import { makeCGan, syntheticCount, traceCGan } from './cgan';
import { makeCinGan, traceCinGan } from './cin_gan';
import type { RunConfig } from './config';
import type { FileRecord } from './model_file';

/** For timing kernels, in milliseconds. */
const TIME = 3000;

interface Setting {
  run: RunConfig;
  phi: Phi;
  tasks: number;
  hasPairs: boolean;
  /** Whether the restorer has a generator to learn from. */
  hasGenerator: boolean;
}

export interface RunKernels {
  kernels: KernelChoices;
  /** Why those of the checkpoint are not used. */
  notice?: string;
}

/** Those of the checkpoint; without one, or with one made elsewhere, as the run's settings say. */
export async function runKernels(engine: Engine, setting: Setting, resumed?: FileRecord): Promise<RunKernels> {
  const kept = resumed?.kernels;
  const unusable = kept === undefined ? undefined : whyUnusable(kept, engine.adapter);
  if (kept !== undefined && unusable === undefined) return { kernels: kept };
  const how = setting.run.kernels ?? (engine.adapter.software ? 'rule' : 'measured');
  const kernels = await engine.settle(specsOf(setting), how === 'measured' ? TIME : undefined);
  if (unusable === undefined) return { kernels };
  const notice =
    `got ${unusable} in the checkpoint, wanted this program's on ${engine.adapter.name}; they are chosen anew, ` +
    'so what follows differs by rounding from a run that was not cut off';
  return { kernels, notice };
}

/** Every step of the run, traced on parameters that nothing else knows of. */
function specsOf({ run, phi, tasks, hasPairs, hasGenerator }: Setting) {
  const setting = { shape: ARCHITECTURES[run.preset], phi, patch: run.patch, tasks };
  const nets = makeCinGan();
  const cinGan = run.cinGan.steps > 0 ? Object.values(traceCinGan(nets, { ...setting, config: run.cinGan })) : [];
  const synthetic = syntheticCount(run.cGan, hasPairs, hasGenerator);
  const cGan = traceCGan(makeCGan(), nets.generator, { ...setting, config: run.cGan, synthetic });
  return [...cinGan, ...Object.values(cGan)].map(({ spec }) => spec);
}
