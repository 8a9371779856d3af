/**
 * A run from data to model, both phases, as a generator of events that a page's training thread and a terminal both
 * follow. The CPU waits for the GPU only where something is logged, shown or saved, and otherwise never runs more than
 * a few steps ahead.
 */
import type { Phi } from '../models/phi';
import { ARCHITECTURES } from '../models/presets';
import type { Engine, KernelChoices, Program } from '../runtime';
import { Batches, NORMALISATION, prepareData, type TaskPlanes } from './batches';
import { cGanStep, compileCGan, makeCGan, syntheticCount } from './cgan';
import { loadCheckpoint, writeCheckpoint, writeModel } from './checkpoint';
import { cinGanStep, compileCinGan, makeCinGan } from './cin_gan';
import { Clock } from './clock';
import { type RunConfig, runConfig } from './config';
import type { Control } from './control';
import type { FromThread, TrainConfig, TrainingData } from './messages';
import { type FileRecord, type ModelFile, ModelFileError, modelInfo, readModelFile } from './model_file';
import type { Networks, TrainingPhase } from './networks';
import { planInfo } from './plan_info';
import { type Preview, restorationPreview, synthesisPreview } from './preview';
import { runKernels } from './run_kernels';
import { canTime, TimedProgram } from './timed_step';
import {
  generatorFrom,
  keptTasks,
  openStart,
  paintsAll,
  restorerFrom,
  type StartingPoint,
  startOfCheckpoint,
  type WarmStart,
} from './warm_start';

/** What a run tells whoever follows it; the page's own messages. */
export type TrainingEvent = Extract<
  FromThread,
  { kind: 'progress' | 'plan' | 'preview' | 'checkpoint' | 'done' | 'state' | 'notice' }
>;

export interface TrainingRequest {
  config: TrainConfig;
  data: TrainingData;
  phi: Phi;
  /** A checkpoint of a run with the same settings and tasks. */
  resume?: Uint8Array;
  /** A finished model whose weights the run begins with. */
  start?: StartingPoint;
}

export async function* train(
  engine: Engine,
  request: TrainingRequest,
  control: Control,
): AsyncGenerator<TrainingEvent> {
  const run = runConfig(request.config);
  const resumed = request.resume && checkedResume(readModelFile(request.resume), run, request.data);
  const start = resumed ? startOfCheckpoint(resumed) : request.start && (await openStart(request.start, run.preset));
  const { training, validation } = withKept(prepareData(request.data, run.validationShare, run.seed), (given) =>
    run.addTasks ? keptTasks(start, given) : [],
  );
  const data = new Batches(training, run.patch);
  const shape = ARCHITECTURES[run.preset];
  const nets: Networks = { ...makeCinGan(), ...makeCGan() };
  const { phi } = request;
  const setting = { shape, phi, patch: run.patch, tasks: training.length };
  const record = newRecord(engine, request, run, training);
  const taskNames = record.tasks.map(({ name }) => name);
  if (start) record.provenance.madeFrom = start.madeFrom;
  if (resumed) Object.assign(record, { steps: { ...resumed.record.steps } });
  const startPhase: TrainingPhase = resumed?.record.phase ?? (run.cinGan.steps > 0 ? 'cin-gan' : 'cgan');
  const painted = start !== undefined && paintsAll(start, taskNames);
  const paired = data.paired.length > 0;
  if (startPhase === 'cgan' && !resumed && !painted && !paired) throw noPairs();
  const willPaint = run.cinGan.steps > 0 || painted;
  const choosing = { run, phi, tasks: training.length, hasPairs: paired, hasGenerator: willPaint };
  const { kernels, notice } = await runKernels(engine, choosing, resumed?.record);
  if (notice) yield { kind: 'notice', text: notice };
  const clock = new Clock(run);
  const follow = { engine, run, nets, record, kernels, control, clock, start };

  if (startPhase === 'cin-gan') {
    yield compiling(0);
    const programs = await compileCinGan(
      engine,
      nets,
      { ...setting, config: run.cinGan, normsOnly: run.addTasks },
      kernels,
    );
    yield planned('cin-gan', [programs.criticStep, programs.generatorStep]);
    yield compiling(2);
    const preview = await synthesisPreview(engine, nets, shape, training, run);
    yield compiling(3);
    phi.params.write(engine, phi.weights);
    if (resumed) loadCheckpoint(engine, nets, resumed);
    else {
      if (start) nets.generator.write(engine, generatorFrom(nets.generator, start, taskNames, run.seed));
      else nets.generator.initialise(engine, run.seed);
      nets.critic.initialise(engine, run.seed);
    }
    yield* phaseSteps(follow, {
      phase: 'cin-gan',
      steps: run.cinGan.steps,
      step: (step, [criticStep, generatorStep]) =>
        cinGanStep({ criticStep, generatorStep }, data, run.cinGan, run.seed, step),
      programs: [programs.criticStep, programs.generatorStep],
      preview,
    });
  }

  if (!control.stopping) {
    yield compiling(0);
    const hasGenerator = nets.generator.count > 0 || resumed?.sets.has('generator') === true || (!resumed && painted);
    const synthetic = syntheticCount(run.cGan, paired, hasGenerator);
    const programs = await compileCGan(
      engine,
      nets,
      nets.generator,
      { ...setting, config: run.cGan, synthetic },
      kernels,
    );
    yield planned('cgan', [programs.discriminatorStep, programs.restorerStep]);
    yield compiling(2);
    const preview = await restorationPreview(engine, nets, shape, training, validation, run);
    yield compiling(3);
    phi.params.write(engine, phi.weights);
    if (resumed && startPhase === 'cgan') loadCheckpoint(engine, nets, resumed);
    else {
      if (start) nets.restorer.write(engine, restorerFrom(nets.restorer, start));
      else nets.restorer.initialise(engine, run.seed);
      nets.discriminator.initialise(engine, run.seed);
      nets.average.write(engine, await nets.restorer.read());
      if (start && startPhase === 'cgan' && nets.generator.count > 0)
        nets.generator.write(engine, generatorFrom(nets.generator, start, taskNames, run.seed));
    }
    yield* phaseSteps(follow, {
      phase: 'cgan',
      steps: run.cGan.steps,
      step: (step, [discriminatorStep, restorerStep]) =>
        cGanStep({ discriminatorStep, restorerStep, synthetic }, data, run.cGan, run.seed, step),
      programs: [programs.discriminatorStep, programs.restorerStep],
      preview,
    });
  }

  record.provenance.seconds = clock.seconds;
  const model = await writeModel(engine, nets, record, start);
  yield {
    kind: 'done',
    finished: !control.stopping,
    model: model.buffer as ArrayBuffer,
    info: modelInfo(readModelFile(model)),
  };
}

interface Following {
  engine: Engine;
  run: RunConfig;
  nets: Networks;
  record: FileRecord;
  kernels: KernelChoices;
  control: Control;
  clock: Clock;
  start: WarmStart | undefined;
}

interface PhaseWork {
  phase: TrainingPhase;
  steps: number;
  /** Enqueues one step, counted from 0, with `programs` or what stands in for them. */
  step: (step: number, programs: Pick<Program, 'run'>[]) => void;
  /** Whose scalar outputs are the losses to log. */
  programs: Program[];
  preview: Preview;
}

async function* phaseSteps(
  { engine, run, nets, record, kernels, control, clock, start }: Following,
  work: PhaseWork,
): AsyncGenerator<TrainingEvent> {
  const { phase, steps } = work;
  const counter = phase === 'cin-gan' ? 'cinGan' : 'cGan';
  clock.startPhase(phase);
  let savedAt = performance.now();
  const lastProgram = work.programs[work.programs.length - 1];
  const inFlight: Promise<void>[] = [];
  // The second one here: drivers put work off to the first.
  const timedStep = canTime(engine) ? record.steps[counter] + 1 : -1;
  while (record.steps[counter] < steps) {
    if (control.paused) {
      yield { kind: 'state', state: 'paused' };
      await clock.pausedFor(control.resumed());
      yield { kind: 'state', state: 'running' };
    }
    if (control.stopping) return;

    const timed = record.steps[counter] === timedStep ? work.programs.map((one) => new TimedProgram(one)) : undefined;
    work.step(record.steps[counter], timed ?? work.programs);
    const done = ++record.steps[counter];
    if (timed) yield { kind: 'plan', phase, programs: await Promise.all(timed.map((one) => one.plan())) };
    // Lets the page's messages in, and keeps the queue no deeper than two steps.
    inFlight.push(lastProgram.finished());
    if (inFlight.length > 2) await inFlight.shift();

    const last = done === steps;
    if (done % run.logEvery === 0 || done === 1 || last) {
      const losses = await readLosses(work.programs); // the CPU waits for the GPU here
      refuseNonFinite(losses, phase, done);
      clock.measured(done);
      yield { kind: 'progress', phase, step: done, steps, secondsLeft: clock.secondsLeft(done), losses };
    }
    if (done % run.previewEvery === 0 || last) yield { kind: 'preview', phase, step: done, rows: await work.preview() };
    const due = run.checkpointSeconds > 0 && performance.now() - savedAt > run.checkpointSeconds * 1000;
    if (due || control.takeCheckpointRequest()) {
      record.provenance.seconds = clock.seconds;
      const bytes = await writeCheckpoint(engine, nets, { phase, step: done }, { ...record, kernels }, start);
      yield { kind: 'checkpoint', phase, step: done, automatic: due, bytes: bytes.buffer as ArrayBuffer };
      savedAt = performance.now();
    }
  }
}

async function readLosses(programs: Program[]): Promise<Record<string, number>> {
  const outputs = await Promise.all(programs.map((program) => program.read()));
  const losses: Record<string, number> = {};
  for (const output of outputs) for (const [name, values] of Object.entries(output)) losses[name] = values[0];
  return losses;
}

function refuseNonFinite(losses: Record<string, number>, phase: string, step: number): void {
  const [name, value] = Object.entries(losses).find(([, v]) => !Number.isFinite(v)) ?? [];
  if (name)
    throw new RangeError(
      `got ${name} = ${value} at ${phase} step ${step}, wanted a finite loss; lower the learning rate`,
    );
}

const compiling = (step: number): TrainingEvent => ({
  kind: 'progress',
  phase: 'compiling',
  step,
  steps: 3,
  losses: {},
});

const planned = (phase: TrainingPhase, programs: Program[]): TrainingEvent => ({
  kind: 'plan',
  phase,
  programs: programs.map(({ plan }) => planInfo(plan)),
});

type Prepared = Record<'training' | 'validation', TaskPlanes[]>;

/** The data's tasks behind those that the model is to keep, of which there is nothing to validate by. */
function withKept(given: Prepared, keptOf: (given: TaskPlanes[]) => TaskPlanes[]): Prepared {
  const kept = keptOf(given.training);
  return { training: [...kept, ...given.training], validation: [...kept, ...given.validation] };
}

function newRecord(engine: Engine, { data, phi }: TrainingRequest, run: RunConfig, tasks: TaskPlanes[]): FileRecord {
  const { restorer, generator } = ARCHITECTURES[run.preset];
  return {
    kind: 'model',
    version: 1,
    preset: run.preset,
    tasks: tasks.map(({ name, axial }) => ({ name, axial })),
    restorer,
    generator,
    normalisation: { low: NORMALISATION.low, high: NORMALISATION.high },
    config: run,
    steps: { cinGan: 0, cGan: 0 },
    provenance: {
      program: 'mendscope',
      adapter: engine.adapter.name,
      created: new Date().toISOString(),
      seconds: 0,
      data: data.tasks.map((task) => ({
        task: task.name,
        kind: task.kind,
        defective: task.kind === 'paired' ? task.pairs.length : task.defective.length,
        clean: task.kind === 'paired' ? task.pairs.length : task.clean.length,
      })),
      phi: phi.name,
    },
  };
}

function checkedResume(file: ModelFile, run: RunConfig, data: TrainingData): ModelFile {
  const names = (tasks: { name: string }[]) => tasks.map((task) => task.name).join(', ');
  const { record } = file;
  if (record.kind !== 'checkpoint')
    throw new ModelFileError('a finished model', 'a checkpoint', 'resume from a file saved while training');
  const tasks = run.addTasks ? record.tasks.slice(-data.tasks.length) : record.tasks;
  if (record.preset !== run.preset || names(tasks) !== names(data.tasks))
    throw new ModelFileError(
      `a checkpoint of preset ${record.preset} with tasks ${names(tasks)}`,
      `preset ${run.preset} with tasks ${names(data.tasks)}`,
      'resume with the settings and data the run was started with',
    );
  return file;
}

function noPairs(): ModelFileError {
  return new ModelFileError(
    'no pairs and 0 CIN-GAN steps',
    'pairs, or CIN-GAN steps to make some',
    'raise the CIN-GAN steps or add pairs',
  );
}
