import type { ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { RefusalBody } from '../src/wire/refusal';
import type { Edge } from './environment';
import { logError } from './log';

type RefusalStatus = 400 | 401 | 404 | 405 | 409 | 410 | 411 | 412 | 413 | 415 | 416 | 422 | 428 | 429 | 451 | 503;

/** Thrown by handlers; becomes the reply `{error, what, fix}` with its status. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly body: RefusalBody;
  readonly headers: Record<string, string>;

  constructor(status: RefusalStatus, error: string, what: string, fix: string, headers: Record<string, string> = {}) {
    super(`${status} ${error}`);
    this.status = status;
    this.body = { error, what, fix };
    this.headers = headers;
  }
}

/** Wrong id, wrong token, deleted: all alike, so that guessing learns nothing. */
export function notFound(): Refusal {
  return new Refusal(
    404,
    'not-found',
    'There is nothing at this address.',
    'Check that the link is complete. Its owner may have deleted it, and an edit token must belong to its item.',
  );
}

export const replyToError: ErrorHandler<Edge> = (error, c) => {
  if (error instanceof Refusal)
    return c.json(error.body, error.status, { 'cache-control': 'no-store', ...error.headers });
  if (error instanceof HTTPException && error.status === 400)
    return c.json(badJson().body, 400, { 'cache-control': 'no-store' });
  logError(c, error);
  const body: RefusalBody = {
    error: 'failed',
    what: `The store failed to answer request ${c.get('requestId')}.`,
    fix: 'Try again in a moment; if it stays, tell the operator the number of the request.',
  };
  return c.json(body, 500, { 'cache-control': 'no-store' });
};

export function badJson(): Refusal {
  return new Refusal(400, 'bad-json', 'The body is not JSON.', 'Send a JSON object in UTF-8.');
}
