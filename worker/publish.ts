import type { Context } from 'hono';
import type * as v from 'valibot';
import { sha256 } from '../src/wire/digest';
import { type Kind, LINK_LETTER } from '../src/wire/identifiers';
import { COVER_BYTES } from '../src/wire/limits';
import type { DraftFile, Published, taskSchema } from '../src/wire/publication';
import { type BlobRow, findBlobs } from './blob_store';
import { type EditableCollection, hashToken, openForEditing } from './edit_token';
import type { Edge } from './environment';
import { manifestKey, newEditToken, newId } from './identifiers';
import { isLive } from './live';
import { reserve } from './quota';
import { Refusal } from './refusal';
import { checkTurnstile } from './turnstile';

/** What the three kinds have in common once their own rules are checked. */
export interface Publication {
  kind: Kind;
  title: string;
  description: string;
  parent: string | null;
  tasks: v.InferOutput<typeof taskSchema>[];
  model: string | null;
  metadata: Record<string, string | number | boolean | null>;
  files: DraftFile[];
}

export interface Settings {
  collection?: string | undefined;
  listed?: boolean | undefined;
  cover?: string | undefined;
  expires?: string | undefined;
  turnstile?: string | undefined;
}

/** Stores a version that never changes: the manifest in R2 first, then every row at once. */
export async function publish(c: Context<Edge>, publication: Publication, settings: Settings): Promise<Published> {
  const { DB, BLOBS } = c.env;
  const collection = settings.collection ? await openForEditing(c, settings.collection) : undefined;
  if (collection) checkVersionOf(collection, publication, settings);
  else await checkTurnstile(c, settings.turnstile);
  await checkMentioned(DB, [publication.parent, publication.model]);
  const bytes = publication.files.reduce((sum, file) => sum + file.bytes, 0);
  await checkRoom(c, collection, bytes);

  const expires = settings.expires === undefined ? null : checkedExpiry(settings.expires);
  if (settings.cover !== undefined) await checkCover(DB, settings.cover);
  const quota = await reserve(c, { bytes: 0, items: 1 });
  const id = newId();
  const manifest = JSON.stringify({ format: 'mendscope publication 1', ...publication });
  const hash = await sha256(manifest);
  try {
    await BLOBS.put(manifestKey(id), manifest, { sha256: hash });
    const editToken = collection ? undefined : newEditToken();
    const target = collection?.id ?? newId();
    const now = Date.now();
    const rows = collection
      ? [raiseRevision(DB, collection, publication.title, now)]
      : [
          DB.prepare(
            `INSERT INTO collections (id, kind, token_hash, title, listed, cover, created, updated, expires)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)`,
          ).bind(
            target,
            publication.kind,
            await hashToken(editToken as string),
            publication.title,
            settings.listed ? 1 : 0,
            settings.cover ?? null,
            now,
            expires,
          ),
        ];
    const results = await DB.batch([
      ...rows,
      insertVersion(
        DB,
        { id, target, hash, bytes, now, revision: collection ? collection.revision + 1 : 1 },
        publication,
      ),
      insertFiles(DB, id, publication.files),
      DB.prepare('SELECT number FROM versions WHERE id = ?1').bind(id),
    ]);
    const [{ number }] = results[results.length - 1].results as { number: number }[];
    return {
      id,
      collection: target,
      number,
      sha256: hash,
      link: `/${LINK_LETTER[publication.kind]}/${id}`,
      ...(editToken === undefined ? {} : { editToken }),
    };
  } catch (error) {
    await quota.refund();
    if (!(error instanceof Error && /constraint failed/i.test(error.message))) throw error;
    // Only now is it sure that no row was written. After any other failure the manifest is left to the sweep.
    await BLOBS.delete(manifestKey(id));
    throw changedMeanwhile();
  }
}

/** Rows of files and blobs the publication names, checked to be there and as long as it says. */
export async function requireUploaded(db: D1Database, files: readonly DraftFile[]): Promise<Map<string, BlobRow>> {
  const rows = await findBlobs(db, [...new Set(files.map((file) => file.sha256))]);
  for (const { path, sha256: hash, bytes } of files) {
    const row = rows.get(hash);
    if (!row)
      throw new Refusal(
        409,
        'not-uploaded',
        `${path} names ${hash}, which is not here.`,
        'Upload it to /api/blobs first; what nobody publishes is deleted after a day.',
      );
    if (row.bytes !== bytes)
      throw new Refusal(
        422,
        'wrong-length',
        `${path} is said to be ${bytes} bytes and is ${row.bytes}.`,
        'Say the true length.',
      );
    if (row.facts.format === 'part')
      throw new Refusal(
        415,
        'unknown-format',
        `${path} was uploaded as a part of a larger file.`,
        'Upload it once more without part=1, so that its header is checked.',
      );
  }
  return rows;
}

const changedMeanwhile = () =>
  new Refusal(
    409,
    'changed',
    'The collection, or a blob of this publication, changed while it was stored. Nothing was published.',
    'Ask /api/blobs/missing, upload what it names, and publish again.',
  );

function checkVersionOf(collection: EditableCollection, { kind }: Publication, settings: Settings): void {
  if (collection.kind !== kind)
    throw new Refusal(
      422,
      'wrong-kind',
      `That collection holds a ${collection.kind}, not a ${kind}.`,
      'Make a new collection.',
    );
  if (collection.expires !== null && collection.expires <= Date.now())
    throw new Refusal(410, 'expired', 'The collection has expired.', 'Make a new collection.');
  const { listed, cover, expires } = settings;
  if ([listed, cover, expires].some((setting) => setting !== undefined))
    throw new Refusal(
      422,
      'invalid',
      'listed, cover and expires belong to the collection, which is there already.',
      'Change them with PATCH /api/collections/:id.',
    );
}

async function checkMentioned(db: D1Database, mentioned: (string | null)[]): Promise<void> {
  const ids = [...new Set(mentioned.filter((id) => id !== null))];
  if (ids.length === 0) return;
  const query = `SELECT v.id FROM versions v JOIN collections c ON c.id = v.collection
    WHERE v.id IN (SELECT value FROM json_each(?1)) AND ${isLive('?2')}`;
  const { results } = await db.prepare(query).bind(JSON.stringify(ids), Date.now()).all();
  if (results.length < ids.length)
    throw new Refusal(
      409,
      'no-such-parent',
      'parent or model names a version that is not here.',
      'Leave it out, or name one that is.',
    );
}

async function checkRoom(c: Context<Edge>, collection: EditableCollection | undefined, bytes: number): Promise<void> {
  const { COLLECTION_BYTES, COLLECTION_VERSIONS } = c.env;
  const held = collection
    ? await c.env.DB.prepare('SELECT COUNT(*) AS versions, TOTAL(bytes) AS bytes FROM versions WHERE collection = ?1')
        .bind(collection.id)
        .first<{ versions: number; bytes: number }>()
    : undefined;
  if ((held?.bytes ?? 0) + bytes > COLLECTION_BYTES)
    throw new Refusal(
      413,
      'collection-full',
      `With these ${bytes} bytes the collection would be over ${COLLECTION_BYTES}.`,
      'Make a new collection, or publish less.',
    );
  if ((held?.versions ?? 0) >= COLLECTION_VERSIONS)
    throw new Refusal(
      413,
      'collection-full',
      `The collection has ${COLLECTION_VERSIONS} versions.`,
      'Make a new collection.',
    );
}

/** Milliseconds since 1970, in the future. */
export function checkedExpiry(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time) || time <= Date.now() || time > Date.parse('9999-01-01T00:00:00Z'))
    throw new Refusal(422, 'invalid', `expires is ${text}, which is not in the future.`, 'Name a later time, in UTC.');
  return time;
}

export async function checkCover(db: D1Database, hash: string): Promise<void> {
  const row = (await findBlobs(db, [hash])).get(hash);
  if (!row) throw new Refusal(409, 'not-uploaded', `The cover ${hash} is not here.`, 'Upload it to /api/blobs first.');
  if (row.facts.format !== 'png' || row.bytes > COVER_BYTES)
    throw new Refusal(
      422,
      'unsuitable-cover',
      `The cover is ${row.facts.format} of ${row.bytes} bytes.`,
      `Use a PNG of at most ${COVER_BYTES} bytes.`,
    );
}

interface VersionRow {
  id: string;
  target: string;
  hash: string;
  bytes: number;
  now: number;
  /** What the collection's revision must be for this version to be added. */
  revision: number;
}

function raiseRevision(
  db: D1Database,
  collection: EditableCollection,
  title: string,
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE collections SET revision = revision + 1, title = ?1, updated = ?2
       WHERE id = ?3 AND revision = ?4 AND token_hash = ?5`,
    )
    .bind(title, now, collection.id, collection.revision, collection.token_hash);
}

/**
 * Inserts nothing where the collection was changed or deleted since it was read; the files that follow then break
 * their foreign key, and the whole batch is undone.
 */
function insertVersion(db: D1Database, row: VersionRow, publication: Publication): D1PreparedStatement {
  const { kind, title, description, parent, tasks, model, metadata, files } = publication;
  return db
    .prepare(
      `INSERT INTO versions (id, collection, number, kind, sha256, title, description, details, parent, bytes, file_count, created)
       SELECT ?1, c.id, (SELECT COALESCE(MAX(number), 0) + 1 FROM versions WHERE collection = c.id),
         ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
       FROM collections c WHERE c.id = ?2 AND c.revision = ?12 AND c.removed IS NULL`,
    )
    .bind(
      row.id,
      row.target,
      kind,
      row.hash,
      title,
      description,
      JSON.stringify({ tasks, model, metadata }),
      parent,
      row.bytes,
      files.length,
      row.now,
      row.revision,
    );
}

/** One statement for thousands of files: the list travels as JSON. */
function insertFiles(db: D1Database, version: string, files: readonly DraftFile[]): D1PreparedStatement {
  const rows = files.map(({ path, role, task, pair, sha256: hash }) => [path, role, task ?? null, pair ?? null, hash]);
  return db
    .prepare(
      `INSERT INTO files (version, position, path, role, task, pair, sha256)
       SELECT ?1, key, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?2)`,
    )
    .bind(version, JSON.stringify(rows));
}
