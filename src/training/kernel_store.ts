/** Kernels chosen by timing, kept in the browser from visit to visit. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { KernelChoices } from '../runtime';

interface Schema extends DBSchema {
  choices: { key: 'current'; value: KernelChoices };
}

const database = (): Promise<IDBPDatabase<Schema>> =>
  openDB<Schema>('mendscope-kernels', 1, {
    upgrade(db) {
      db.createObjectStore('choices');
    },
  });

/** What is kept, whatever it is: an engine looks at it before it uses it. */
export async function keptChoices(): Promise<KernelChoices | undefined> {
  const db = await database();
  const kept = await db.get('choices', 'current');
  db.close();
  return kept;
}

/** In place of what was kept before. */
export async function keepChoices(choices: KernelChoices): Promise<void> {
  const db = await database();
  await db.put('choices', choices, 'current');
  db.close();
}
