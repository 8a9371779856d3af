import type { MiddlewareHandler } from 'hono';
import type { Edge } from './environment';
import { Refusal } from './refusal';

/** Refuses a body whose length is not stated. Limits are checked against the statement, before a byte is read. */
export const requireLength: MiddlewareHandler<Edge> = async (c, next) => {
  if (c.req.raw.body && c.req.header('content-length') === undefined)
    throw new Refusal(
      411,
      'length-required',
      'The request has a body and no Content-Length.',
      'Send the body with its length; do not send it in chunks.',
    );
  await next();
};

/** Named after what it guards, so that the refusal can say the limit. */
export function atMost(limit: number): MiddlewareHandler<Edge> {
  return async function limitLength(c, next) {
    const length = Number(c.req.header('content-length') ?? 0);
    if (length > limit)
      throw new Refusal(
        413,
        'too-large',
        `The body is ${length} bytes; the limit here is ${limit}.`,
        'Send less at once: a file over 50 MiB travels in parts (see the page /docs).',
      );
    await next();
  };
}
