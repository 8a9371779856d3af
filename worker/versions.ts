/** Reading a version: the same three routes under /api/models, /api/datasets and /api/results. */
import type { Context } from 'hono';
import { Hono } from 'hono';
import * as v from 'valibot';
import { idSchema, type Kind, LINK_LETTER } from '../src/wire/identifiers';
import { type FileRecord, filesPageSchema, type VersionRecord, versionRecordSchema } from '../src/wire/publication';
import type { Edge } from './environment';
import { manifestKey } from './identifiers';
import { described } from './openapi';
import { rateLimit } from './rate_limit';
import { notFound, Refusal } from './refusal';
import { matches } from './serve_bytes';
import { checked } from './validation';

const FILES_IN_A_RECORD = 100;
const FILES_IN_A_PAGE = 500;

const address = v.object({ id: idSchema });
const page = v.object({
  cursor: v.optional(v.pipe(v.string(), v.regex(/^\d{1,6}$/, 'a cursor is what `next` held'))),
  limit: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,2}$/, 'a limit is 1 to 999'))),
});

export interface VersionRow {
  id: string;
  collection: string;
  number: number;
  kind: Kind;
  sha256: string;
  title: string;
  description: string;
  details: string;
  parent: string | null;
  bytes: number;
  file_count: number;
  created: number;
  expires: number | null;
  removed: number | null;
}

export function versionRoutes(kind: Kind) {
  return new Hono<Edge>()
    .get(
      '/:id',
      rateLimit('RATE_READ'),
      described({
        summary: `A version of a ${kind}`,
        tag: 'versions',
        ok: { 200: versionRecordSchema, 304: 'Not changed' },
        refusals: [404, 410, 422],
      }),
      checked('param', address),
      async (c) => {
        const row = await findVersion(c, c.req.valid('param').id, kind);
        if (isUnchanged(c, `"${row.id}"`)) return c.body(null, 304);
        return c.json(await readRecord(c.env.DB, row));
      },
    )
    .get(
      '/:id/files',
      rateLimit('RATE_READ'),
      described({
        summary: 'Its files, page by page',
        tag: 'versions',
        ok: { 200: filesPageSchema, 304: 'Not changed' },
        refusals: [404, 410, 422],
      }),
      checked('param', address),
      checked('query', page),
      async (c) => {
        const row = await findVersion(c, c.req.valid('param').id, kind);
        const { cursor = '0', limit = String(FILES_IN_A_PAGE) } = c.req.valid('query');
        if (isUnchanged(c, `"${row.id}.${cursor}.${limit}"`)) return c.body(null, 304);
        return c.json(await readFiles(c.env.DB, row, Number(cursor), Math.min(Number(limit), FILES_IN_A_PAGE)));
      },
    )
    .get(
      '/:id/manifest',
      rateLimit('RATE_READ'),
      described({
        summary: 'The text whose SHA-256 is the version’s',
        description: 'Names every file by SHA-256. A copy of it proves what a link showed.',
        tag: 'versions',
        ok: { 200: 'The manifest, JSON', 304: 'Not changed' },
        refusals: [404, 410, 422],
      }),
      checked('param', address),
      async (c) => {
        const row = await findVersion(c, c.req.valid('param').id, kind);
        if (isUnchanged(c, `"${row.sha256}"`)) return c.body(null, 304);
        const object = await c.env.BLOBS.get(manifestKey(row.id));
        if (!object) throw new Error(`manifest of ${row.id} is missing`);
        return c.body(object.body, 200, { 'content-type': 'application/json' });
      },
    );
}

/** The version, if it can be read. Whoever had the link learns that it expired or was taken down. */
export async function findVersion(c: Context<Edge>, id: string, kind?: Kind): Promise<VersionRow> {
  const row = await c.env.DB.prepare(
    'SELECT v.*, c.expires, c.removed FROM versions v JOIN collections c ON c.id = v.collection WHERE v.id = ?1',
  )
    .bind(id)
    .first<VersionRow>();
  if (!row || (kind && row.kind !== kind)) throw notFound();
  refuseGone(row);
  return row;
}

export function refuseGone({ removed, expires }: { removed: number | null; expires: number | null }): void {
  if (removed !== null)
    throw new Refusal(410, 'taken-down', 'The operator has taken this down.', 'Write to the operator (see /privacy).');
  if (expires !== null && expires <= Date.now())
    throw new Refusal(
      410,
      'expired',
      `This expired on ${new Date(expires).toISOString()}.`,
      'Ask its owner for a new link.',
    );
}

/** Sets the tag; true where the reader has it already. A version never changes, but it may be deleted: ask each time. */
export function isUnchanged(c: Context<Edge>, etag: string): boolean {
  c.header('etag', etag);
  c.header('cache-control', 'no-cache');
  return matches(c.req.header('if-none-match'), etag);
}

export async function readRecord(db: D1Database, row: VersionRow): Promise<VersionRecord> {
  const { files, next } = await readFiles(db, row, 0, FILES_IN_A_RECORD);
  const { tasks, model, metadata } = JSON.parse(row.details);
  return {
    kind: row.kind,
    id: row.id,
    collection: row.collection,
    number: row.number,
    title: row.title,
    description: row.description,
    created: new Date(row.created).toISOString(),
    sha256: row.sha256,
    bytes: row.bytes,
    fileCount: row.file_count,
    parent: row.parent,
    tasks,
    model,
    metadata,
    files,
    nextFiles: next,
    link: `/${LINK_LETTER[row.kind]}/${row.id}`,
  };
}

interface FileRow {
  path: string;
  role: FileRecord['role'];
  task: string | null;
  pair: string | null;
  sha256: string;
  bytes: number;
  facts: string;
  object: string | null;
}

async function readFiles(
  db: D1Database,
  version: VersionRow,
  from: number,
  limit: number,
): Promise<{ files: FileRecord[]; next: string | null }> {
  const { results } = await db
    .prepare(
      `SELECT f.path, f.role, f.task, f.pair, f.sha256, b.bytes, b.facts, b.object FROM files f
       JOIN blobs b ON b.sha256 = f.sha256 WHERE f.version = ?1 AND f.position >= ?2 ORDER BY f.position LIMIT ?3`,
    )
    .bind(version.id, from, limit)
    .all<FileRow>();
  const parts = await readParts(
    db,
    results.filter((file) => file.object === null).map((file) => file.sha256),
  );
  const files = results.map((file) => ({
    path: file.path,
    role: file.role,
    ...(file.task === null ? {} : { task: file.task }),
    ...(file.pair === null ? {} : { pair: file.pair }),
    sha256: file.sha256,
    bytes: file.bytes,
    facts: JSON.parse(file.facts),
    ...(file.object === null ? { parts: parts.get(file.sha256) ?? [] } : {}),
    url: `/api/blobs/${file.sha256}`,
  }));
  const end = from + files.length;
  return { files, next: end < version.file_count ? String(end) : null };
}

async function readParts(db: D1Database, files: string[]): Promise<Map<string, { sha256: string; bytes: number }[]>> {
  const parts = new Map<string, { sha256: string; bytes: number }[]>();
  if (files.length === 0) return parts;
  const { results } = await db
    .prepare(
      `SELECT p.sha256 AS file, b.sha256, b.bytes FROM parts p JOIN blobs b ON b.sha256 = p.part
       WHERE p.sha256 IN (SELECT value FROM json_each(?1)) ORDER BY p.sha256, p.position`,
    )
    .bind(JSON.stringify(files))
    .all<{ file: string; sha256: string; bytes: number }>();
  for (const { file, ...part } of results) parts.set(file, [...(parts.get(file) ?? []), part]);
  return parts;
}
