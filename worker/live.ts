/** SQL: the collection `c` can be read at the time bound as `now`. */
export const isLive = (now: string): string => `c.removed IS NULL AND (c.expires IS NULL OR c.expires > ${now})`;

/**
 * SQL: a readable version names blob `sha256` as a file, as a part of a file, or a collection as its cover, and the
 * operator has blocked neither it nor a part of it.
 */
export const isReadable = (sha256: string, now: string): string => `(
  EXISTS (SELECT 1 FROM files f JOIN versions v ON v.id = f.version JOIN collections c ON c.id = v.collection
          WHERE f.sha256 = ${sha256} AND ${isLive(now)})
  OR EXISTS (SELECT 1 FROM parts p JOIN files f ON f.sha256 = p.sha256 JOIN versions v ON v.id = f.version
             JOIN collections c ON c.id = v.collection WHERE p.part = ${sha256} AND ${isLive(now)})
  OR EXISTS (SELECT 1 FROM collections c WHERE c.cover = ${sha256} AND ${isLive(now)}))
  AND NOT EXISTS (SELECT 1 FROM blocked k WHERE k.sha256 = ${sha256})
  AND NOT EXISTS (SELECT 1 FROM parts p JOIN blocked k ON k.sha256 = p.part WHERE p.sha256 = ${sha256})`;

/** SQL: no version, no file in parts and no cover needs blob `sha256`, readable or not. */
export const isUnused = (sha256: string): string => `(
  NOT EXISTS (SELECT 1 FROM files f WHERE f.sha256 = ${sha256})
  AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.part = ${sha256})
  AND NOT EXISTS (SELECT 1 FROM collections c WHERE c.cover = ${sha256}))`;

/** SQL: every blob the collections `ids` (a list or a query) name: files, their parts, covers. */
export const blobsOf = (ids: string): string => `
  SELECT f.sha256 AS sha256 FROM files f JOIN versions v ON v.id = f.version WHERE v.collection IN (${ids})
  UNION SELECT p.part FROM files f JOIN versions v ON v.id = f.version JOIN parts p ON p.sha256 = f.sha256
    WHERE v.collection IN (${ids})
  UNION SELECT cover FROM collections WHERE id IN (${ids}) AND cover IS NOT NULL`;

/** `blobs.touched` of a blob that the sweep found in use: nobody need look at it until something lets go of it. */
export const IN_USE = Number.MAX_SAFE_INTEGER;

/** SQL: what `ids` name is let go of; the sweep looks at it from `since` on. A blob touched otherwise keeps its time. */
export const letGo = (ids: string, since: string): string =>
  `UPDATE blobs SET touched = ${since} WHERE touched = ${IN_USE} AND sha256 IN (${blobsOf(ids)})`;
