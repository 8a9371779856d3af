import { Hono } from 'hono';
import * as v from 'valibot';
import { sha256Schema } from '../src/wire/identifiers';
import { findBlob, openPiece } from './blob_store';
import type { Edge } from './environment';
import { isLive } from './live';
import { described } from './openapi';
import { rateLimit } from './rate_limit';
import { notFound } from './refusal';
import { matches } from './serve_bytes';
import { checked } from './validation';

/** The only uploaded bytes a browser is told the type of: PNG, of a collection's cover, in a sandbox. */
export const covers = new Hono<Edge>().get(
  '/:sha256',
  rateLimit('RATE_READ'),
  described({
    summary: 'A cover picture',
    tag: 'gallery',
    ok: { 200: 'A PNG', 304: 'Not changed' },
    refusals: [404, 422],
  }),
  checked('param', v.object({ sha256: sha256Schema })),
  async (c) => {
    const { sha256 } = c.req.valid('param');
    const shown = await c.env.DB.prepare(
      `SELECT 1 FROM collections c WHERE c.cover = ?1 AND ${isLive('?2')}
       AND NOT EXISTS (SELECT 1 FROM blocked k WHERE k.sha256 = ?1)`,
    )
      .bind(sha256, Date.now())
      .first();
    const blob = shown ? await findBlob(c.env.DB, sha256) : undefined;
    if (!blob || blob.object === null) throw notFound();
    const headers = {
      'content-type': 'image/png',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'public, max-age=86400',
      etag: `"${sha256}"`,
    };
    if (matches(c.req.header('if-none-match'), headers.etag)) return c.body(null, 304, headers);
    const object = await openPiece(c.env.BLOBS, { ...blob, object: blob.object });
    return c.body(object.body, 200, headers);
  },
);
