/** The phases of a run, each with its programs, its preview and the weights that it begins with. */
import type { Phi } from '../models/phi';
import type { Architecture } from '../models/presets';
import type { RestoringNetwork } from '../models/restoring_network';
import type { Engine, KernelChoices, Program } from '../runtime';
import type { Batches, TaskPlanes } from './batches';
import { cGanStep, compileCGan } from './cgan';
import { learned } from './checkpoint';
import { cinGanStep, compileCinGan } from './cin_gan';
import type { RunConfig } from './config';
import { compileMend, mendStep } from './mend';
import type { FileRecord } from './model_file';
import type { Networks, TrainingPhase } from './networks';
import { type Preview, restorationPreview, synthesisPreview } from './preview';
import { syntheticCount } from './restorer_batch';
import { generatorFrom, restorerFrom, type WarmStart } from './warm_start';

export interface Phase {
  /** Whose scalar outputs are the losses to log. */
  programs: Program[];
  /** Enqueues one step, counted from 0, with `programs` or what stands in for them. */
  step: (step: number, programs: Pick<Program, 'run'>[]) => void;
  preview: () => Promise<Preview>;
  /** Gives the networks the weights that the phase begins with; a run that goes on has those of its checkpoint. */
  begin: () => Promise<void>;
}

/** What the phases of a run share. */
export interface PhaseSetting {
  engine: Engine;
  run: RunConfig;
  nets: Networks;
  record: FileRecord;
  kernels: KernelChoices;
  phi: Phi;
  shape: Omit<Architecture, 'restorer'> & { restorer: RestoringNetwork };
  data: Batches;
  validation: TaskPlanes[];
  start: WarmStart | undefined;
  /** There is a generator to learn from, or will be. */
  paints: boolean;
}

export const openPhase = (phase: TrainingPhase, setting: PhaseSetting): Promise<Phase> => PHASES[phase](setting);

const PHASES: Record<TrainingPhase, (setting: PhaseSetting) => Promise<Phase>> = {
  'cin-gan': async (setting) => {
    const { engine, run, nets, kernels, phi, shape, data, start } = setting;
    const given = {
      shape,
      phi,
      config: run.cinGan,
      patch: run.patch,
      tasks: data.tasks.length,
      normsOnly: run.addTasks,
    };
    const programs = await compileCinGan(engine, nets, given, kernels);
    return {
      programs: [programs.criticStep, programs.generatorStep],
      step: (step, [criticStep, generatorStep]) =>
        cinGanStep({ criticStep, generatorStep }, data, run.cinGan, run.seed, step),
      preview: () => synthesisPreview(engine, nets, shape, data.tasks, run),
      async begin() {
        if (start) nets.generator.write(engine, generatorFrom(nets.generator, start, namesOf(data), run.seed));
        else nets.generator.initialise(engine, run.seed);
        nets.critic.initialise(engine, run.seed);
      },
    };
  },

  mend: async (setting) => {
    const { engine, run, nets, kernels, shape, data } = setting;
    if (!run.mend) throw new Error('got a run without settings of mend, wanted its phase left out');
    const config = run.mend;
    const synthetic = syntheticCount(config, data.paired.length > 0, setting.paints);
    const given = { ...restorerGiven(setting), network: shape.restorer, config, synthetic };
    const programs = await compileMend(engine, nets, nets.generator, given, kernels);
    return {
      programs: [programs.restorerStep],
      step: (step, [restorerStep]) => mendStep({ ...programs, restorerStep }, data, config, run.seed, step),
      preview: () => preview(setting),
      begin: () => beginRestorer(setting),
    };
  },

  cgan: async (setting) => {
    const { engine, run, nets, record, kernels, phi, data, start } = setting;
    const config = run.cGan;
    const synthetic = syntheticCount(config, data.paired.length > 0, setting.paints);
    const given = { ...restorerGiven(setting), phi, config, synthetic };
    const programs = await compileCGan(engine, nets, nets.generator, given, kernels);
    // After mend, other batches than mend's at the same steps.
    const seed = run.mend ? run.seed + 1 : run.seed;
    return {
      programs: [programs.discriminatorStep, programs.restorerStep],
      step: (step, [discriminatorStep, restorerStep]) =>
        cGanStep({ ...programs, discriminatorStep, restorerStep }, data, config, seed, step),
      preview: () => preview(setting),
      async begin() {
        if (record.steps.mend) {
          const faithful = await learned(nets, record, 'mend').read();
          for (const set of [nets.restorer, nets.average]) set.write(engine, faithful);
          nets.faithful = faithful;
          beginGenerator(setting);
        } else {
          await beginRestorer(setting);
          // A model whose restorer mend leaves as it is.
          if (run.mend && start) nets.faithful = await nets.restorer.read();
        }
        nets.discriminator.initialise(engine, run.seed);
      },
    };
  },
};

const restorerGiven = ({ run, record, shape, data }: PhaseSetting) => ({
  shape,
  patch: run.patch,
  tasks: data.tasks.length,
  floors: record.floors,
});

const preview = ({ engine, nets, record, shape, data, validation, run }: PhaseSetting): Promise<Preview> =>
  restorationPreview(
    engine,
    nets.restorer,
    { network: shape.restorer, floors: record.floors },
    data.tasks,
    validation,
    run,
  );

async function beginRestorer(setting: PhaseSetting): Promise<void> {
  const { engine, run, nets, start } = setting;
  if (start) nets.restorer.write(engine, restorerFrom(nets.restorer, start));
  else nets.restorer.initialise(engine, run.seed);
  nets.average.write(engine, await nets.restorer.read());
  beginGenerator(setting);
}

/** Where none was trained before, it is the given model's. */
function beginGenerator({ engine, run, nets, data, start, record }: PhaseSetting): void {
  if (start && record.steps.cinGan === 0 && nets.generator.count > 0)
    nets.generator.write(engine, generatorFrom(nets.generator, start, namesOf(data), run.seed));
}

const namesOf = (data: Batches): string[] => data.tasks.map(({ name }) => name);
