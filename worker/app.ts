import { Hono } from 'hono';
import { blobs } from './blobs';
import { collections } from './collections';
import { allowOrigins } from './cors';
import { covers } from './covers';
import { datasets } from './datasets';
import { documentation } from './documentation';
import { drainBody } from './drain';
import type { Edge } from './environment';
import { gallery } from './gallery';
import { secureHeaders } from './headers';
import { itemPages } from './item_pages';
import { joinedBlobs } from './joined_blobs';
import { requireLength } from './lengths';
import { lineage } from './lineage';
import { logRequests } from './log';
import { models } from './models';
import { operator } from './operator';
import { otherFiles, pages } from './pages';
import { privacy } from './privacy';
import { replyToError } from './refusal';
import { results } from './results';
import { service } from './service';

export const app = new Hono<Edge>()
  .use(logRequests)
  .use(secureHeaders)
  .use(drainBody)
  .use('/api/*', allowOrigins)
  .use('/api/*', requireLength)
  .route('/api', service)
  .route('/api/blobs', joinedBlobs)
  .route('/api/blobs', blobs)
  .route('/api/models', models)
  .route('/api/datasets', datasets)
  .route('/api/results', results)
  .route('/api/collections', collections)
  .route('/api/lineage', lineage)
  .route('/api/gallery', gallery)
  .route('/api/covers', covers)
  .route('/api/operator', operator);

app.route('/', documentation(app));
app.route('/', privacy);
app.route('/', itemPages);
app.route('/', pages);

app.onError(replyToError);
app.notFound(otherFiles);
