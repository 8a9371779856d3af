-- Files in parts, quotas, the gallery, lineage and the operator's take-downs.

CREATE TABLE parts (
  sha256   TEXT NOT NULL REFERENCES blobs (sha256) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  part     TEXT NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (sha256, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX parts_by_part ON parts (part);

-- Bytes and publications of a day. `who` is a keyed hash that nobody can undo once the day's key is gone, or 'all'.
CREATE TABLE usage (
  day   TEXT NOT NULL,
  who   TEXT NOT NULL,
  bytes INTEGER NOT NULL DEFAULT 0,
  items INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, who)
) STRICT, WITHOUT ROWID;

CREATE TABLE day_keys (
  day TEXT PRIMARY KEY,
  key TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE blocked (
  sha256 TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;

ALTER TABLE collections ADD COLUMN removed INTEGER;
ALTER TABLE collections ADD COLUMN removed_reason TEXT;

CREATE INDEX collections_listed ON collections (updated DESC, id) WHERE listed = 1;
CREATE INDEX collections_by_cover ON collections (cover) WHERE cover IS NOT NULL;
CREATE INDEX collections_by_expiry ON collections (expires) WHERE expires IS NOT NULL;
CREATE INDEX versions_by_parent ON versions (parent) WHERE parent IS NOT NULL;
CREATE INDEX blobs_by_touched ON blobs (touched);
