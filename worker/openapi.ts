import { describeRoute, resolver } from 'hono-openapi';
import type * as v from 'valibot';
import { refusalSchema } from '../src/wire/refusal';

type AnySchema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

interface Description {
  summary: string;
  description?: string;
  tag: 'blobs' | 'versions' | 'collections' | 'gallery' | 'operator' | 'service';
  /** Status of success → its body's schema, or the words for a body that is no JSON. */
  ok: Record<number, AnySchema | string>;
  /** Statuses this route may refuse with, besides 429. */
  refusals?: number[];
  bytesIn?: boolean;
  token?: 'edit' | 'operator';
}

const MEANING: Record<number, string> = {
  304: 'Not changed',
  400: 'Not JSON, or a body that broke off',
  401: 'No token',
  404: 'Nothing here, or the token is not for it',
  409: 'It changed meanwhile, or something it names is gone',
  410: 'Expired or taken down',
  411: 'No Content-Length',
  412: 'If-Match names an older revision',
  413: 'Too large',
  415: 'Not a format this store keeps',
  416: 'No such range',
  422: 'The content is not what it should be',
  428: 'If-Match is missing',
  429: 'Too many requests, or the quota is used up',
  451: 'Taken down by the operator',
};

/** What the API description says of a route; its inputs are added by the validators themselves. */
export function described({ summary, description, tag, ok, refusals = [], bytesIn, token }: Description) {
  const successes = Object.entries(ok).map(([status, schema]) => [
    status,
    typeof schema === 'string'
      ? { description: schema }
      : { description: 'Done', content: { 'application/json': { schema: resolver(schema) } } },
  ]);
  const failures = [...refusals, 429].map((status) => [
    status,
    { description: MEANING[status], content: { 'application/json': { schema: resolver(refusalSchema) } } },
  ]);
  return describeRoute({
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    ...(token ? { security: [{ [`${token}Token`]: [] }] } : {}),
    ...(bytesIn
      ? {
          requestBody: {
            required: true,
            content: { 'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } } },
          },
        }
      : {}),
    responses: Object.fromEntries([...successes, ...failures]),
  });
}
