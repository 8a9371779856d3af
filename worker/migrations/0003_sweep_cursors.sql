-- Where the hourly sweep of the object store goes on.
CREATE TABLE sweep_cursors (
  prefix TEXT PRIMARY KEY,
  cursor TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX collections_by_removal ON collections (removed) WHERE removed IS NOT NULL;
