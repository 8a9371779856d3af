/** Looks at a stopped local store from outside: does every row have its object, of the right length? */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface StoreCheck {
  rows: number;
  /** Rows whose object is missing or of another length. */
  dangling: string[];
  /** Objects without a row. */
  orphans: number;
}

/** node:sqlite would do, but Node 20 lacks it: Python's is on every machine this test is meant for. */
export async function checkStore(store: string): Promise<StoreCheck> {
  const { execFileSync } = await import('node:child_process');
  const files = readdirSync(store, { recursive: true, encoding: 'utf8' }).map((name) => join(store, name));
  const databases = files.filter((name) => name.endsWith('.sqlite') && statSync(name).size > 0);
  const query = (path: string, sql: string): string[][] =>
    JSON.parse(execFileSync('python3', ['-c', READ, path, sql], { encoding: 'utf8', maxBuffer: 2 ** 28 }));
  const holding = (table: string) =>
    databases.find(
      (path) => query(path, `SELECT name FROM sqlite_master WHERE name = '${table}'`).length > 0,
    ) as string;
  const objects = new Map(
    query(holding('_mf_objects'), 'SELECT key, size FROM _mf_objects').map(([key, size]) => [key, Number(size)]),
  );
  const d1 = holding('blobs');
  const blobs = query(d1, 'SELECT object, bytes FROM blobs WHERE object IS NOT NULL');
  const manifests = query(d1, "SELECT 'manifests/' || id, NULL FROM versions");
  const dangling = [...blobs, ...manifests].filter(
    ([key, bytes]) => !objects.has(key) || (bytes !== null && objects.get(key) !== Number(bytes)),
  );
  const named = new Set([...blobs, ...manifests].map(([key]) => key));
  return {
    rows: named.size,
    dangling: dangling.map(([key]) => key),
    orphans: [...objects.keys()].filter((key) => !named.has(key)).length,
  };
}

const READ = `import json, sqlite3, sys
print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))`;
