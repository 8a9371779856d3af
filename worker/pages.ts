import { Hono, type NotFoundHandler } from 'hono';
import type { Edge } from './environment';
import { notFound, replyToError } from './refusal';
import { isUnchanged } from './versions';

/** What the app's one document is opened for: its start, a model, a data set. Item pages are the worker's own. */
const ADDRESSES = ['/', '/index.html', '/m/:id', '/d/:id'];

export const pages = new Hono<Edge>();

for (const address of ADDRESSES) {
  pages.get(address, async (c) => {
    const asset = await c.env.ASSETS.fetch(new URL('/', c.req.url));
    const etag = asset.headers.get('etag') ?? '';
    // On 304 too: a browser takes over its headers, and the policy for what is no page would let no script run.
    c.header('content-type', 'text/html; charset=utf-8');
    if (etag !== '' && isUnchanged(c, etag)) {
      await asset.body?.cancel();
      return c.body(null, 304);
    }
    const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' };
    return new Response(asset.body, {
      status: asset.status,
      headers: { ...headers, ...(etag === '' ? {} : { etag }) },
    });
  });
}

/** Other files of the build, such as an icon; then nothing is here. */
export const otherFiles: NotFoundHandler<Edge> = async (c) => {
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
  if (isRead && !c.req.path.startsWith('/api/')) {
    const asset = await c.env.ASSETS.fetch(new URL(c.req.path, c.req.url), { method: c.req.method });
    if (asset.ok) return new Response(asset.body, asset);
    await asset.body?.cancel();
  }
  return replyToError(notFound(), c);
};
