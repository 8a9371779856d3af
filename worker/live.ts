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
