import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { sha256 } from '../src/wire/digest';
import { idSchema } from '../src/wire/identifiers';
import { MESSAGE_BYTES } from '../src/wire/limits';
import { bearer, isTokenOf } from './edit_token';
import type { Edge } from './environment';
import { atMost } from './lengths';
import { blobsOf } from './live';
import { logEvent } from './log';
import { described } from './openapi';
import { rateLimit } from './rate_limit';
import { notFound } from './refusal';
import { checked } from './validation';

const takeDown = v.pipe(
  v.strictObject({
    collection: idSchema,
    reason: v.pipe(v.string(), v.minLength(1), v.maxLength(500)),
    block: v.optional(v.pipe(v.boolean(), v.description('refuse these bytes for ever, whoever uploads them'))),
  }),
  v.metadata({ ref: 'TakeDown' }),
);
const undo = v.pipe(v.strictObject({ collection: idSchema }), v.metadata({ ref: 'UndoTakeDown' }));
const done = v.pipe(v.object({ collection: idSchema, blocked: v.number() }), v.metadata({ ref: 'TakenDown' }));

export const operator = new Hono<Edge>()
  .post(
    '/take-down',
    rateLimit('RATE_EDIT'),
    atMost(MESSAGE_BYTES),
    described({
      summary: 'Take a collection down',
      description: 'Its links answer 410 at once. After 30 days its bytes are erased; until then it can be undone.',
      tag: 'operator',
      token: 'operator',
      ok: { 200: done },
      refusals: [400, 401, 404, 411, 413, 415, 422],
    }),
    checked('json', takeDown),
    async (c) => {
      await requireOperator(c);
      const { collection, reason, block = false } = c.req.valid('json');
      const { DB } = c.env;
      const now = Date.now();
      const [{ meta }, blocked] = await DB.batch([
        DB.prepare('UPDATE collections SET removed = ?2, removed_reason = ?3, listed = 0 WHERE id = ?1').bind(
          collection,
          now,
          reason,
        ),
        DB.prepare(
          `INSERT INTO blocked (sha256, reason, at) SELECT sha256, ?2, ?3 FROM (${blobsOf('?1')}) WHERE ?4
           ON CONFLICT DO NOTHING`,
        ).bind(collection, reason, now, Number(block)),
      ]);
      if (meta.changes === 0) throw notFound();
      logEvent('take-down', { blocked: blocked.meta.changes });
      return c.json({ collection, blocked: blocked.meta.changes }, 200, { 'cache-control': 'no-store' });
    },
  )
  .post(
    '/undo-take-down',
    rateLimit('RATE_EDIT'),
    atMost(MESSAGE_BYTES),
    described({
      summary: 'Undo a take-down',
      tag: 'operator',
      token: 'operator',
      ok: { 200: done },
      refusals: [400, 401, 404, 411, 413, 415, 422],
    }),
    checked('json', undo),
    async (c) => {
      await requireOperator(c);
      const { collection } = c.req.valid('json');
      const { DB } = c.env;
      const [{ meta }, unblocked] = await DB.batch([
        DB.prepare(
          'UPDATE collections SET removed = NULL, removed_reason = NULL WHERE id = ?1 AND removed IS NOT NULL',
        ).bind(collection),
        DB.prepare(`DELETE FROM blocked WHERE sha256 IN (${blobsOf('?1')})`).bind(collection),
      ]);
      if (meta.changes === 0) throw notFound();
      logEvent('undo-take-down', { unblocked: unblocked.meta.changes });
      return c.json({ collection, blocked: 0 }, 200, { 'cache-control': 'no-store' });
    },
  );

/** Where no OPERATOR_TOKEN is set there is no operator, and nobody learns more than from a wrong token. */
async function requireOperator(c: Context<Edge>): Promise<void> {
  const token = bearer(c);
  const expected = c.env.OPERATOR_TOKEN ? await sha256(c.env.OPERATOR_TOKEN) : null;
  if (!(await isTokenOf(token, expected))) throw notFound();
}
