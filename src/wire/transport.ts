import * as v from 'valibot';
import { EdgeRefusal, refusalSchema } from './refusal';

export interface TransportOptions {
  /** For tests, and for whoever must add a header. */
  fetch?: typeof fetch;
  /** How often a request that may be repeated is tried; 5 where left out. */
  attempts?: number;
  /** Milliseconds before the second try, doubled for each further one; 300 where left out. */
  pause?: number;
}

export interface EdgeRequest extends Omit<RequestInit, 'headers'> {
  headers?: Record<string, string>;
  /** Asking twice is as good as asking once: tried again after a broken connection, a 429 or a 5xx. */
  repeatable?: boolean;
}

/** One place where requests are made, repeated and turned into errors. */
export class Transport {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #attempts: number;
  readonly #pause: number;

  constructor(baseUrl: string, { fetch: send, attempts = 5, pause = 300 }: TransportOptions = {}) {
    this.#base = baseUrl.replace(/\/+$/, '');
    this.#fetch = send ?? ((input, init) => fetch(input, init));
    this.#attempts = attempts;
    this.#pause = pause;
  }

  absolute(path: string): string {
    return `${this.#base}${path}`;
  }

  async json<Schema extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>>(
    schema: Schema,
    path: string,
    request: EdgeRequest = {},
  ): Promise<v.InferOutput<Schema>> {
    const response = await this.send(path, request);
    return v.parse(schema, await response.json());
  }

  /** A successful response; anything else is thrown as `EdgeRefusal`. */
  async send(path: string, { repeatable = true, ...request }: EdgeRequest = {}): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#try(path, request);
      if (outcome instanceof Response) return outcome;
      const again = outcome.status === 0 || outcome.status >= 500 || outcome.error === 'rate';
      if (!repeatable || !again || attempt >= this.#attempts) throw outcome;
      const pause = outcome.retryAfter === undefined ? this.#pause * 2 ** (attempt - 1) : outcome.retryAfter * 1000;
      await wait(pause, request.signal);
    }
  }

  async #try(path: string, request: RequestInit): Promise<Response | EdgeRefusal> {
    let response: Response;
    try {
      response = await this.#fetch(this.absolute(path), request);
    } catch (error) {
      request.signal?.throwIfAborted();
      return new EdgeRefusal(
        0,
        {
          error: 'unreachable',
          what: `The store at ${this.#base} cannot be reached.`,
          fix: 'Check the connection and try again: what was uploaded already is kept.',
        },
        { cause: error },
      );
    }
    return response.ok ? response : refusalOf(response);
  }
}

async function refusalOf(response: Response): Promise<EdgeRefusal> {
  const body = v.safeParse(v.pipe(v.string(), v.parseJson(), refusalSchema), await response.text());
  const unknown = {
    error: 'failed',
    what: `The store answered ${response.status}.`,
    fix: 'Try again in a moment.',
  };
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new EdgeRefusal(
    response.status,
    body.success ? body.output : unknown,
    Number.isNaN(retryAfter) ? {} : { retryAfter },
  );
}

function wait(milliseconds: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((done, refuse) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      refuse(signal.reason);
    });
  });
}
