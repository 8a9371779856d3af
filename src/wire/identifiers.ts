import * as v from 'valibot';

/** 128 random bits, base64url: knowing it is the permission to read. */
export const idSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{22}$/, 'an id is 22 characters of A–Z a–z 0–9 - _'),
  v.metadata({ ref: 'Id' }),
);

export const sha256Schema = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 lower-case hexadecimal digits'),
  v.metadata({ ref: 'Sha256' }),
);

export const kindSchema = v.pipe(v.picklist(['model', 'dataset', 'result']), v.metadata({ ref: 'Kind' }));
export type Kind = v.InferOutput<typeof kindSchema>;

/** The first letter of a share link's path: `/m/<id>`. */
export const LINK_LETTER: Record<Kind, string> = { model: 'm', dataset: 'd', result: 'r' };

/** ISO 8601, UTC, to the millisecond. */
export const timeSchema = v.pipe(v.string(), v.isoTimestamp(), v.metadata({ ref: 'Time' }));
