import { Hono } from 'hono';
import * as v from 'valibot';
import { type GalleryItem, type GalleryPage, galleryPageSchema } from '../src/wire/collection';
import { type Kind, kindSchema, LINK_LETTER } from '../src/wire/identifiers';
import type { Edge } from './environment';
import { isLive } from './live';
import { described } from './openapi';
import { rateLimit } from './rate_limit';
import { checked } from './validation';

export const galleryQuery = v.object({
  kind: v.optional(kindSchema),
  cursor: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}\.[A-Za-z0-9_-]{22}$/, 'a cursor is what `next` held'))),
  limit: v.optional(v.pipe(v.string(), v.regex(/^([1-9]|[1-4]\d|50)$/, 'a limit is 1 to 50'))),
});

/** Newest first; the cursor is the last item's time and id, so that a page neither repeats nor skips one. */
const PAGE = `SELECT c.id AS collection, c.kind, c.cover, c.updated, v.id AS latest, v.number AS versions, v.title, v.description
  FROM collections c JOIN versions v ON v.collection = c.id
    AND v.number = (SELECT MAX(number) FROM versions WHERE collection = c.id)
  WHERE c.listed = 1 AND ${isLive('?1')} AND (?2 IS NULL OR c.kind = ?2) AND (c.updated, c.id) < (?3, ?4)
  ORDER BY c.updated DESC, c.id DESC LIMIT ?5`;

interface Row {
  collection: string;
  kind: Kind;
  cover: string | null;
  updated: number;
  latest: string;
  versions: number;
  title: string;
  description: string;
}

export const gallery = new Hono<Edge>().get(
  '/',
  rateLimit('RATE_READ'),
  described({
    summary: 'What its owners chose to list, newest first',
    tag: 'gallery',
    ok: { 200: galleryPageSchema },
    refusals: [422],
  }),
  checked('query', galleryQuery),
  async (c) => {
    const { kind, cursor, limit = '24' } = c.req.valid('query');
    const page = await readGallery(c.env.DB, { kind, cursor, limit: Number(limit) });
    return c.json(page, 200, { 'cache-control': 'public, max-age=30' });
  },
);

interface Wanted {
  kind?: Kind | undefined;
  cursor?: string | undefined;
  limit: number;
}

export async function readGallery(db: D1Database, { kind, cursor, limit }: Wanted): Promise<GalleryPage> {
  const [updated, id] = cursor?.split('.') ?? [String(Number.MAX_SAFE_INTEGER), '~'];
  const { results } = await db
    .prepare(PAGE)
    .bind(Date.now(), kind ?? null, Number(updated), id, limit)
    .all<Row>();
  const last = results.length === limit ? results[results.length - 1] : undefined;
  return { items: results.map(itemOf), next: last ? `${last.updated}.${last.collection}` : null };
}

function itemOf({ cover, updated, ...row }: Row): GalleryItem {
  return {
    ...row,
    cover: cover === null ? null : `/api/covers/${cover}`,
    updated: new Date(updated).toISOString(),
    link: `/${LINK_LETTER[row.kind]}/${row.latest}`,
  };
}
