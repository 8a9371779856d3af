/** The training thread as the page drives it: one run at a time, saved as it goes. */
import type { FromThread, StartModel, ToThread, TrainConfig, TrainingData } from '../training/messages';
import { TrainingThread } from '../training/worker_client';
import type { AppState, LoadedModel } from './app_state';
import { DEFAULT_CONFIG, nextId } from './app_state';
import { forgetRun, type SavedRun, saveData, savedData, saveModel, saveRun } from './autosave';
import { download } from './download';
import { plannedPhases } from './planned_phases';
import { afterMessage, idleRun, isActive, noLosses, type RunState } from './run_state';
import { fromTrainingData, toTrainingData } from './task_draft';

type TrainRequest = Extract<ToThread, { kind: 'train' }>;

export class TrainRun {
  #state: AppState;
  #thread: TrainingThread | undefined;
  #config: TrainConfig | undefined;
  #downloadNext = false;
  /** Weights that a stopped or failed thread leaves behind are not its successor's. */
  #startThread: (listener: (message: FromThread) => void) => TrainingThread;

  constructor(
    state: AppState,
    startThread = (listener: (message: FromThread) => void) => new TrainingThread(listener),
  ) {
    this.#state = state;
    this.#startThread = startThread;
  }

  /** Asks for the adapter and the presets. */
  probe(): void {
    this.#state.update({ noAdapter: undefined });
    this.#running().send({ kind: 'devices' });
  }

  /** Starts with the tasks and settings on the page, from a checkpoint where one is chosen. */
  async start(): Promise<void> {
    const { tasks, config, resumeFrom, startFrom } = this.#state;
    const data = toTrainingData(tasks);
    this.#state.update({ resumeFrom: undefined, startFrom: undefined, saved: undefined });
    await forgetRun();
    await saveData(data);
    const from = resumeFrom ? { resume: resumeFrom.bytes } : startFrom ? { start: startOf(startFrom) } : {};
    const addTasks = startFrom || resumeFrom ? config.addTasks : undefined;
    const asked = { ...reporting(this.#plannedSteps()), ...config, addTasks };
    this.#begin(asked, data, from, { startedFrom: startFrom?.name });
  }

  /** Goes on where an earlier visit was cut off. */
  async resumeSaved(saved: SavedRun): Promise<void> {
    const data = await savedData();
    if (!data) {
      this.#state.notify('The images of that run are no longer kept. Add them again to train.', 'warning');
      this.#state.update({ saved: undefined });
      return;
    }
    this.#state.update({ saved: undefined, config: saved.config, tasks: fromTrainingData(data, nextId) });
    // A run saved by an earlier version may lack a phase.
    const shown = { ...saved.shown, losses: { ...noLosses(), ...saved.shown.losses } };
    this.#begin(saved.config, data, { resume: saved.checkpoint }, shown);
  }

  /** After a failure: the same run from its last checkpoint, in a fresh thread. */
  resumeFailed(): void {
    const { run, tasks } = this.#state;
    if (!this.#config || !run.checkpoint) return;
    const { losses, progress, startedFrom } = run;
    const shown = { losses, progress, startedFrom };
    this.#begin(this.#config, toTrainingData(tasks), { resume: run.checkpoint.bytes }, shown);
  }

  async discardSaved(): Promise<void> {
    this.#state.update({ saved: undefined });
    await forgetRun();
  }

  pause(): void {
    this.#thread?.send({ kind: 'pause' });
  }

  resume(): void {
    this.#thread?.send({ kind: 'resume' });
  }

  stop(): void {
    this.#thread?.send({ kind: 'stop' });
    this.#state.update({ run: { ...this.#state.run, status: 'stopping' } });
  }

  /** Saves a checkpoint to a file: a fresh one while the run goes on, else the last one made. */
  downloadCheckpoint(): void {
    const { run } = this.#state;
    if (isActive(run)) {
      this.#downloadNext = true;
      this.#thread?.send({ kind: 'checkpoint' });
    } else if (run.checkpoint) {
      this.#saveToFile(run.checkpoint);
    }
  }

  inspect(model: ArrayBuffer) {
    return this.#running().inspect(model);
  }

  #plannedSteps(): number {
    const { config, presets } = this.#state;
    const preset = presets.find((info) => info.name === config.preset);
    return plannedPhases(config, preset).reduce((sum, { steps }) => sum + (steps ?? 0), 0);
  }

  #begin(
    config: TrainConfig,
    data: TrainingData,
    from: Pick<TrainRequest, 'resume' | 'start'>,
    shown: Partial<RunState>,
  ): void {
    this.#config = config;
    this.#thread?.terminate();
    this.#thread = undefined;
    this.#state.update({ run: { ...idleRun(), ...shown, status: 'starting' } });
    this.#running().send({ kind: 'train', config, data, ...from });
    void keepStorage();
  }

  #running(): TrainingThread {
    this.#thread ??= this.#startThread((message) => this.#receive(message));
    return this.#thread;
  }

  #receive(message: FromThread): void {
    const state = this.#state;
    switch (message.kind) {
      case 'presets':
        state.update({ presets: message.presets });
        return;
      case 'adapter':
        state.update({ adapter: message.adapter, noAdapter: undefined });
        if (message.adapter.software && state.config === DEFAULT_CONFIG) {
          state.update({ config: { ...DEFAULT_CONFIG, preset: 'tiny' } });
        }
        return;
      case 'error':
        if (message.code === 'no-adapter') state.update({ noAdapter: message.error });
        if (!isActive(state.run)) return;
        this.#thread?.terminate();
        this.#thread = undefined;
        break;
      case 'notice':
        state.notify(message.text, 'neutral');
        return;
      case 'checkpoint':
        void this.#keep(message);
        break;
      case 'done':
        this.#finish(message);
        break;
    }
    state.update({ run: afterMessage(state.run, message) });
  }

  async #keep(message: Extract<FromThread, { kind: 'checkpoint' }>): Promise<void> {
    if (this.#downloadNext && !message.automatic) {
      this.#downloadNext = false;
      this.#saveToFile(message);
    }
    const { bytes, phase, step } = message;
    if (!this.#config) return;
    const { tasks, run } = this.#state;
    const taskNames = tasks.map((task) => task.name);
    const { losses, progress, startedFrom } = run;
    const shown = { losses, progress, startedFrom };
    try {
      await saveRun({ config: this.#config, taskNames, phase, step, savedAt: Date.now(), checkpoint: bytes, shown });
    } catch (error) {
      this.#state.notify(`The checkpoint could not be kept in this browser: ${String(error)}`, 'warning');
    }
  }

  #finish(message: Extract<FromThread, { kind: 'done' }>): void {
    const name = `${message.info.tasks.map((task) => task.name).join(' + ')}, ${message.info.preset}`;
    const model = { name, bytes: message.model, info: message.info, origin: 'trained' as const };
    this.#state.update({ model });
    this.#state.notify(
      message.finished ? 'Training is finished.' : 'Training was stopped; the model is kept.',
      'success',
    );
    void saveModel({ ...model, savedAt: Date.now() });
    void forgetRun();
  }

  #saveToFile({ bytes, phase, step }: { bytes: ArrayBuffer; phase: string; step: number }): void {
    download(bytes, `mendscope-checkpoint-${phase}-${step}.safetensors`);
  }
}

function startOf({ bytes, name, sharedId }: LoadedModel): StartModel {
  return { model: bytes, name, ...(sharedId === undefined ? {} : { sharedId }) };
}

/** Some four hundred points a curve and forty previews a run: each waits for the adapter, so long runs get no more. */
function reporting(steps: number): Pick<TrainConfig, 'logEvery' | 'previewEvery'> {
  const every = (share: number, least: number, most: number) =>
    Math.min(most, Math.max(least, Math.round(steps / share)));
  return { logEvery: every(400, 1, 25), previewEvery: every(40, 10, 250) };
}

/** Asks the browser not to evict the checkpoints; it may refuse, which changes nothing else. */
async function keepStorage(): Promise<void> {
  await navigator.storage?.persist?.();
}
