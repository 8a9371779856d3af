import { Hono } from 'hono';
import { findMismatch } from '../src/wire/architecture';
import { PUBLICATION_BYTES } from '../src/wire/limits';
import { modelDraftSchema, publishedSchema } from '../src/wire/publication';
import { byteSource, piecesOf } from './blob_store';
import type { Edge } from './environment';
import { withHead } from './formats/byte_source';
import { readSafetensorsHeader } from './formats/safetensors';
import { atMost } from './lengths';
import { described } from './openapi';
import { publish, requireUploaded } from './publish';
import { rateLimit } from './rate_limit';
import { Refusal } from './refusal';
import { checked } from './validation';
import { versionRoutes } from './versions';

export const models = new Hono<Edge>()
  .post(
    '/',
    rateLimit('RATE_PUBLISH'),
    atMost(PUBLICATION_BYTES),
    described({
      summary: 'Publish a model, or a new version of one',
      description:
        'Upload its safetensors file to /api/blobs first. Checked here: its header, that its tensors fill the file, and, ' +
        'where it states a layer table, every name and shape. Whether its numbers are finite is checked by the client.',
      tag: 'versions',
      ok: { 201: publishedSchema },
      refusals: [400, 401, 404, 409, 410, 411, 413, 415, 422],
    }),
    checked('json', modelDraftSchema),
    async (c) => {
      const { title, description = '', parent = null, file, ...settings } = c.req.valid('json');
      const files = [{ ...file, role: 'weights' as const }];
      const blob = (await requireUploaded(c.env.DB, files)).get(file.sha256);
      if (blob?.facts.format !== 'safetensors')
        throw new Refusal(
          415,
          'unknown-format',
          `${file.path} is ${blob?.facts.format}.`,
          'A model is a safetensors file.',
        );
      const source = withHead(byteSource(c.env.BLOBS, await piecesOf(c.env.DB, blob)));
      const { metadata, shapes } = await readSafetensorsHeader(source);
      const mismatch = findMismatch(shapes, metadata);
      if (mismatch !== undefined)
        throw new Refusal(
          422,
          'wrong-shapes',
          `${file.path} is not what it claims: ${mismatch}.`,
          'Publish the file as it was saved, or leave the record out of its metadata.',
        );
      const published = await publish(
        c,
        { kind: 'model', title, description, parent, tasks: [], model: null, metadata, files },
        settings,
      );
      return c.json(published, 201, { location: `/api/models/${published.id}`, 'cache-control': 'no-store' });
    },
  )
  .route('/', versionRoutes('model'));
