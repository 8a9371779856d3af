import type { Context } from 'hono';
import * as v from 'valibot';
import type { Edge } from './environment';
import { Refusal } from './refusal';

const VERIFY = 'https://challenges.cloudflare.com/turnstile/v0/siteverify';
const answerSchema = v.object({ success: v.boolean() });

/** Only where the operator set TURNSTILE_SECRET: a new collection needs a solved challenge. */
export async function checkTurnstile(c: Context<Edge>, answer: string | undefined): Promise<void> {
  const secret = c.env.TURNSTILE_SECRET;
  if (!secret) return;
  if (answer !== undefined && (await isSolved(secret, answer))) return;
  throw new Refusal(
    422,
    'challenge',
    answer === undefined
      ? 'This store asks for a Turnstile challenge.'
      : 'The Turnstile challenge was not solved, or is used up.',
    'Solve the challenge on the page and send its answer as turnstile.',
  );
}

async function isSolved(secret: string, answer: string): Promise<boolean> {
  const reply = await fetch(VERIFY, { method: 'POST', body: new URLSearchParams({ secret, response: answer }) });
  if (!reply.ok)
    throw new Refusal(503, 'challenge-unchecked', `Turnstile answered ${reply.status}.`, 'Try again in a moment.');
  return v.parse(answerSchema, await reply.json()).success;
}
