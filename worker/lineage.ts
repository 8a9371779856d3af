import { Hono } from 'hono';
import * as v from 'valibot';
import { type Lineage, lineageSchema } from '../src/wire/collection';
import { idSchema } from '../src/wire/identifiers';
import type { Edge } from './environment';
import { isLive } from './live';
import { described } from './openapi';
import { rateLimit } from './rate_limit';
import { checked } from './validation';
import { findVersion } from './versions';

/** A chain longer than this is cut; nobody reads so far. */
const GENERATIONS = 50;
const FORKS = 100;

const ANCESTORS = `WITH RECURSIVE chain (id, generation) AS (
    SELECT parent, 1 FROM versions WHERE id = ?1 AND parent IS NOT NULL
    UNION ALL
    SELECT v.parent, chain.generation + 1 FROM versions v JOIN chain ON v.id = chain.id
    WHERE v.parent IS NOT NULL AND chain.generation < ${GENERATIONS})
  SELECT chain.id, IIF(${isLive('?2')}, v.title, NULL) AS title, IIF(${isLive('?2')}, v.kind, NULL) AS kind
  FROM chain LEFT JOIN versions v ON v.id = chain.id LEFT JOIN collections c ON c.id = v.collection
  ORDER BY chain.generation`;

/** An unlisted fork stays unknown to the owner of what it was made from. */
const LISTED_FORKS = `SELECT v.id, v.title, v.kind FROM versions v JOIN collections c ON c.id = v.collection
  WHERE v.parent = ?1 AND c.listed = 1 AND ${isLive('?2')} ORDER BY v.created DESC LIMIT ${FORKS}`;

export const lineage = new Hono<Edge>().get(
  '/:id',
  rateLimit('RATE_READ'),
  described({
    summary: 'What a version was made from, and what was made from it',
    tag: 'versions',
    ok: { 200: lineageSchema },
    refusals: [404, 410, 422],
  }),
  checked('param', v.object({ id: idSchema })),
  async (c) => {
    const { id } = await findVersion(c, c.req.valid('param').id);
    const now = Date.now();
    const [ancestors, forks] = await c.env.DB.batch([
      c.env.DB.prepare(ANCESTORS).bind(id, now),
      c.env.DB.prepare(LISTED_FORKS).bind(id, now),
    ]);
    const reply = { ancestors: ancestors.results, forks: forks.results } as Lineage;
    return c.json(reply, 200, { 'cache-control': 'no-cache' });
  },
);
