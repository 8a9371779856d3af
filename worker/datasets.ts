import { Hono } from 'hono';
import { PUBLICATION_BYTES } from '../src/wire/limits';
import { type DraftFile, datasetDraftSchema, publishedSchema } from '../src/wire/publication';
import type { Edge } from './environment';
import { requireImages } from './images';
import { atMost } from './lengths';
import { described } from './openapi';
import { publish, requireUploaded } from './publish';
import { rateLimit } from './rate_limit';
import { Refusal } from './refusal';
import { checked } from './validation';
import { versionRoutes } from './versions';

export const datasets = new Hono<Edge>()
  .post(
    '/',
    rateLimit('RATE_PUBLISH'),
    atMost(PUBLICATION_BYTES),
    described({
      summary: 'Publish a data set, or a new version of one',
      description: 'Upload its files to /api/blobs first, in any order and at the same time.',
      tag: 'versions',
      ok: { 201: publishedSchema },
      refusals: [400, 401, 404, 409, 410, 411, 413, 415, 422],
    }),
    checked('json', datasetDraftSchema),
    async (c) => {
      const { title, description = '', parent = null, tasks, files, ...settings } = c.req.valid('json');
      checkRoles(files, new Set(tasks.map((task) => task.name)));
      requireImages(files, await requireUploaded(c.env.DB, files));
      const published = await publish(
        c,
        { kind: 'dataset', title, description, parent, tasks, model: null, metadata: {}, files },
        settings,
      );
      return c.json(published, 201, { location: `/api/datasets/${published.id}`, 'cache-control': 'no-store' });
    },
  )
  .route('/', versionRoutes('dataset'));

const refuse = (what: string, fix: string) => new Refusal(422, 'wrong-roles', what, fix);

function checkRoles(files: readonly DraftFile[], tasks: ReadonlySet<string>): void {
  const pairs = new Map<string, DraftFile['role'][]>();
  for (const { path, role, task, pair } of files) {
    if (role !== 'clean' && role !== 'defective')
      throw refuse(`${path} has the role ${role}.`, 'In a data set an image is clean or defective.');
    if (task !== undefined && !tasks.has(task)) throw refuse(`${path} names the task ${task}.`, 'List it in tasks.');
    if (role === 'defective' && task === undefined)
      throw refuse(`${path} is defective and names no task.`, 'Say which defect it shows.');
    if (pair === undefined) continue;
    if (task === undefined) throw refuse(`${path} is one of a pair and names no task.`, 'Name the task of both.');
    const key = JSON.stringify([task, pair]);
    pairs.set(key, [...(pairs.get(key) ?? []), role]);
  }
  for (const [key, roles] of pairs) {
    if (roles.length !== 2 || roles[0] === roles[1])
      throw refuse(
        `The pair ${key.slice(0, 300)} is ${roles.join(' + ')}.`,
        'A pair is one clean and one defective image.',
      );
  }
}
