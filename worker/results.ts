import { Hono } from 'hono';
import { PUBLICATION_BYTES } from '../src/wire/limits';
import { publishedSchema, resultDraftSchema } from '../src/wire/publication';
import type { Edge } from './environment';
import { requireImages } from './images';
import { atMost } from './lengths';
import { described } from './openapi';
import { publish, requireUploaded } from './publish';
import { rateLimit } from './rate_limit';
import { Refusal } from './refusal';
import { checked } from './validation';
import { versionRoutes } from './versions';

const ROLES = ['input', 'restored', 'truth'];

export const results = new Hono<Edge>()
  .post(
    '/',
    rateLimit('RATE_PUBLISH'),
    atMost(PUBLICATION_BYTES),
    described({
      summary: 'Publish restored images with the record of how they came to be',
      tag: 'versions',
      ok: { 201: publishedSchema },
      refusals: [400, 401, 404, 409, 410, 411, 413, 415, 422],
    }),
    checked('json', resultDraftSchema),
    async (c) => {
      const {
        title,
        description = '',
        parent = null,
        model = null,
        processing = {},
        files,
        ...settings
      } = c.req.valid('json');
      const odd = files.find((file) => !ROLES.includes(file.role));
      if (odd || !files.some((file) => file.role === 'restored'))
        throw new Refusal(
          422,
          'wrong-roles',
          odd ? `${odd.path} has the role ${odd.role}.` : 'No file has the role restored.',
          'In a result an image is input, restored or truth, and one at least is restored.',
        );
      requireImages(files, await requireUploaded(c.env.DB, files));
      const published = await publish(
        c,
        { kind: 'result', title, description, parent, tasks: [], model, metadata: processing, files },
        settings,
      );
      return c.json(published, 201, { location: `/api/results/${published.id}`, 'cache-control': 'no-store' });
    },
  )
  .route('/', versionRoutes('result'));
