/**
 * Which kernels a run computes with: settled for all phases before its first step, and kept in its checkpoints, so that a
 * run cut off goes on with the very bits that it would have had.
 */
import type { Phi } from '../models/phi';
import { ARCHITECTURES } from '../models/presets';
import type { RestoringNetwork } from '../models/restoring_network';
import { type Engine, type KernelChoices, type ProgramSpec, whyUnusable } from '../runtime';
import { makeCGan, traceCGan } from './cgan';
import { makeCinGan, traceCinGan } from './cin_gan';
import type { RunConfig } from './config';
import { traceMend } from './mend';
import type { FileRecord } from './model_file';
import { syntheticCount } from './restorer_batch';

/** For timing kernels, in milliseconds. */
const TIME = 3000;

interface Setting {
  run: RunConfig;
  network: RestoringNetwork;
  floors?: readonly number[];
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
function specsOf({ run, network, floors, phi, tasks, hasPairs, hasGenerator }: Setting): ProgramSpec[] {
  const sizes = ARCHITECTURES[run.preset];
  const shape = { ...sizes, restorer: network };
  const { patch, mend, cGan } = run;
  const nets = makeCinGan();
  const traced: { spec: ProgramSpec }[] = [];
  if (run.cinGan.steps > 0)
    traced.push(...Object.values(traceCinGan(nets, { shape: sizes, phi, patch, tasks, config: run.cinGan })));
  const restorer = { shape, patch, tasks, floors };
  if (mend) {
    const synthetic = syntheticCount(mend, hasPairs, hasGenerator);
    traced.push(traceMend(makeCGan(), nets.generator, { ...restorer, network, config: mend, synthetic }));
  }
  if (cGan.steps > 0) {
    const synthetic = syntheticCount(cGan, hasPairs, hasGenerator);
    traced.push(...Object.values(traceCGan(makeCGan(), nets.generator, { ...restorer, phi, config: cGan, synthetic })));
  }
  return traced.map(({ spec }) => spec);
}
