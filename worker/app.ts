import { Hono } from 'hono';
import { blobs } from './blobs';
import { datasets } from './datasets';
import { drainBody } from './drain';
import type { Edge } from './environment';
import { secureHeaders } from './headers';
import { requireLength } from './lengths';
import { logRequests } from './log';
import { models } from './models';
import { pages } from './pages';
import { notFound, replyToError } from './refusal';
import { results } from './results';

export const app = new Hono<Edge>()
  .use(logRequests)
  .use(secureHeaders)
  .use(drainBody)
  .use('/api/*', requireLength)
  .route('/api/blobs', blobs)
  .route('/api/models', models)
  .route('/api/datasets', datasets)
  .route('/api/results', results)
  .route('/', pages);

app.onError(replyToError);
app.notFound((c) => replyToError(notFound(), c));
