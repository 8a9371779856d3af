import { Hono } from 'hono';
import type { Edge } from './environment';

/** The app's one document, whatever it is opened for: share links, the gallery, a collection. */
export const pages = new Hono<Edge>();

for (const path of ['/', '/index.html', '/m/:id', '/d/:id', '/r/:id', '/c/:id', '/gallery']) {
  pages.get(path, async (c) => {
    const asset = await c.env.ASSETS.fetch(new URL('/', c.req.url), { headers: { accept: 'text/html' } });
    return new Response(asset.body, {
      status: asset.status,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    });
  });
}
