import { Hono } from 'hono';
import * as v from 'valibot';
import * as limits from '../src/wire/limits';
import { settingsSchema } from '../src/wire/settings';
import type { Edge } from './environment';
import { described } from './openapi';
import { rateLimit } from './rate_limit';
import { Refusal } from './refusal';

const healthSchema = v.pipe(
  v.object({ status: v.literal('ok'), environment: v.string(), database: v.string(), objects: v.string() }),
  v.metadata({ ref: 'Health' }),
);

export const service = new Hono<Edge>()
  .get(
    '/health',
    rateLimit('RATE_READ'),
    described({
      summary: 'Do the database and the object store answer?',
      tag: 'service',
      ok: { 200: healthSchema },
      refusals: [503],
    }),
    async (c) => {
      try {
        const [row] = await Promise.all([
          c.env.DB.prepare('SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1').first<{ name: string }>(),
          c.env.BLOBS.head('health'),
        ]);
        const database = row?.name.replace('.sql', '') ?? 'empty';
        return c.json({ status: 'ok' as const, environment: c.env.ENVIRONMENT, database, objects: 'ok' });
      } catch (error) {
        console.error(JSON.stringify({ unhealthy: (error as Error).message }));
        throw new Refusal(503, 'unhealthy', 'The database or the object store does not answer.', 'Try again later.');
      }
    },
  )
  .get(
    '/settings',
    rateLimit('RATE_READ'),
    described({ summary: 'Limits of this store', tag: 'service', ok: { 200: settingsSchema } }),
    (c) =>
      c.json({
        turnstile: c.env.TURNSTILE_SITE_KEY ?? null,
        blobBytes: limits.BLOB_BYTES,
        partBytes: limits.PART_BYTES,
        filesPerVersion: limits.FILES_PER_VERSION,
        bytesPerDay: c.env.SENDER_BYTES_PER_DAY,
        collectionBytes: c.env.COLLECTION_BYTES,
        orphanHours: c.env.ORPHAN_HOURS,
      }),
  );
