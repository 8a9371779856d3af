/**
 * A run from data to model, phase by phase, as a generator of events that a page's training thread and a terminal both
 * follow. The CPU waits for the GPU only where something is logged, shown or saved, and otherwise never runs more than
 * a few steps ahead.
 */
import type { Phi } from '../models/phi';
import { ARCHITECTURES } from '../models/presets';
import type { RestoringNetwork } from '../models/restoring_network';
import type { Engine, KernelChoices, Program } from '../runtime';
import {
  ALL_MEASURES,
  Batches,
  type Measures,
  NORMALISATION,
  PAIR_MEASURES,
  prepareData,
  type TaskPlanes,
} from './batches';
import { makeCGan } from './cgan';
import { loadCheckpoint, writeCheckpoint, writeModel } from './checkpoint';
import { makeCinGan } from './cin_gan';
import { Clock } from './clock';
import { networkOf, phasesOf, type RunConfig, runConfig } from './config';
import type { Control } from './control';
import { TRAINING_MARGIN } from './mend';
import type { FromThread, Steps, TrainConfig, TrainingData } from './messages';
import { type FileRecord, ModelFileError, modelInfo, readModelFile } from './model_file';
import type { Networks, TrainingPhase } from './networks';
import { openPhase, type Phase } from './phases';
import { planInfo } from './plan_info';
import type { Preview } from './preview';
import { checkedResume } from './resume';
import { runKernels } from './run_kernels';
import { measureLooks } from './task_looks';
import { canTime, TimedProgram } from './timed_step';
import {
  floorsFrom,
  keptTasks,
  openStart,
  paintsAll,
  type StartingPoint,
  startFor,
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
  /** A checkpoint of a run with the same settings and data. */
  resume?: Uint8Array;
  /** A finished model whose weights the run begins with. */
  start?: StartingPoint;
}

export async function* train(
  engine: Engine,
  request: TrainingRequest,
  control: Control,
): AsyncGenerator<TrainingEvent> {
  const checkpoint = request.resume && readModelFile(request.resume);
  const recipe = request.config.recipe ?? (checkpoint && (checkpoint.record.config.recipe ?? 'published'));
  const run = runConfig({ ...request.config, recipe });
  const resumed = checkpoint && checkedResume(checkpoint, run, request.data, request.phi.name);
  const given = resumed ? startOfCheckpoint(resumed) : request.start && (await openStart(request.start, run.preset));
  yield compiling(0); // measuring defects takes seconds
  const { training, validation } = withKept(
    prepareData(request.data, run.validationShare, run.seed, measuresOf(run), run.patch),
    (planes) => (run.addTasks ? keptTasks(given, planes) : []),
  );
  const names = training.map(({ name }) => name);
  const start = given && (resumed ? given : startFor(given, names, learns(run)));
  const data = new Batches(training, run.patch, run.mend ? TRAINING_MARGIN : 0);
  const nets: Networks = { ...makeCinGan(), ...makeCGan() };
  const { phi } = request;
  const network = resumed?.record.restorer ?? start?.network ?? networkOf(run, training.length);
  const record = newRecord(engine, request, run, training, network);
  if (run.mend) record.floors = resumed?.record.floors ?? floorsFrom(start, training);
  if (run.mend) record.looks = resumed ? resumed.record.looks : measureLooks(training, start?.looks);
  if (start) record.provenance.madeFrom = start.madeFrom;
  if (resumed) Object.assign(record, { steps: { ...resumed.record.steps } });
  const phases = phasesOf(run);
  const first = resumed ? phases.findIndex(({ phase }) => phase === resumed.record.phase) : 0;
  if (first < 0) throw noPhase(resumed?.record.phase);
  const paired = data.paired.length > 0;
  const painted = start !== undefined && paintsAll(start, names);
  const trainsGenerator = run.cinGan.steps > 0;
  if (!resumed && !trainsGenerator && !painted && !paired) throw noPairs();
  const paints = trainsGenerator || painted || resumed?.sets.has('generator') === true;
  const choosing = {
    run,
    network,
    floors: record.floors,
    phi,
    tasks: training.length,
    hasPairs: paired,
    hasGenerator: paints,
  };
  const { kernels, notice } = await runKernels(engine, choosing, resumed?.record);
  if (notice) yield { kind: 'notice', text: notice };
  const clock = new Clock(run);
  const follow = { engine, run, nets, record, kernels, control, clock, start };
  const shape = { ...ARCHITECTURES[run.preset], restorer: network };
  const setting = { engine, run, nets, record, kernels, phi, shape, data, validation, start, paints };

  for (const { phase, counter, steps } of phases.slice(first)) {
    if (control.stopping) break;
    yield compiling(0);
    const opened = await openPhase(phase, setting);
    yield planned(phase, opened.programs);
    yield compiling(2);
    const preview = await opened.preview();
    yield compiling(3);
    if (phi.params.count > 0) phi.params.write(engine, phi.weights);
    if (resumed?.record.phase === phase) loadCheckpoint(engine, nets, resumed);
    else await opened.begin();
    yield* phaseSteps(follow, { ...opened, preview, phase, counter, steps });
    // The next phase is given the room.
    for (const made of [...opened.programs, preview]) made.destroy();
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

interface PhaseWork extends Omit<Phase, 'preview' | 'begin'> {
  phase: TrainingPhase;
  counter: keyof Steps;
  steps: number;
  preview: Preview;
}

async function* phaseSteps(
  { engine, run, nets, record, kernels, control, clock, start }: Following,
  work: PhaseWork,
): AsyncGenerator<TrainingEvent> {
  const { phase, counter, steps } = work;
  clock.startPhase(phase);
  let savedAt = performance.now();
  const lastProgram = work.programs[work.programs.length - 1];
  const inFlight: Promise<void>[] = [];
  // The second one here: drivers put work off to the first.
  let done = record.steps[counter] ?? 0;
  const timedStep = canTime(engine) ? done + 1 : -1;
  while (done < steps) {
    if (control.paused) {
      yield { kind: 'state', state: 'paused' };
      await clock.pausedFor(control.resumed());
      yield { kind: 'state', state: 'running' };
    }
    if (control.stopping) return;

    const timed = done === timedStep ? work.programs.map((one) => new TimedProgram(one)) : undefined;
    work.step(done, timed ?? work.programs);
    record.steps[counter] = ++done;
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
    if (done % run.previewEvery === 0 || last)
      yield { kind: 'preview', phase, step: done, rows: await work.preview.rows() };
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

/** Pairs are made by mend alone, where its restorer learns anything; the paper has CIN-GAN for that. */
const measuresOf = (run: RunConfig): Measures => (run.mend && learns(run) ? ALL_MEASURES : PAIR_MEASURES);

/** The restorer, that is. */
const learns = ({ mend, cGan }: RunConfig): boolean => (mend?.steps ?? 0) + cGan.steps > 0;

type Prepared = Record<'training' | 'validation', TaskPlanes[]>;

/** The data's tasks behind those that the model is to keep, of which there is nothing to validate by. */
function withKept(given: Prepared, keptOf: (given: TaskPlanes[]) => TaskPlanes[]): Prepared {
  const kept = keptOf(given.training);
  return { training: [...kept, ...given.training], validation: [...kept, ...given.validation] };
}

const madeOf = (task: TaskPlanes | undefined) => (task?.made ? { made: task.pairs.length } : {});

function newRecord(
  engine: Engine,
  { data, phi }: TrainingRequest,
  run: RunConfig,
  tasks: TaskPlanes[],
  restorer: RestoringNetwork,
): FileRecord {
  const { generator } = ARCHITECTURES[run.preset];
  return {
    kind: 'model',
    version: 1,
    preset: run.preset,
    tasks: tasks.map(({ name, axial }) => ({ name, axial })),
    restorer,
    generator,
    normalisation: { low: NORMALISATION.low, high: NORMALISATION.high },
    config: run,
    steps: { cinGan: 0, ...(run.mend && { mend: 0 }), cGan: 0 },
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
        ...madeOf(tasks.find(({ name }) => name === task.name)),
      })),
      phi: phi.name,
    },
  };
}

function noPhase(phase: string | undefined): ModelFileError {
  return new ModelFileError(
    `a checkpoint in phase ${phase}`,
    'settings by which the run has steps of it',
    'resume with the settings the run was started with',
  );
}

function noPairs(): ModelFileError {
  return new ModelFileError(
    'no pairs and 0 CIN-GAN steps',
    'pairs, or CIN-GAN steps to make some',
    'raise the CIN-GAN steps or add pairs',
  );
}
