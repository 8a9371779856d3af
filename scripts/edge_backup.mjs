// `npm run edge:backup -- save DIR` and `… -- load DIR`: the whole store (D1 rows and R2 objects) to a folder and back.
// Without --env it is the local store (MENDSCOPE_STORE, else .wrangler/state); with --env preview|production the one on
// Cloudflare, through wrangler's remote bindings.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { getPlatformProxy } from 'wrangler';
import { quietWrangler } from './quiet_wrangler.mjs';

/** In the order in which rows can be inserted. Quotas and cursors are of no use elsewhere. */
const TABLES = ['blobs', 'parts', 'collections', 'versions', 'files', 'blocked'];
const ROWS_AT_ONCE = 1000;
const OBJECTS_AT_ONCE = 8;

const USAGE = 'Usage: npm run edge:backup -- save|load DIR [--env preview|production]\n';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({ options: { env: { type: 'string' } }, allowPositionals: true });
const [action, folder] = positionals;
if (positionals.length !== 2 || !['save', 'load'].includes(action)) {
  process.stderr.write(USAGE);
  process.exit(2);
}

Object.assign(process.env, quietWrangler);
const { env, dispose } = await openStore(values.env);
try {
  const done = action === 'save' ? await save(env, resolve(folder)) : await load(env, resolve(folder));
  process.stdout.write(`${done}\n`);
} catch (error) {
  process.stderr.write(`edge:backup ${action}: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await dispose();
}

async function openStore(environment) {
  if (!environment) {
    const store = resolve(process.env.MENDSCOPE_STORE ?? join(root, '.wrangler', 'state'));
    return getPlatformProxy({ configPath: join(root, 'wrangler.toml'), persist: { path: join(store, 'v3') } });
  }
  // The same configuration, its store reached over the network.
  const temporary = mkdtempSync(join(root, '.wrangler-'));
  const text = readFileSync(join(root, 'wrangler.toml'), 'utf8').replace(
    /^binding = "(BLOBS|DB)"$/gm,
    '$&\nremote = true',
  );
  writeFileSync(
    join(temporary, 'wrangler.toml'),
    text.replaceAll('"dist/app"', JSON.stringify(join(root, 'dist', 'app'))),
  );
  try {
    return await getPlatformProxy({ configPath: join(temporary, 'wrangler.toml'), environment, remoteBindings: true });
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Rows in one transaction, so that they agree; then every object they name. Objects never change: those there stay. */
async function save({ DB, BLOBS }, target) {
  await mkdir(join(target, 'database'), { recursive: true });
  const schema = await schemaOf(DB);
  const results = await DB.batch(TABLES.map((table) => DB.prepare(`SELECT * FROM ${table}`)));
  const rows = Object.fromEntries(TABLES.map((table, i) => [table, results[i].results]));
  const objects = objectsOf(rows);
  let bytes = 0;
  await inParallel(objects, async ({ key, sha256, size }) => {
    const path = join(target, 'objects', key);
    if (existsSync(path) && (size === undefined || statSync(path).size === size)) return;
    const object = await BLOBS.get(key);
    if (!object) throw new Error(`the store has a row for ${key} and no object`);
    const content = Buffer.from(await object.arrayBuffer());
    checkHash(content, sha256, key);
    await mkdir(dirname(path), { recursive: true });
    // Never half a file under its name.
    await writeFile(`${path}.part`, content);
    await rename(`${path}.part`, path);
    bytes += content.length;
  });
  for (const table of TABLES) {
    const lines = rows[table].map((row) => `${JSON.stringify(row)}\n`);
    await writeFile(join(target, 'database', `${table}.jsonl`), lines.join(''));
  }
  const about = { format: 'mendscope backup 1', saved: new Date().toISOString(), schema, objects: objects.length };
  await writeFile(join(target, 'backup.json'), `${JSON.stringify(about, null, 2)}\n`);
  return `saved ${results.reduce((sum, { results: list }) => sum + list.length, 0)} rows, ${objects.length} objects (${bytes} bytes new)`;
}

/** Into an empty store of the same or a later schema: objects first, so that no row ever points to nothing. */
async function load({ DB, BLOBS }, source) {
  const about = JSON.parse(await readFile(join(source, 'backup.json'), 'utf8'));
  if (about.format !== 'mendscope backup 1') throw new Error(`${source} is ${about.format}, not a mendscope backup`);
  const schema = await schemaOf(DB);
  if (schema < about.schema)
    throw new Error(`the store is at ${schema}, the backup at ${about.schema}: apply the migrations`);
  const held = await DB.prepare('SELECT (SELECT COUNT(*) FROM blobs) + (SELECT COUNT(*) FROM collections) AS n').first(
    'n',
  );
  if (held > 0) throw new Error(`the store holds ${held} rows already: load into an empty one`);
  const rows = Object.fromEntries(
    await Promise.all(
      TABLES.map(async (table) => {
        const text = await readFile(join(source, 'database', `${table}.jsonl`), 'utf8');
        return [
          table,
          text
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line)),
        ];
      }),
    ),
  );
  const objects = objectsOf(rows);
  await inParallel(objects, async ({ key, sha256 }) => {
    const content = await readFile(join(source, 'objects', key));
    checkHash(content, sha256, key);
    await BLOBS.put(key, new Uint8Array(content), { sha256 });
  });
  let count = 0;
  for (const table of TABLES) count += await insertAll(DB, table, rows[table]);
  return `loaded ${count} rows, ${objects.length} objects`;
}

async function insertAll(DB, table, rows) {
  if (rows.length === 0) return 0;
  const columns = Object.keys(rows[0]);
  const values = columns.map((_, i) => `value ->> ${i}`).join(', ');
  const insert = DB.prepare(`INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values} FROM json_each(?1)`);
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const page = rows.slice(at, at + ROWS_AT_ONCE).map((row) => columns.map((column) => row[column]));
    await insert.bind(JSON.stringify(page)).run();
  }
  return rows.length;
}

function objectsOf({ blobs, versions }) {
  return [
    ...blobs
      .filter(({ object }) => object !== null)
      .map(({ object, sha256, bytes }) => ({ key: object, sha256, size: bytes })),
    ...versions.map(({ id, sha256 }) => ({ key: `manifests/${id}`, sha256 })),
  ];
}

async function schemaOf(DB) {
  return (await DB.prepare('SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1').first('name')) ?? '';
}

function checkHash(content, sha256, key) {
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sha256) throw new Error(`${key} has the SHA-256 ${found}, not ${sha256}`);
}

async function inParallel(items, work) {
  const queue = [...items];
  const runner = async () => {
    for (let item = queue.pop(); item; item = queue.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: OBJECTS_AT_ONCE }, runner));
}
