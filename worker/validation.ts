import type { ValidationTargets } from 'hono';
import { validator } from 'hono-openapi';
import type * as v from 'valibot';
import { Refusal } from './refusal';

/** Hono's validator with this API's refusal: the first thing wrong, and where it stands. */
export function checked<
  Schema extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>,
  Target extends keyof ValidationTargets,
>(target: Target, schema: Schema) {
  return validator(target, schema, (result) => {
    if (result.success) return;
    const issue = result.error[0];
    const where = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    throw new Refusal(
      422,
      'invalid',
      `${target === 'json' ? 'Body' : target}${where ? ` at ${where.slice(0, 200)}` : ''}: ${issue.message.slice(0, 300)}.`,
      'Compare the request with its description at /docs.',
    );
  });
}
