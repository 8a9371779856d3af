import type { MiddlewareHandler } from 'hono';
import { BLOB_BYTES } from '../src/wire/limits';
import type { Edge } from './environment';

/**
 * Reads what a handler left unread. A reply sent while the body is still arriving makes the local server fail
 * (workers-sdk #15203) and elsewhere breaks the connection before the sender has seen the reply.
 */
export const drainBody: MiddlewareHandler<Edge> = async (c, next) => {
  await next();
  const body = c.req.raw.body;
  if (!body || c.req.raw.bodyUsed) return;
  const reader = body.getReader();
  let read = 0;
  try {
    while (read <= 2 * BLOB_BYTES) {
      const { done, value } = await reader.read();
      if (done) return;
      read += value.byteLength;
    }
    await reader.cancel();
  } catch (error) {
    // The sender hung up: nobody is left to answer.
    console.log(JSON.stringify({ request: c.get('requestId'), hungUp: (error as Error).name }));
  }
};
