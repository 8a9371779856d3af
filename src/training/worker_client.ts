/**
 * The page's side of a training thread: messages typed, buffers moved rather than copied where nobody needs them
 * any more. It knows no DOM beyond `Worker`, and nothing of the engine.
 */
import type { Complaint, FromThread, ModelInfo, ToThread } from './messages';

/** What the client needs of a `Worker`; tests stand in their own. */
export interface ThreadPort {
  postMessage(message: ToThread, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<FromThread>) => void): void;
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void;
  terminate(): void;
}

/** A thread's complaint, as an `Error` for those who await an answer. */
export class ThreadError extends Error {
  constructor(
    readonly complaint: Complaint,
    readonly code: string,
  ) {
    super(`got ${complaint.got}; wanted ${complaint.wanted}; ${complaint.fix}`);
    this.name = 'ThreadError';
  }
}

type Restored = Extract<FromThread, { kind: 'restored' }>;
type RestoreRequest = Omit<Extract<ToThread, { kind: 'restore' }>, 'kind' | 'id'>;

interface Waiting {
  resolve(answer: FromThread): void;
  reject(error: ThreadError): void;
  onProgress?: (done: number, total: number) => void;
}

export class TrainingThread {
  #port: ThreadPort;
  #listener: (message: FromThread) => void;
  #waiting = new Map<number, Waiting>();
  #nextId = 1;

  /** `listener` hears every message that is not the answer to a request made here. */
  constructor(listener: (message: FromThread) => void, port: ThreadPort = startWorker()) {
    this.#port = port;
    this.#listener = listener;
    port.addEventListener('message', (event) => this.#receive(event.data));
    port.addEventListener('error', (event) => {
      event.preventDefault();
      const error: Complaint = {
        got: event.message || 'a training thread that did not load',
        wanted: 'a thread that keeps running',
        fix: 'reload the page; the last automatic checkpoint is kept',
      };
      for (const waiting of this.#waiting.values()) waiting.reject(new ThreadError(error, 'failed'));
      this.#waiting.clear();
      this.#listener({ kind: 'error', code: 'failed', error });
    });
  }

  send(message: ToThread, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  inspect(model: ArrayBuffer): Promise<ModelInfo> {
    return this.#ask((id) => ({ kind: 'inspect', id, model })).then((answer) => {
      if (answer.kind !== 'inspected') throw new Error(`thread answered inspect with ${answer.kind}`);
      return answer.info;
    });
  }

  restore(
    request: RestoreRequest,
    onProgress?: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<Restored> {
    const answer = this.#ask((id) => {
      signal?.addEventListener('abort', () => this.send({ kind: 'cancel', id }), { once: true });
      return { kind: 'restore', id, ...request };
    }, onProgress);
    return answer.then((message) => {
      if (message.kind !== 'restored') throw new Error(`thread answered restore with ${message.kind}`);
      return message;
    });
  }

  terminate(): void {
    this.#port.terminate();
  }

  #ask(build: (id: number) => ToThread, onProgress?: Waiting['onProgress']): Promise<FromThread> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.send(build(id));
    });
  }

  #receive(message: FromThread): void {
    const waiting = 'id' in message && message.id !== undefined ? this.#waiting.get(message.id) : undefined;
    if (!waiting || !('id' in message) || message.id === undefined) {
      this.#listener(message);
      return;
    }
    if (message.kind === 'restoring') {
      waiting.onProgress?.(message.done, message.total);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.kind === 'error') waiting.reject(new ThreadError(message.error, message.code));
    else waiting.resolve(message);
  }
}

function startWorker(): ThreadPort {
  return new Worker(new URL('./training_thread.ts', import.meta.url), { type: 'module', name: 'mendscope training' });
}
