/** All that the page's elements share, and how they hear of changes. */
import { ContextConsumer, createContext } from '@lit/context';
import type { ReactiveController, ReactiveElement } from 'lit';
import type { Image } from '../imaging/image';
import type { AdapterInfo, Complaint, FromThread, ModelInfo, PresetInfo, TrainConfig } from '../training/messages';
import type { VersionRecord } from '../wire/publication';
import type { PublishedItem, SavedRun } from './autosave';
import { type Route, routeOf } from './routes';
import { idleRun, type RunState } from './run_state';
import type { SharedView } from './shared_view';
import type { TaskDraft } from './task_draft';

export interface LoadedModel {
  name: string;
  bytes: ArrayBuffer;
  info: ModelInfo;
  origin: 'trained' | 'file' | 'link';
  /** Id of the share link it came from, or went to. */
  sharedId?: string;
}

export type Restored = Extract<FromThread, { kind: 'restored' }>;

/** One image of the batch on the Restore page. */
export interface Restoration {
  id: string;
  name: string;
  image: Image;
  truth?: Image;
  /** Task asked for; undefined where the model needs none. */
  task?: string;
  status: 'waiting' | 'running' | 'done' | 'failed';
  progress: number;
  result?: Restored;
  complaint?: Complaint;
  /** How a share link wants it looked at. */
  shownAs?: SharedView;
  /** Id of the publication that it came from, or went to. */
  sharedId?: string;
}

/** How far a shared data set has come. */
export interface DataProgress {
  files: number;
  filesDone: number;
  bytes: number;
  bytesDone: number;
}

export interface FileComplaint {
  name: string;
  error: Complaint;
}

export interface Notice {
  text: string;
  variant: 'neutral' | 'success' | 'warning' | 'danger';
}

/** Until the user chooses, or a software adapter answers. */
export const DEFAULT_CONFIG: TrainConfig = { preset: 'laptop', seed: 1 };

export class AppState {
  route: Route = routeOf(location.hash);
  tasks: TaskDraft[] = [];
  /** Files that could not be read, until dismissed. */
  refused: FileComplaint[] = [];

  presets: PresetInfo[] = [];
  adapter: AdapterInfo | undefined;
  noAdapter: Complaint | undefined;

  config: TrainConfig = DEFAULT_CONFIG;
  run: RunState = idleRun();
  /** A run that an earlier visit left unfinished. */
  saved: SavedRun | undefined;
  /** A checkpoint file that the next run starts from. */
  resumeFrom: { name: string; bytes: ArrayBuffer; info: ModelInfo } | undefined;

  /** A finished model that the next run begins with. */
  startFrom: LoadedModel | undefined;

  model: LoadedModel | undefined;
  /** While a shared model is fetched: bytes so far and, where known, in all. */
  loadingModel: { loaded: number; total: number | undefined } | undefined;
  /** While a shared data set is fetched. */
  loadingData: DataProgress | undefined;
  /** The shared data set that the tasks came from. */
  dataset: VersionRecord | undefined;
  /** The publication that the tasks went to, as long as they are those that went. */
  sharedData: { id: string; tasks: TaskDraft[] } | undefined;
  restorations: Restoration[] = [];
  /** How each restoration is looked at now, by its id. Nothing is drawn by it, so nobody is told of its changes. */
  readonly views = new Map<string, SharedView>();
  selected: string | undefined;
  published: PublishedItem[] = [];
  /** Models, images and data sets whose upload ended before they were published: some of each may lie on the server. */
  brokenOff: readonly object[] = [];

  #listeners = new Set<() => void>();
  #noticeListeners = new Set<(notice: Notice) => void>();
  #scheduled = false;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes fields and tells every listener, once a microtask. */
  update(change: Partial<AppState>): void {
    Object.assign(this, change);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener();
    });
  }

  onNotice(listener: (notice: Notice) => void): void {
    this.#noticeListeners.add(listener);
  }

  /** A short message that goes away by itself. */
  notify(text: string, variant: Notice['variant'] = 'neutral'): void {
    for (const listener of this.#noticeListeners) listener({ text, variant });
  }

  updateTask(id: string, change: Partial<TaskDraft>): void {
    this.update({ tasks: this.tasks.map((task) => (task.id === id ? { ...task, ...change } : task)) });
  }

  updateRestoration(id: string, change: Partial<Restoration>): void {
    this.update({ restorations: this.restorations.map((item) => (item.id === id ? { ...item, ...change } : item)) });
  }
}

let lastId = 0;
/** An id for a list entry of this visit. */
export function nextId(): string {
  lastId++;
  return `id${lastId}`;
}

export const stateContext = createContext<AppState>('mendscope-state');

/** Gives an element the state that `mend-app` provides and updates it with every change. */
export class StateController implements ReactiveController {
  #host: ReactiveElement;
  #consumer: ContextConsumer<typeof stateContext, ReactiveElement>;
  #unsubscribe: (() => void) | undefined;

  constructor(host: ReactiveElement) {
    this.#host = host;
    host.addController(this);
    this.#consumer = new ContextConsumer(host, {
      context: stateContext,
      callback: (state) => {
        this.#unsubscribe?.();
        this.#unsubscribe = state.subscribe(() => this.#host.requestUpdate());
      },
    });
  }

  get state(): AppState {
    const state = this.#consumer.value;
    if (!state) throw new Error(`<${this.#host.localName}> stands outside <mend-app>, which provides its state`);
    return state;
  }

  hostDisconnected(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}
