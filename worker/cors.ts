import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Edge } from './environment';

/** CORS_ORIGINS decides whose pages may call the API; no cookie or other ambient right is ever involved. */
export const allowOrigins: MiddlewareHandler<Edge> = async (c, next) => {
  const allowed = c.env.CORS_ORIGINS.split(/\s+/).filter((origin) => origin !== '');
  if (allowed.length === 0) return next();
  const handler = cors({
    origin: allowed.includes('*') ? '*' : allowed,
    allowHeaders: ['authorization', 'content-type', 'if-match', 'if-none-match', 'range'],
    allowMethods: ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE'],
    exposeHeaders: ['etag', 'content-range', 'content-location', 'location', 'retry-after', 'x-request-id'],
    maxAge: 86_400,
  });
  return handler(c, next);
};
