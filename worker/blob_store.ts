/** Blobs: bytes in R2 under their SHA-256, verified by R2 as they arrive; a row in D1 says which are there. */
import type { Facts } from '../src/wire/publication';
import type { ByteSource } from './formats/byte_source';
import { isReadable } from './live';
import { Refusal } from './refusal';

export interface BlobRow {
  sha256: string;
  /** Key in R2; null for a file in parts. */
  object: string | null;
  bytes: number;
  facts: Facts;
}

export interface Piece {
  sha256: string;
  object: string;
  bytes: number;
}

interface StoredRow extends Omit<BlobRow, 'facts'> {
  facts: string;
}

const fromRow = (row: StoredRow | null): BlobRow | undefined =>
  row ? { ...row, facts: JSON.parse(row.facts) } : undefined;

const COLUMNS = 'b.sha256, b.object, b.bytes, b.facts';

export async function findBlob(db: D1Database, sha256: string): Promise<BlobRow | undefined> {
  return fromRow(
    await db.prepare(`SELECT ${COLUMNS} FROM blobs b WHERE b.sha256 = ?1`).bind(sha256).first<StoredRow>(),
  );
}

/** Only what a live version names can be read: an upload that nobody published, or a take-down, answers 404. */
export async function findReadableBlob(db: D1Database, sha256: string): Promise<BlobRow | undefined> {
  const query = `SELECT ${COLUMNS} FROM blobs b WHERE b.sha256 = ?1 AND ${isReadable('b.sha256', '?2')}`;
  return fromRow(await db.prepare(query).bind(sha256, Date.now()).first<StoredRow>());
}

/** In the order of the list. */
export async function findBlobs(db: D1Database, hashes: readonly string[]): Promise<Map<string, BlobRow>> {
  const query = `SELECT ${COLUMNS} FROM blobs b WHERE b.sha256 IN (SELECT value FROM json_each(?1))`;
  const { results } = await db.prepare(query).bind(JSON.stringify(hashes)).all<StoredRow>();
  return new Map(results.map((row) => [row.sha256, { ...row, facts: JSON.parse(row.facts) }]));
}

/** The objects a blob's bytes lie in, in order. */
export async function piecesOf(db: D1Database, blob: BlobRow): Promise<Piece[]> {
  if (blob.object !== null) return [{ sha256: blob.sha256, object: blob.object, bytes: blob.bytes }];
  const query = `SELECT b.sha256, b.object, b.bytes FROM parts p JOIN blobs b ON b.sha256 = p.part
    WHERE p.sha256 = ?1 ORDER BY p.position`;
  return (await db.prepare(query).bind(blob.sha256).all<Piece>()).results;
}

/** A row always has its object; should one be lost all the same, the reply must say so and not be short. */
export async function openPiece(bucket: R2Bucket, piece: Piece, range?: R2Range): Promise<R2ObjectBody> {
  const object = await bucket.get(piece.object, range ? { range } : {});
  if (!object) throw new Error(`object of ${piece.sha256} is missing`);
  return object as R2ObjectBody;
}

/** Where in which piece bytes offset … offset + length lie. */
export function* slices(pieces: readonly Piece[], offset: number, length: number): Generator<[Piece, R2Range]> {
  let start = 0;
  for (const piece of pieces) {
    const from = Math.max(offset - start, 0);
    const to = Math.min(offset + length - start, piece.bytes);
    if (from < to) yield [piece, { offset: from, length: to - from }];
    start += piece.bytes;
  }
}

export function byteSource(bucket: R2Bucket, pieces: readonly Piece[]): ByteSource {
  const size = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let at = 0;
      for (const [piece, range] of slices(pieces, offset, bytes.length)) {
        const chunk = new Uint8Array(await (await openPiece(bucket, piece, range)).arrayBuffer());
        bytes.set(chunk, at);
        at += chunk.length;
      }
      return bytes;
    },
  };
}

/**
 * Bytes offset … offset + length as one body. Of several pieces it has a length fixed beforehand, so that a lost piece
 * breaks the reply instead of shortening it.
 */
export async function streamPieces(
  bucket: R2Bucket,
  pieces: readonly Piece[],
  offset: number,
  length: number,
): Promise<ReadableStream> {
  const [first, ...rest] = slices(pieces, offset, length);
  if (rest.length === 0) return (await openPiece(bucket, ...first)).body;
  const { readable, writable } = new FixedLengthStream(length);
  const pump = async () => {
    for (const slice of [first, ...rest]) {
      const object = await openPiece(bucket, ...slice);
      await object.body.pipeTo(writable, { preventClose: true });
    }
    await writable.close();
  };
  // A reader who hangs up ends the pump; the connection is gone either way.
  pump().catch((error: unknown) => writable.abort(error).catch(() => undefined));
  return readable;
}

/** R2 hashes while it stores and refuses a difference. */
export async function putVerified(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream,
  sha256: string,
): Promise<R2Object> {
  try {
    return await bucket.put(key, body, { sha256 });
  } catch (error) {
    if (error instanceof Error && /checksum|10037/i.test(error.message)) throw wrongHash(sha256);
    if (error instanceof Error && /connection lost/i.test(error.message)) throw brokenOff();
    throw error;
  }
}

/** Nobody reads this reply; it keeps a hang-up from being logged as a failure of the store. */
const brokenOff = () => new Refusal(400, 'broken-off', 'The body ended before its length.', 'Send it again.');

function wrongHash(sha256: string): Refusal {
  return new Refusal(
    422,
    'wrong-hash',
    `The SHA-256 of the body is not ${sha256}.`,
    'Hash the bytes you send, and send them again: they changed on the way, or the address is of another file.',
  );
}
