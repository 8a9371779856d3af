import { Hono } from 'hono';
import { partsSchema, partsText, storedBlobSchema } from '../src/wire/blob';
import { sha256 } from '../src/wire/digest';
import { MESSAGE_BYTES } from '../src/wire/limits';
import { byteSource, findBlob, findBlobs, type Piece } from './blob_store';
import type { Edge } from './environment';
import { inspect } from './formats/inspect';
import { atMost } from './lengths';
import { described } from './openapi';
import { rateLimit } from './rate_limit';
import { Refusal } from './refusal';
import { checked } from './validation';

/**
 * A file over 50 MiB is its parts, each stored and verified as a blob of its own; joining copies nothing. R2's own
 * multipart upload would not do: it checks no SHA-256, neither of a part nor of the whole.
 */
export const joinedBlobs = new Hono<Edge>().post(
  '/joined',
  rateLimit('RATE_UPLOAD'),
  atMost(MESSAGE_BYTES),
  described({
    summary: 'Join uploaded parts into one file',
    description:
      'Its address is the SHA-256 of the text "mendscope parts 1", then the hash of each part, one a line, each line ' +
      'ended by a line feed. Upload the parts with part=1 first, in any order.',
    tag: 'blobs',
    ok: { 201: storedBlobSchema, 200: storedBlobSchema },
    refusals: [400, 409, 411, 413, 415, 422],
  }),
  checked('json', partsSchema),
  async (c) => {
    const { parts } = c.req.valid('json');
    const address = await sha256(partsText(parts));
    const known = await findBlob(c.env.DB, address);
    if (known) {
      await c.env.DB.prepare('UPDATE blobs SET touched = ?2 WHERE sha256 = ?1').bind(address, Date.now()).run();
      return c.json({ sha256: address, bytes: known.bytes, stored: 'already' as const, facts: known.facts }, 200);
    }
    const pieces = await requireParts(c.env.DB, parts);
    const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
    const facts = await inspect(byteSource(c.env.BLOBS, pieces));
    await insertJoined(c.env.DB, { address, bytes, facts: JSON.stringify(facts), parts });
    return c.json({ sha256: address, bytes, stored: 'new' as const, facts }, 201);
  },
);

async function requireParts(db: D1Database, parts: readonly string[]): Promise<Piece[]> {
  const rows = await findBlobs(db, parts);
  return parts.map((part) => {
    const row = rows.get(part);
    if (!row || row.object === null)
      throw new Refusal(
        409,
        'not-uploaded',
        `The part ${part} is ${row ? 'itself joined from parts' : 'not here'}.`,
        'Upload it with PUT /api/blobs/HASH?part=1 first.',
      );
    return { sha256: part, object: row.object, bytes: row.bytes };
  });
}

interface Joined {
  address: string;
  bytes: number;
  facts: string;
  parts: readonly string[];
}

/** Whole or not at all; a part that was swept meanwhile breaks its foreign key. */
async function insertJoined(db: D1Database, { address, bytes, facts, parts }: Joined): Promise<void> {
  try {
    await db.batch([
      db
        .prepare(
          `INSERT INTO blobs (sha256, object, bytes, facts, touched) VALUES (?1, NULL, ?2, ?3, ?4)
           ON CONFLICT DO NOTHING`,
        )
        .bind(address, bytes, facts, Date.now()),
      db
        .prepare(
          `INSERT INTO parts (sha256, position, part) SELECT ?1, key, value FROM json_each(?2) WHERE true
           ON CONFLICT DO NOTHING`,
        )
        .bind(address, JSON.stringify(parts)),
    ]);
  } catch (error) {
    if (error instanceof Error && /constraint failed/i.test(error.message))
      throw new Refusal(
        409,
        'not-uploaded',
        'A part was deleted meanwhile.',
        'Ask /api/blobs/missing and upload it again.',
      );
    throw error;
  }
}
