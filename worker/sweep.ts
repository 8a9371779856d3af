/**
 * The hourly sweep. Rows go before objects: a row that points to nothing would be a broken promise, an object without
 * a row is only waste, and is found the next time. Every object key is used once, so deleting one is always safe.
 */
import type { Bindings } from './environment';
import { IN_USE, isUnused, letGo } from './live';
import { logEvent } from './log';
import { today } from './sender';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BLOBS_IN_A_BATCH = 500;
const BATCHES_IN_A_RUN = 10;
const LISTINGS_IN_A_RUN = 10;
/** How long a take-down can be undone. */
const TAKE_DOWN_DAYS = 30;

export async function sweep(env: Bindings, now = Date.now()): Promise<void> {
  const before = now - env.ORPHAN_HOURS * HOUR;
  logEvent('sweep', {
    emptied: await emptyGone(env, now, before),
    blobs: await sweepUnused(env, before),
    blobObjects: await sweepObjects(env, 'blobs/', before),
    manifests: await sweepObjects(env, 'manifests/', before),
    days: await forgetDays(env.DB, now),
  });
}

/** What expired a day ago, or was taken down 30 days ago, lets go of its files. Its links still say why. */
async function emptyGone({ DB }: Bindings, now: number, before: number): Promise<number> {
  const gone = 'SELECT id FROM collections WHERE expires < ?1 UNION SELECT id FROM collections WHERE removed < ?2';
  const bound = [now - DAY, now - TAKE_DOWN_DAYS * DAY] as const;
  const [, files] = await DB.batch([
    DB.prepare(letGo(gone, '?3')).bind(...bound, before - 1),
    DB.prepare(`DELETE FROM files WHERE version IN (SELECT id FROM versions WHERE collection IN (${gone}))`).bind(
      ...bound,
    ),
    DB.prepare(`UPDATE collections SET cover = NULL WHERE cover IS NOT NULL AND id IN (${gone})`).bind(...bound),
  ]);
  return files.meta.changes;
}

const CANDIDATES = 'SELECT sha256 FROM blobs WHERE touched < ?1 ORDER BY touched LIMIT ?2';
const OLD_AND_UNUSED = `SELECT b.sha256 FROM blobs b WHERE b.sha256 IN (SELECT value FROM json_each(?2))
  AND b.touched < ?1 AND ${isUnused('b.sha256')}`;
/** In one transaction: parts of a file that goes are looked at next; what is in use is not looked at again. */
const SWEEP = [
  `UPDATE blobs SET touched = ?1 - 1 WHERE sha256 IN (SELECT part FROM parts WHERE sha256 IN (${OLD_AND_UNUSED}))`,
  `DELETE FROM parts WHERE sha256 IN (${OLD_AND_UNUSED})`,
  `DELETE FROM blobs WHERE sha256 IN (${OLD_AND_UNUSED}) RETURNING object`,
  `UPDATE blobs SET touched = ${IN_USE} WHERE touched < ?1 AND sha256 IN (SELECT value FROM json_each(?2))`,
];
const DELETED = 2;

/** Uploads that no publication named in time, and what deleted publications let go of. */
async function sweepUnused({ DB, BLOBS }: Bindings, before: number): Promise<number> {
  let swept = 0;
  for (let batch = 0; batch < BATCHES_IN_A_RUN; batch++) {
    const candidates = await DB.prepare(CANDIDATES).bind(before, BLOBS_IN_A_BATCH).all<{ sha256: string }>();
    if (candidates.results.length === 0) break;
    const hashes = JSON.stringify(candidates.results.map((row) => row.sha256));
    const results = await DB.batch<{ object: string | null }>(
      SWEEP.map((step) => DB.prepare(step).bind(before, hashes)),
    );
    const rows = results[DELETED].results;
    const objects = rows.map((row) => row.object).filter((object) => object !== null);
    if (objects.length > 0) await BLOBS.delete(objects);
    swept += rows.length;
  }
  return swept;
}

/** Objects of uploads that broke off between R2 and D1. The listing goes on where the last run stopped. */
async function sweepObjects({ DB, BLOBS }: Bindings, prefix: 'blobs/' | 'manifests/', before: number): Promise<number> {
  const known =
    prefix === 'blobs/'
      ? 'SELECT object AS key FROM blobs WHERE sha256 IN (SELECT substr(value, 7, 64) FROM json_each(?1))'
      : "SELECT 'manifests/' || id AS key FROM versions WHERE id IN (SELECT substr(value, 11) FROM json_each(?1))";
  let cursor = (
    await DB.prepare('SELECT cursor FROM sweep_cursors WHERE prefix = ?1')
      .bind(prefix)
      .first<{ cursor: string | null }>()
  )?.cursor;
  let swept = 0;
  for (let listing = 0; listing < LISTINGS_IN_A_RUN; listing++) {
    const page = await BLOBS.list({ prefix, ...(cursor ? { cursor } : {}) });
    const old = page.objects.filter((object) => object.uploaded.getTime() < before).map((object) => object.key);
    const { results } = await DB.prepare(known).bind(JSON.stringify(old)).all<{ key: string | null }>();
    const rows = new Set(results.map((row) => row.key));
    const orphans = old.filter((key) => !rows.has(key));
    if (orphans.length > 0) await BLOBS.delete(orphans);
    swept += orphans.length;
    cursor = page.truncated ? page.cursor : null;
    if (!cursor) break;
  }
  await DB.prepare('INSERT INTO sweep_cursors VALUES (?1, ?2) ON CONFLICT (prefix) DO UPDATE SET cursor = ?2')
    .bind(prefix, cursor ?? null)
    .run();
  return swept;
}

/** Yesterday's key and counts: without the key nobody can tell whose counts they were, and then they go too. */
async function forgetDays(db: D1Database, now: number): Promise<number> {
  const [keys] = await db.batch([
    db.prepare('DELETE FROM day_keys WHERE day < ?1').bind(today(now)),
    db.prepare('DELETE FROM usage WHERE day < ?1').bind(today(now)),
  ]);
  return keys.meta.changes;
}
