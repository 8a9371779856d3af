import * as v from 'valibot';
import { idSchema, kindSchema, sha256Schema, timeSchema } from './identifiers';

export const versionSummarySchema = v.pipe(
  v.object({
    id: idSchema,
    number: v.number(),
    title: v.string(),
    created: timeSchema,
    bytes: v.number(),
    fileCount: v.number(),
    sha256: sha256Schema,
    parent: v.nullable(idSchema),
    link: v.string(),
  }),
  v.metadata({ ref: 'VersionSummary' }),
);
export type VersionSummary = v.InferOutput<typeof versionSummarySchema>;

export const collectionSchema = v.pipe(
  v.object({
    id: idSchema,
    kind: kindSchema,
    title: v.pipe(v.string(), v.description("the latest version's")),
    listed: v.boolean(),
    cover: v.nullable(sha256Schema),
    expires: v.nullable(timeSchema),
    created: timeSchema,
    updated: timeSchema,
    latest: v.pipe(idSchema, v.description('an alias: it moves when a version is added')),
    versions: v.array(versionSummarySchema),
    next: v.pipe(v.nullable(v.string()), v.description('cursor for older versions')),
    link: v.string(),
  }),
  v.metadata({ ref: 'Collection' }),
);
export type Collection = v.InferOutput<typeof collectionSchema>;

export const collectionChangeSchema = v.pipe(
  v.strictObject({
    listed: v.optional(v.boolean()),
    cover: v.optional(v.nullable(sha256Schema)),
    expires: v.optional(v.nullable(timeSchema)),
  }),
  v.check((change) => Object.keys(change).length > 0, 'nothing to change'),
  v.metadata({ ref: 'CollectionChange' }),
);
export type CollectionChange = v.InferInput<typeof collectionChangeSchema>;

export const newTokenSchema = v.pipe(v.object({ editToken: v.string() }), v.metadata({ ref: 'NewToken' }));

export const galleryItemSchema = v.pipe(
  v.object({
    collection: idSchema,
    kind: kindSchema,
    latest: idSchema,
    title: v.string(),
    description: v.string(),
    cover: v.nullable(v.pipe(v.string(), v.description('address of a PNG'))),
    versions: v.number(),
    updated: timeSchema,
    link: v.pipe(v.string(), v.description('to the latest version')),
  }),
  v.metadata({ ref: 'GalleryItem' }),
);
export type GalleryItem = v.InferOutput<typeof galleryItemSchema>;

export const galleryPageSchema = v.pipe(
  v.object({ items: v.array(galleryItemSchema), next: v.nullable(v.string()) }),
  v.metadata({ ref: 'GalleryPage' }),
);
export type GalleryPage = v.InferOutput<typeof galleryPageSchema>;

export const lineageSchema = v.pipe(
  v.object({
    ancestors: v.pipe(
      v.array(v.object({ id: idSchema, title: v.nullable(v.string()), kind: v.nullable(kindSchema) })),
      v.description('nearest first; title and kind are null where that version is gone'),
    ),
    forks: v.pipe(
      v.array(v.object({ id: idSchema, title: v.string(), kind: kindSchema })),
      v.description('made from this version, listed ones only'),
    ),
  }),
  v.metadata({ ref: 'Lineage' }),
);
export type Lineage = v.InferOutput<typeof lineageSchema>;
