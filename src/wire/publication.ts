/**
 * What is published: an immutable version of a model, a data set or a result, which lists its files by SHA-256.
 * `…Draft` is what a client sends, `…Record` what the store answers.
 */
import * as v from 'valibot';
import { idSchema, kindSchema, sha256Schema, timeSchema } from './identifiers';
import { FILES_PER_VERSION, PARTS_PER_FILE, PIXELS_PER_IMAGE } from './limits';

/** Control characters would let a title rewrite a terminal or a log line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
const CONTROL_BUT_NEWLINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const line = (longest: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1),
    v.maxLength(longest),
    v.check((text) => !CONTROL.test(text), 'control characters are not allowed'),
  );

export const titleSchema = line(200);
export const descriptionSchema = v.pipe(
  v.string(),
  v.maxLength(4000),
  v.check((text) => !CONTROL_BUT_NEWLINES.test(text), 'control characters are not allowed'),
);
export const taskNameSchema = line(100);

function isPlainPath(path: string): boolean {
  const segments = path.split('/');
  return !/[\\:]/.test(path) && segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** A relative path that stays in its folder on every system. */
export const filePathSchema = v.pipe(
  line(300),
  v.check(isPlainPath, 'a path is relative, with / between its parts and no empty, . or .. part, no \\ and no :'),
  v.metadata({ ref: 'FilePath' }),
);

export const roleSchema = v.pipe(
  v.picklist(['weights', 'clean', 'defective', 'input', 'restored', 'truth']),
  v.description(
    'weights: the file of a model; clean, defective: images of a data set, a pair where two share `pair` and `task`; ' +
      'input, restored, truth: images of a result',
  ),
  v.metadata({ ref: 'Role' }),
);
export type Role = v.InferOutput<typeof roleSchema>;

export const draftFileSchema = v.pipe(
  v.strictObject({
    path: filePathSchema,
    role: roleSchema,
    task: v.optional(taskNameSchema),
    pair: v.optional(line(300)),
    sha256: v.pipe(sha256Schema, v.description('of the file; of its list of parts where it was uploaded in parts')),
    bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  }),
  v.metadata({ ref: 'DraftFile' }),
);
export type DraftFile = v.InferOutput<typeof draftFileSchema>;

const expiresSchema = v.pipe(timeSchema, v.description('after this the link answers 410'));

/** Settings of a new collection; sent only without `collection`. */
const collectionSettings = {
  listed: v.optional(v.pipe(v.boolean(), v.description('show it in the public gallery; false where left out'))),
  cover: v.optional(v.pipe(sha256Schema, v.description('a PNG, uploaded like any blob'))),
  expires: v.optional(expiresSchema),
  turnstile: v.optional(v.pipe(v.string(), v.maxLength(4096), v.description('where the operator asks for it'))),
};

const versionText = {
  title: titleSchema,
  description: v.optional(descriptionSchema),
  collection: v.optional(
    v.pipe(idSchema, v.description('add a version to this collection; needs its edit token as Bearer')),
  ),
  parent: v.optional(v.pipe(idSchema, v.description('the version this one was made from: a fork'))),
};

export const modelDraftSchema = v.pipe(
  v.strictObject({
    ...versionText,
    ...collectionSettings,
    file: v.strictObject({ path: filePathSchema, sha256: sha256Schema, bytes: draftFileSchema.pipe[0].entries.bytes }),
  }),
  v.metadata({ ref: 'ModelDraft' }),
);
export type ModelDraft = v.InferInput<typeof modelDraftSchema>;

export const taskSchema = v.strictObject({
  name: taskNameSchema,
  axial: v.pipe(v.boolean(), v.description('the defect has a direction: rows are the bad axis')),
});

export const datasetDraftSchema = v.pipe(
  v.strictObject({
    ...versionText,
    ...collectionSettings,
    tasks: v.pipe(v.array(taskSchema), v.minLength(1), v.maxLength(100)),
    files: v.pipe(v.array(draftFileSchema), v.minLength(1), v.maxLength(FILES_PER_VERSION)),
  }),
  v.metadata({ ref: 'DatasetDraft' }),
);
export type DatasetDraft = v.InferInput<typeof datasetDraftSchema>;

export const processingSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
    v.union([v.pipe(v.string(), v.maxLength(2000)), v.number(), v.boolean(), v.null()]),
  ),
  v.check((record) => Object.keys(record).length <= 200, 'at most 200 entries'),
  v.metadata({ ref: 'Processing' }),
);

export const resultDraftSchema = v.pipe(
  v.strictObject({
    ...versionText,
    ...collectionSettings,
    model: v.optional(v.pipe(idSchema, v.description('the model version that restored it'))),
    processing: v.optional(v.pipe(processingSchema, v.description('task, normalisation, adapter: the record'))),
    files: v.pipe(v.array(draftFileSchema), v.minLength(1), v.maxLength(100)),
  }),
  v.metadata({ ref: 'ResultDraft' }),
);
export type ResultDraft = v.InferInput<typeof resultDraftSchema>;

/** What the store itself read in a file's header. */
export const factsSchema = v.pipe(
  v.object({
    format: v.picklist(['safetensors', 'tiff', 'png', 'npy', 'npz', 'part']),
    width: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(PIXELS_PER_IMAGE))),
    height: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(PIXELS_PER_IMAGE))),
    bitsPerSample: v.optional(v.number()),
    shape: v.optional(v.array(v.number())),
    tensors: v.optional(v.number()),
    parameters: v.optional(v.number()),
  }),
  v.metadata({ ref: 'Facts' }),
);
export type Facts = v.InferOutput<typeof factsSchema>;

export const fileRecordSchema = v.pipe(
  v.object({
    ...draftFileSchema.pipe[0].entries,
    facts: factsSchema,
    parts: v.optional(
      v.pipe(v.array(v.object({ sha256: sha256Schema, bytes: v.number() })), v.maxLength(PARTS_PER_FILE)),
    ),
    url: v.pipe(v.string(), v.description('where its bytes are: GET, Range, immutable')),
  }),
  v.metadata({ ref: 'FileRecord' }),
);
export type FileRecord = v.InferOutput<typeof fileRecordSchema>;

export const versionRecordSchema = v.pipe(
  v.object({
    kind: kindSchema,
    id: idSchema,
    collection: idSchema,
    number: v.pipe(v.number(), v.description('1 is the first version of its collection')),
    title: v.string(),
    description: v.string(),
    created: timeSchema,
    sha256: v.pipe(sha256Schema, v.description('of the manifest, which names every file by SHA-256')),
    bytes: v.number(),
    fileCount: v.number(),
    parent: v.nullable(idSchema),
    tasks: v.array(taskSchema),
    model: v.nullable(idSchema),
    metadata: v.pipe(
      v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()])),
      v.description('of a model: its safetensors metadata; of a result: how it was processed'),
    ),
    files: v.pipe(v.array(fileRecordSchema), v.description('the first 100')),
    nextFiles: v.pipe(v.nullable(v.string()), v.description('cursor for GET …/files, null where all are here')),
    alias: v.optional(v.pipe(v.literal('latest'), v.description('asked for as latest: another answer tomorrow'))),
    link: v.pipe(v.string(), v.description('the share link; it shows this version for ever')),
  }),
  v.metadata({ ref: 'VersionRecord' }),
);
export type VersionRecord = v.InferOutput<typeof versionRecordSchema>;

export const filesPageSchema = v.pipe(
  v.object({ files: v.array(fileRecordSchema), next: v.nullable(v.string()) }),
  v.metadata({ ref: 'FilesPage' }),
);
export type FilesPage = v.InferOutput<typeof filesPageSchema>;

export const publishedSchema = v.pipe(
  v.object({
    id: idSchema,
    collection: idSchema,
    number: v.number(),
    sha256: sha256Schema,
    link: v.string(),
    editToken: v.optional(v.pipe(v.string(), v.description('only for a new collection, and only this once'))),
  }),
  v.metadata({ ref: 'Published' }),
);
export type Published = v.InferOutput<typeof publishedSchema>;
