/** The Restore page's work: models loaded, images restored one after the other in a thread of their own. */
import type { ModelInfo } from '../training/messages';
import { ThreadError, TrainingThread } from '../training/worker_client';
import type { AppState, LoadedModel, Restoration } from './app_state';
import { saveModel } from './autosave';
import { complaintOf } from './complaint';

/** How a batch is restored; see the message `restore`. */
export interface RestoreWay {
  xzViews?: boolean;
  flips?: boolean;
  detail?: number;
}

export class RestoreRun {
  #state: AppState;
  #thread: TrainingThread | undefined;
  #abort: AbortController | undefined;
  #startThread: () => TrainingThread;

  constructor(state: AppState, startThread?: () => TrainingThread) {
    this.#state = state;
    this.#startThread = startThread ?? (() => new TrainingThread((message) => this.#hear(message)));
  }

  get busy(): boolean {
    return this.#abort !== undefined;
  }

  inspect(bytes: ArrayBuffer): Promise<ModelInfo> {
    return this.#running().inspect(bytes);
  }

  /** Takes a model into use; its file has been checked by the thread. */
  async load(bytes: ArrayBuffer, name: string, origin: LoadedModel['origin'], sharedId?: string): Promise<void> {
    const info = await this.inspect(bytes);
    const model: LoadedModel = { name, bytes, info, origin, sharedId };
    const restorations = this.#state.restorations.map((item) => withoutResult(item, info));
    this.#state.update({ model, restorations });
    await saveModel({ ...model, savedAt: Date.now() });
  }

  /** Restores every image of the batch that is waiting; with `again`, all of them. */
  async run(options: RestoreWay & { again?: boolean }): Promise<void> {
    if (this.#abort) return;
    const { model } = this.#state;
    if (!model) return;
    const abort = new AbortController();
    this.#abort = abort;
    try {
      for (const { id, status } of this.#state.restorations) {
        if (abort.signal.aborted) break;
        if (status === 'done' && !options.again) continue;
        await this.#restoreOne(id, model, options, abort.signal);
      }
    } finally {
      this.#abort = undefined;
      this.#state.update({});
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }

  async #restoreOne(
    id: string,
    model: LoadedModel,
    { xzViews, flips, detail }: RestoreWay,
    signal: AbortSignal,
  ): Promise<void> {
    const state = this.#state;
    const item = state.restorations.find((candidate) => candidate.id === id);
    if (!item) return;
    state.updateRestoration(id, { status: 'running', progress: 0, complaint: undefined });
    const request = {
      image: item.image,
      model: model.bytes,
      task: item.task,
      xzViews: item.image.size.z > 1 ? xzViews : undefined,
      flips,
      detail: model.info.hasDetail ? detail : undefined,
    };
    const onProgress = (done: number, total: number) => state.updateRestoration(id, { progress: done / total });
    try {
      const result = await this.#running().restore(request, onProgress, signal);
      state.updateRestoration(id, { status: 'done', progress: 1, result, sharedId: undefined });
    } catch (error) {
      if (signal.aborted) {
        state.updateRestoration(id, { status: 'waiting', progress: 0 });
        return;
      }
      if (error instanceof ThreadError && error.code === 'device-lost') this.#drop();
      const complaint = complaintOf(error, 'an image that this model can restore', 'Try another image or model.');
      state.updateRestoration(id, { status: 'failed', complaint });
    }
  }

  #hear(message: { kind: string; code?: string }): void {
    if (message.kind === 'error') this.#drop();
  }

  #drop(): void {
    this.#thread?.terminate();
    this.#thread = undefined;
  }

  #running(): TrainingThread {
    this.#thread ??= this.#startThread();
    return this.#thread;
  }
}

/** A result belongs to the model that made it. A task that the new model does not know is asked for again. */
function withoutResult(item: Restoration, info: ModelInfo): Restoration {
  const known = info.tasks.some((task) => task.name === item.task);
  const task = known ? item.task : defaultTask(info);
  const fresh = { result: undefined, complaint: undefined, sharedId: undefined };
  return { ...item, ...fresh, task, status: 'waiting', progress: 0 };
}

/** None where the model does without a name, else its first task. */
export function defaultTask(info: ModelInfo): string | undefined {
  return info.taskFree ? undefined : info.tasks[0]?.name;
}
