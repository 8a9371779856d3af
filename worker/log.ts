/**
 * One JSON line for a request. It holds no address, no token, no title and no query: the path is the route's pattern,
 * in which ids stand as `:id`, because whoever knows an id may read the item.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Edge } from './environment';

export const logRequests: MiddlewareHandler<Edge> = async (c, next) => {
  const started = Date.now();
  c.set('requestId', crypto.randomUUID());
  await next();
  c.header('x-request-id', c.get('requestId'));
  if (c.env.LOG_REQUESTS !== 'yes') return;
  console.log(
    JSON.stringify({
      at: new Date(started).toISOString(),
      request: c.get('requestId'),
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      ms: Date.now() - started,
      bytesIn: Number(c.req.header('content-length') ?? 0),
    }),
  );
};

export function logError(c: Context<Edge>, error: Error): void {
  console.error(
    JSON.stringify({ request: c.get('requestId'), method: c.req.method, route: routePath(c, -1), failed: error.stack }),
  );
}

/** For work no request asked for. */
export function logEvent(event: string, numbers: Record<string, number>): void {
  console.log(JSON.stringify({ at: new Date().toISOString(), event, ...numbers }));
}
