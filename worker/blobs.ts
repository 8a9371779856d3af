import { Hono } from 'hono';
import * as v from 'valibot';
import { hashesSchema, missingSchema, storedBlobSchema } from '../src/wire/blob';
import { sha256Schema } from '../src/wire/identifiers';
import { BLOB_BYTES, MESSAGE_BYTES } from '../src/wire/limits';
import type { Facts } from '../src/wire/publication';
import { type BlobRow, byteSource, findBlob, findBlobs, findReadableBlob, piecesOf, putVerified } from './blob_store';
import type { Edge } from './environment';
import { inspect } from './formats/inspect';
import { newObjectKey } from './identifiers';
import { atMost } from './lengths';
import { described } from './openapi';
import { reserve } from './quota';
import { rateLimit } from './rate_limit';
import { notFound, Refusal } from './refusal';
import { serveBytes } from './serve_bytes';
import { checked } from './validation';

const address = v.object({ sha256: sha256Schema });

export const blobs = new Hono<Edge>()
  .post(
    '/missing',
    rateLimit('RATE_UPLOAD'),
    atMost(MESSAGE_BYTES),
    described({
      summary: 'Which of these blobs must be uploaded?',
      description: 'Asking also keeps those that are there for another day, published or not: the way to resume.',
      tag: 'blobs',
      ok: { 200: missingSchema },
      refusals: [400, 411, 413, 415, 422],
    }),
    checked('json', hashesSchema),
    async (c) => {
      const { sha256 } = c.req.valid('json');
      const present = await findBlobs(c.env.DB, sha256);
      await touch(c.env.DB, [...present.keys()]);
      return c.json({ missing: sha256.filter((hash) => !present.has(hash)) }, 200, { 'cache-control': 'no-store' });
    },
  )
  .put(
    '/:sha256',
    rateLimit('RATE_UPLOAD'),
    atMost(BLOB_BYTES),
    described({
      summary: 'Upload bytes under their SHA-256',
      description:
        'The store hashes what arrives and refuses a difference. With part=1 any bytes are taken, but only as a part ' +
        'of a larger file; otherwise the header must be one of safetensors, TIFF, PNG, npy or npz, and sound. ' +
        'What no publication names is deleted after a day.',
      tag: 'blobs',
      bytesIn: true,
      ok: { 201: storedBlobSchema, 200: storedBlobSchema },
      refusals: [400, 411, 413, 415, 422, 451],
    }),
    checked('param', address),
    checked('query', v.object({ part: v.optional(v.literal('1')) })),
    async (c) => {
      const { sha256 } = c.req.valid('param');
      const asPart = c.req.valid('query').part === '1';
      const bytes = Number(c.req.header('content-length') ?? 0);
      if (!c.req.raw.body || bytes === 0)
        throw new Refusal(422, 'empty', 'The body is empty.', 'Send the bytes of the file as the body.');
      await refuseBlocked(c.env.DB, sha256);

      const known = await findBlob(c.env.DB, sha256);
      if (known) {
        const facts = asPart || known.facts.format !== 'part' ? known.facts : await promote(c.env, known);
        await touch(c.env.DB, [sha256]);
        return c.json({ sha256, bytes: known.bytes, stored: 'already' as const, facts }, 200);
      }

      const quota = await reserve(c, { bytes, items: 0 });
      const object = newObjectKey(sha256);
      try {
        const stored = await putVerified(c.env.BLOBS, object, c.req.raw.body, sha256);
        const piece = { sha256, object, bytes: stored.size };
        const facts: Facts = asPart ? { format: 'part' } : await inspect(byteSource(c.env.BLOBS, [piece]));
        if (await insert(c.env.DB, { ...piece, facts }))
          return c.json({ sha256, bytes: stored.size, stored: 'new' as const, facts }, 201);
        // Somebody uploaded the same bytes at the same time and was first: theirs stay.
        await Promise.all([c.env.BLOBS.delete(object), quota.refund()]);
        return c.json({ sha256, bytes: stored.size, stored: 'already' as const, facts }, 200);
      } catch (error) {
        await quota.refund();
        // Refused: no row was written. After any other failure one may have been, and the object is left to the sweep.
        if (error instanceof Refusal) await c.env.BLOBS.delete(object);
        throw error;
      }
    },
  )
  .get(
    '/:sha256',
    rateLimit('RATE_READ'),
    described({
      summary: 'The bytes',
      description: 'Range and If-None-Match are honoured; the bytes at an address never change.',
      tag: 'blobs',
      ok: { 200: 'The bytes, as application/octet-stream', 206: 'A range of them', 304: 'Not changed' },
      refusals: [404, 416, 422],
    }),
    checked('param', address),
    async (c) => {
      const { sha256 } = c.req.valid('param');
      const blob = await findReadableBlob(c.env.DB, sha256);
      if (!blob) throw notFound();
      return serveBytes(c, blob);
    },
  );

async function refuseBlocked(db: D1Database, sha256: string): Promise<void> {
  if (await db.prepare('SELECT 1 FROM blocked WHERE sha256 = ?1').bind(sha256).first())
    throw new Refusal(
      451,
      'blocked',
      'The operator of this store has taken these bytes down.',
      'Write to the operator (see /privacy) if you think that is a mistake.',
    );
}

/** Bytes first sent as a part turn out to be a file of their own. */
async function promote(env: Edge['Bindings'], blob: BlobRow): Promise<Facts> {
  const facts = await inspect(byteSource(env.BLOBS, await piecesOf(env.DB, blob)));
  await env.DB.prepare('UPDATE blobs SET facts = ?2 WHERE sha256 = ?1').bind(blob.sha256, JSON.stringify(facts)).run();
  return facts;
}

/** The clock by which unused uploads are deleted starts again. */
async function touch(db: D1Database, hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return;
  await db
    .prepare('UPDATE blobs SET touched = ?1 WHERE sha256 IN (SELECT value FROM json_each(?2))')
    .bind(Date.now(), JSON.stringify(hashes))
    .run();
}

/** False where the row was there already. */
async function insert(db: D1Database, blob: BlobRow): Promise<boolean> {
  const { meta } = await db
    .prepare(
      'INSERT INTO blobs (sha256, object, bytes, facts, touched) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING',
    )
    .bind(blob.sha256, blob.object, blob.bytes, JSON.stringify(blob.facts), Date.now())
    .run();
  return meta.changes > 0;
}
