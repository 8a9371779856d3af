import * as v from 'valibot';
import { sha256Schema } from './identifiers';
import { HASHES_PER_QUESTION, PARTS_PER_FILE } from './limits';
import { factsSchema } from './publication';

export const storedBlobSchema = v.pipe(
  v.object({
    sha256: sha256Schema,
    bytes: v.number(),
    stored: v.pipe(v.picklist(['new', 'already']), v.description('already: the store had these bytes')),
    facts: factsSchema,
  }),
  v.metadata({ ref: 'StoredBlob' }),
);
export type StoredBlob = v.InferOutput<typeof storedBlobSchema>;

export const hashesSchema = v.pipe(
  v.strictObject({ sha256: v.pipe(v.array(sha256Schema), v.minLength(1), v.maxLength(HASHES_PER_QUESTION)) }),
  v.metadata({ ref: 'Hashes' }),
);

export const missingSchema = v.pipe(
  v.object({ missing: v.array(sha256Schema) }),
  v.description('of the hashes asked about, those the store does not hold'),
  v.metadata({ ref: 'Missing' }),
);

export const partsSchema = v.pipe(
  v.strictObject({ parts: v.pipe(v.array(sha256Schema), v.minLength(2), v.maxLength(PARTS_PER_FILE)) }),
  v.metadata({ ref: 'Parts' }),
);

/** What is hashed for the address of a file in parts; both ends compute it. */
export function partsText(parts: readonly string[]): string {
  return `mendscope parts 1\n${parts.join('\n')}\n`;
}
