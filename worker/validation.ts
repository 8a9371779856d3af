import type { ValidationTargets } from 'hono';
import { validator } from 'hono-openapi';
import type * as v from 'valibot';
import { Refusal } from './refusal';

/** Hono's validator with this API's refusal: the first thing wrong, and where it stands. */
export function checked<
  Schema extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>,
  Target extends keyof ValidationTargets,
>(target: Target, schema: Schema) {
  return validator(target, schema, (result, c) => {
    if (result.success) return;
    if (target === 'json' && !/^application\/json\b/i.test(c.req.header('content-type') ?? '')) throw notJson();
    const issue = result.error[0];
    const where = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    throw new Refusal(
      422,
      'invalid',
      `${target === 'json' ? 'Body' : target}${where ? ` at ${where.slice(0, 200)}` : ''}: ${plain(issue.message)}.`,
      'Compare the request with its description at /docs.',
    );
  });
}

const notJson = () =>
  new Refusal(415, 'not-json', 'The body is not said to be JSON.', 'Send it with Content-Type: application/json.');

/** Valibot's words for a field that is not there are a program's. */
function plain(message: string): string {
  return message.slice(0, 300).replace(/^Invalid key: Expected "(\w+)" but received undefined/, '$1 is missing');
}
