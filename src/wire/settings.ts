import * as v from 'valibot';

export const settingsSchema = v.pipe(
  v.object({
    turnstile: v.pipe(v.nullable(v.string()), v.description('site key, where a new collection needs a challenge')),
    blobBytes: v.number(),
    partBytes: v.number(),
    filesPerVersion: v.number(),
    bytesPerDay: v.pipe(v.number(), v.description('that one sender may upload')),
    collectionBytes: v.number(),
    orphanHours: v.pipe(v.number(), v.description('how long an upload waits for its publication')),
  }),
  v.metadata({ ref: 'Settings' }),
);
export type Settings = v.InferOutput<typeof settingsSchema>;
