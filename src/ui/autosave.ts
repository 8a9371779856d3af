/** What outlives the tab: the unfinished run, the last model, the links published from here. All in IndexedDB. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { ModelInfo, TrainConfig, TrainingData } from '../training/messages';
import type { RunState, TrainingPhase } from './run_state';

export interface SavedRun {
  config: TrainConfig;
  taskNames: string[];
  phase: TrainingPhase;
  step: number;
  savedAt: number;
  checkpoint: ArrayBuffer;
  /** What the page showed of it: curves and progress. */
  shown: Pick<RunState, 'losses' | 'progress'> & Partial<Pick<RunState, 'startedFrom'>>;
}

export interface SavedModel {
  name: string;
  bytes: ArrayBuffer;
  info: ModelInfo;
  origin: 'trained' | 'file' | 'link';
  sharedId?: string;
  savedAt: number;
}

export interface PublishedItem {
  /** A restored image or a data set where it says so, else a model. */
  kind?: 'result' | 'dataset';
  id: string;
  title: string;
  /** Opens the page with it loaded. */
  link: string;
  /** What the edit token is for: the series that this version belongs to. */
  collection: string;
  /** Its place in the series, from 1. */
  number?: number;
  /** Lets its holder change or delete the collection. */
  editToken: string | undefined;
  bytes: number;
  publishedAt: number;
  /** Shown in the public gallery. */
  listed?: boolean;
  /** ISO 8601; the link leads nowhere afterwards. */
  expires?: string;
}

interface Schema extends DBSchema {
  run: { key: 'current'; value: SavedRun };
  data: { key: 'current'; value: TrainingData };
  model: { key: 'current'; value: SavedModel };
  published: { key: string; value: PublishedItem };
}

let opened: Promise<IDBPDatabase<Schema>> | undefined;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('mendscope', 1, {
    upgrade(db) {
      db.createObjectStore('run');
      db.createObjectStore('data');
      db.createObjectStore('model');
      db.createObjectStore('published', { keyPath: 'id' });
    },
  });
  return opened;
}

export async function saveData(data: TrainingData): Promise<void> {
  await (await database()).put('data', data, 'current');
}

export async function saveRun(run: SavedRun): Promise<void> {
  await (await database()).put('run', run, 'current');
}

export async function savedRun(): Promise<SavedRun | undefined> {
  return (await database()).get('run', 'current');
}

export async function savedData(): Promise<TrainingData | undefined> {
  return (await database()).get('data', 'current');
}

export async function forgetRun(): Promise<void> {
  const db = await database();
  await Promise.all([db.delete('run', 'current'), db.delete('data', 'current')]);
}

export async function saveModel(model: SavedModel): Promise<void> {
  await (await database()).put('model', model, 'current');
}

export async function savedModel(): Promise<SavedModel | undefined> {
  return (await database()).get('model', 'current');
}

export async function savePublished(published: PublishedItem): Promise<void> {
  await (await database()).put('published', published);
}

export async function forgetPublished(id: string): Promise<void> {
  await (await database()).delete('published', id);
}

export async function allPublished(): Promise<PublishedItem[]> {
  const all = await (await database()).getAll('published');
  return all.sort((a, b) => b.publishedAt - a.publishedAt);
}
