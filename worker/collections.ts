import type { Context } from 'hono';
import { Hono } from 'hono';
import * as v from 'valibot';
import { collectionChangeSchema, collectionSchema, newTokenSchema } from '../src/wire/collection';
import { idSchema } from '../src/wire/identifiers';
import { MESSAGE_BYTES } from '../src/wire/limits';
import { versionRecordSchema } from '../src/wire/publication';
import { describeCollection, findCollection, readCollection } from './collection_records';
import { bearer, hashToken, openForEditing } from './edit_token';
import type { Edge } from './environment';
import { manifestKey, newEditToken } from './identifiers';
import { atMost } from './lengths';
import { letGo } from './live';
import { described } from './openapi';
import { checkCover, checkedExpiry } from './publish';
import { rateLimit } from './rate_limit';
import { notFound, Refusal } from './refusal';
import { matches } from './serve_bytes';
import { checked } from './validation';
import { findVersion, isUnchanged, readRecord } from './versions';

const address = v.object({ id: idSchema });
const page = v.object({
  cursor: v.optional(v.pipe(v.string(), v.regex(/^\d{1,6}$/, 'a cursor is what `next` held'))),
});

export const collections = new Hono<Edge>()
  .get(
    '/:id',
    rateLimit('RATE_READ'),
    described({
      summary: 'A collection and its versions, newest first',
      tag: 'collections',
      ok: { 200: collectionSchema, 304: 'Not changed' },
      refusals: [404, 410, 422],
    }),
    checked('param', address),
    checked('query', page),
    async (c) => {
      const row = await findCollection(c.env.DB, c.req.valid('param').id);
      if (isUnchanged(c, etagOf(row.revision))) return c.body(null, 304);
      return c.json(
        await describeCollection(c.env.DB, row, Number(c.req.valid('query').cursor ?? Number.MAX_SAFE_INTEGER)),
      );
    },
  )
  .get(
    '/:id/latest',
    rateLimit('RATE_READ'),
    described({
      summary: 'The newest version: an alias that moves',
      description: 'The reply says alias: latest, and Content-Location names the version that stays.',
      tag: 'collections',
      ok: { 200: versionRecordSchema, 304: 'Not changed' },
      refusals: [404, 410, 422],
    }),
    checked('param', address),
    async (c) => {
      const { id } = c.req.valid('param');
      const newest = await c.env.DB.prepare(
        'SELECT id FROM versions WHERE collection = ?1 ORDER BY number DESC LIMIT 1',
      )
        .bind(id)
        .first<{ id: string }>();
      if (!newest) throw notFound();
      const row = await findVersion(c, newest.id);
      c.header('content-location', `/api/${row.kind}s/${row.id}`);
      if (isUnchanged(c, `"${row.id}.latest"`)) return c.body(null, 304);
      return c.json({ ...(await readRecord(c.env.DB, row)), alias: 'latest' as const });
    },
  )
  .patch(
    '/:id',
    rateLimit('RATE_EDIT'),
    atMost(MESSAGE_BYTES),
    described({
      summary: 'Change what is not a version: listed, cover, expires',
      description: 'Needs If-Match with the ETag of GET, so that two editors do not undo each other.',
      tag: 'collections',
      token: 'edit',
      ok: { 200: collectionSchema },
      refusals: [400, 401, 404, 409, 411, 412, 413, 415, 422, 428],
    }),
    checked('param', address),
    checked('json', collectionChangeSchema),
    async (c) => {
      const { id } = c.req.valid('param');
      const { listed, cover, expires } = c.req.valid('json');
      const { revision, token_hash } = await openForEditing(c, id);
      checkIfMatch(c, revision);
      if (cover) await checkCover(c.env.DB, cover);
      const change = c.env.DB.prepare(
        `UPDATE collections SET revision = revision + 1, updated = ?3, listed = COALESCE(?4, listed),
           cover = IIF(?5, ?6, cover), expires = IIF(?7, ?8, expires)
         WHERE id = ?1 AND revision = ?2 AND token_hash = ?9`,
      ).bind(
        id,
        revision,
        Date.now(),
        listed === undefined ? null : Number(listed),
        Number(cover !== undefined),
        cover ?? null,
        Number(expires !== undefined),
        expires ? checkedExpiry(expires) : null,
        token_hash,
      );
      // The old cover may be nobody's now; letting go of the files too costs the sweep a look at each.
      const [, { meta }] = await c.env.DB.batch([c.env.DB.prepare(letGo('?1', '?2')).bind(id, Date.now()), change]);
      if (meta.changes === 0) throw olderRevision();
      c.header('etag', etagOf(revision + 1));
      const row = await readCollection(c.env.DB, id);
      return c.json(await describeCollection(c.env.DB, row, Number.MAX_SAFE_INTEGER), 200, {
        'cache-control': 'no-store',
      });
    },
  )
  .delete(
    '/:id',
    rateLimit('RATE_EDIT'),
    described({
      summary: 'Delete the collection and its versions',
      description: 'The links answer 404 at once; bytes that nothing else names are erased within two days.',
      tag: 'collections',
      token: 'edit',
      ok: { 204: 'Gone' },
      refusals: [401, 404, 412, 422],
    }),
    checked('param', address),
    async (c) => {
      const { id } = c.req.valid('param');
      const { revision, token_hash } = await openForEditing(c, id);
      if (c.req.header('if-match') !== undefined) checkIfMatch(c, revision);
      const [versions] = await c.env.DB.batch<{ id: string }>([
        c.env.DB.prepare('SELECT id FROM versions WHERE collection = ?1').bind(id),
        c.env.DB.prepare(letGo('?1', '?2')).bind(id, Date.now()),
        c.env.DB.prepare('DELETE FROM collections WHERE id = ?1 AND token_hash = ?2').bind(id, token_hash),
      ]);
      await c.env.BLOBS.delete(versions.results.map((version) => manifestKey(version.id)));
      return c.body(null, 204, { 'cache-control': 'no-store' });
    },
  )
  .post(
    '/:id/token',
    rateLimit('RATE_EDIT'),
    described({
      summary: 'Exchange the edit token for a new one',
      tag: 'collections',
      token: 'edit',
      ok: { 200: newTokenSchema },
      refusals: [401, 404, 422],
    }),
    checked('param', address),
    async (c) => {
      const editToken = newEditToken();
      await exchangeToken(c, c.req.valid('param').id, await hashToken(editToken));
      return c.json({ editToken }, 200, { 'cache-control': 'no-store' });
    },
  )
  .delete(
    '/:id/token',
    rateLimit('RATE_EDIT'),
    described({
      summary: 'Revoke the edit token: the collection can never be changed again',
      tag: 'collections',
      token: 'edit',
      ok: { 204: 'Revoked' },
      refusals: [401, 404, 422],
    }),
    checked('param', address),
    async (c) => {
      await exchangeToken(c, c.req.valid('param').id, null);
      return c.body(null, 204, { 'cache-control': 'no-store' });
    },
  );

/** Of two exchanges at once the first wins, and the other's token is a wrong one by then. */
async function exchangeToken(c: Context<Edge>, id: string, hash: string | null): Promise<void> {
  await openForEditing(c, id);
  const { meta } = await c.env.DB.prepare(
    'UPDATE collections SET token_hash = ?3, revision = revision + 1 WHERE id = ?1 AND token_hash = ?2',
  )
    .bind(id, await hashToken(bearer(c)), hash)
    .run();
  if (meta.changes === 0) throw notFound();
}

const etagOf = (revision: number): string => `"r${revision}"`;

const olderRevision = () =>
  new Refusal(
    412,
    'changed',
    'The collection was changed since you read it.',
    'Read it again, look at what changed, and send your change with its new ETag.',
  );

function checkIfMatch(c: Context<Edge>, revision: number): void {
  const header = c.req.header('if-match');
  if (header === undefined)
    throw new Refusal(
      428,
      'if-match-missing',
      'If-Match is missing.',
      'Send the ETag that GET of the collection gave.',
    );
  if (!matches(header, etagOf(revision))) throw olderRevision();
}
