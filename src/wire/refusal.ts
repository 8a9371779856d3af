import * as v from 'valibot';

/** Every reply that is not a success. `error` is for programs, `what` and `fix` are for people. */
export const refusalSchema = v.pipe(
  v.object({
    error: v.pipe(v.string(), v.description('a short stable code, such as wrong-hash')),
    what: v.pipe(v.string(), v.description('what was wrong, with its numbers')),
    fix: v.pipe(v.string(), v.description('what to do about it')),
  }),
  v.metadata({ ref: 'Refusal' }),
);
export type RefusalBody = v.InferOutput<typeof refusalSchema>;

/** What `EdgeClient` throws when the store says no, or cannot be reached (status 0, error `unreachable`). */
export class EdgeRefusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly what: string;
  readonly fix: string;

  /** Seconds after which the store is worth asking again, where it said so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: RefusalBody, { cause, retryAfter }: { cause?: unknown; retryAfter?: number } = {}) {
    super(`${body.what} ${body.fix}`, { cause });
    this.retryAfter = retryAfter;
    this.name = 'EdgeRefusal';
    this.status = status;
    this.error = body.error;
    this.what = body.what;
    this.fix = body.fix;
  }
}
