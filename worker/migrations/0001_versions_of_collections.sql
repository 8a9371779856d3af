-- A collection holds the versions of one model, data set or result. Versions and their files never change.

CREATE TABLE blobs (
  sha256  TEXT PRIMARY KEY,
  object  TEXT,               -- key in R2
  bytes   INTEGER NOT NULL,
  facts   TEXT NOT NULL,      -- JSON: what the store read in the header
  touched INTEGER NOT NULL    -- ms since 1970: the last time somebody uploaded it or asked for it
) STRICT;

CREATE TABLE collections (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  token_hash TEXT,            -- SHA-256 of the edit token; NULL once revoked
  title      TEXT NOT NULL,   -- the latest version's
  listed     INTEGER NOT NULL DEFAULT 0,
  cover      TEXT REFERENCES blobs (sha256),
  revision   INTEGER NOT NULL DEFAULT 1,
  created    INTEGER NOT NULL,
  updated    INTEGER NOT NULL,
  expires    INTEGER
) STRICT;

CREATE TABLE versions (
  id          TEXT PRIMARY KEY,
  collection  TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  number      INTEGER NOT NULL,
  kind        TEXT NOT NULL,
  sha256      TEXT NOT NULL,  -- of the manifest, kept in R2 at manifests/<id>
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  details     TEXT NOT NULL,  -- JSON: tasks, model, metadata
  parent      TEXT,
  bytes       INTEGER NOT NULL,
  file_count  INTEGER NOT NULL,
  created     INTEGER NOT NULL,
  UNIQUE (collection, number)
) STRICT;

CREATE TABLE files (
  version  TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  path     TEXT NOT NULL,
  role     TEXT NOT NULL,
  task     TEXT,
  pair     TEXT,
  sha256   TEXT NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX files_by_hash ON files (sha256);
