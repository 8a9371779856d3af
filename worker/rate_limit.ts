import type { MiddlewareHandler } from 'hono';
import type { Bindings, Edge } from './environment';
import { Refusal } from './refusal';
import { networkOf } from './sender';

type Rate = 'RATE_READ' | 'RATE_UPLOAD' | 'RATE_PUBLISH' | 'RATE_EDIT';

/** Per sender and per action; the numbers are in wrangler.toml. */
export function rateLimit(rate: Rate): MiddlewareHandler<Edge> {
  return async function limitRate(c, next) {
    const limiter: Bindings[Rate] = c.env[rate];
    const { success } = await limiter.limit({ key: networkOf(c) });
    if (!success)
      throw new Refusal(429, 'rate', 'Too many requests of this kind in the last minute.', 'Wait a minute and go on.', {
        'retry-after': '60',
      });
    await next();
  };
}
