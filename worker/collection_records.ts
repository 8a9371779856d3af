import type { Collection, VersionSummary } from '../src/wire/collection';
import { type Kind, LINK_LETTER } from '../src/wire/identifiers';
import { notFound } from './refusal';
import { refuseGone } from './versions';

const VERSIONS_IN_A_PAGE = 50;

export interface CollectionRow {
  id: string;
  kind: Kind;
  title: string;
  listed: number;
  cover: string | null;
  revision: number;
  created: number;
  updated: number;
  expires: number | null;
  removed: number | null;
}

export async function readCollection(db: D1Database, id: string): Promise<CollectionRow> {
  const row = await db.prepare('SELECT * FROM collections WHERE id = ?1').bind(id).first<CollectionRow>();
  if (!row) throw notFound();
  return row;
}

/** The collection, if it can be read. */
export async function findCollection(db: D1Database, id: string): Promise<CollectionRow> {
  const row = await readCollection(db, id);
  refuseGone(row);
  return row;
}

interface SummaryRow extends Omit<VersionSummary, 'created' | 'fileCount' | 'link'> {
  created: number;
  file_count: number;
}

/** With its versions from before number `before`, newest first. */
export async function describeCollection(db: D1Database, row: CollectionRow, before: number): Promise<Collection> {
  const [{ results }, newest] = (await db.batch([
    db
      .prepare(
        `SELECT id, number, title, created, bytes, file_count, sha256, parent FROM versions
         WHERE collection = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3`,
      )
      .bind(row.id, before, VERSIONS_IN_A_PAGE),
    db.prepare('SELECT id FROM versions WHERE collection = ?1 ORDER BY number DESC LIMIT 1').bind(row.id),
  ])) as [D1Result<SummaryRow>, D1Result<{ id: string }>];
  const oldest = results[results.length - 1]?.number ?? 1;
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    listed: row.listed === 1,
    cover: row.cover,
    expires: row.expires === null ? null : new Date(row.expires).toISOString(),
    created: new Date(row.created).toISOString(),
    updated: new Date(row.updated).toISOString(),
    latest: newest.results[0].id,
    versions: results.map(({ file_count: fileCount, created, ...version }) => ({
      ...version,
      created: new Date(created).toISOString(),
      fileCount,
      link: `/${LINK_LETTER[row.kind]}/${version.id}`,
    })),
    next: oldest > 1 ? String(oldest) : null,
    link: `/c/${row.id}`,
  };
}
