import { describe, expect, it } from 'vitest';
import { makeImage } from '../../src/imaging/image';
import type { FromThread, ModelInfo, ToThread } from '../../src/training/messages';
import { ThreadError, type ThreadPort, TrainingThread } from '../../src/training/worker_client';

/** A thread that keeps what it is told and says what the test wants. */
class FakePort implements ThreadPort {
  readonly sent: ToThread[] = [];
  readonly transferred: Transferable[] = [];
  terminated = false;
  #message: (event: MessageEvent<FromThread>) => void = () => undefined;
  #error: (event: ErrorEvent) => void = () => undefined;

  postMessage(message: ToThread, transfer: Transferable[] = []): void {
    this.sent.push(message);
    this.transferred.push(...transfer);
  }

  addEventListener(type: 'message' | 'error', listener: never): void {
    if (type === 'message') this.#message = listener;
    else this.#error = listener;
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromThread): void {
    this.#message({ data: message } as MessageEvent<FromThread>);
  }

  crash(message: string): void {
    this.#error({ message, preventDefault: () => undefined } as ErrorEvent);
  }
}

function start() {
  const port = new FakePort();
  const heard: FromThread[] = [];
  const thread = new TrainingThread((message) => heard.push(message), port);
  return { port, heard, thread };
}

const error = { got: 'a', wanted: 'b', fix: 'c' };

describe('TrainingThread', () => {
  it('hands on what answers no request', () => {
    const { port, heard } = start();
    port.say({ kind: 'state', state: 'paused' });
    port.say({ kind: 'error', code: 'failed', error });
    expect(heard.map(({ kind }) => kind)).toEqual(['state', 'error']);
  });

  it('gives each request its own answer', async () => {
    const { port, thread } = start();
    const first = thread.inspect(new ArrayBuffer(1));
    const second = thread.inspect(new ArrayBuffer(2));
    port.say({ kind: 'inspected', id: 2, info: { preset: 'grid' } as ModelInfo });
    port.say({ kind: 'inspected', id: 1, info: { preset: 'tiny' } as ModelInfo });
    expect([(await first).preset, (await second).preset]).toEqual(['tiny', 'grid']);
  });

  it('tells progress, and cancels when asked', async () => {
    const { port, thread } = start();
    const seen: number[] = [];
    const abort = new AbortController();
    const request = { image: makeImage({ x: 1 }, 'uint8'), model: new ArrayBuffer(1) };
    const restoring = thread.restore(request, (done, total) => seen.push(done / total), abort.signal);
    port.say({ kind: 'restoring', id: 1, done: 1, total: 4 });
    abort.abort();
    expect(port.sent.at(-1)).toEqual({ kind: 'cancel', id: 1 });
    port.say({ kind: 'error', id: 1, code: 'failed', error });
    await expect(restoring).rejects.toThrow(ThreadError);
    await expect(restoring).rejects.toMatchObject({ complaint: error, code: 'failed' });
    expect(seen).toEqual([0.25]);
  });

  it('refuses all that is waiting when the thread dies, and says so', async () => {
    const { port, heard, thread } = start();
    const waiting = thread.inspect(new ArrayBuffer(1));
    port.crash('out of memory');
    await expect(waiting).rejects.toThrow('out of memory');
    expect(heard).toMatchObject([{ kind: 'error', code: 'failed' }]);
  });
});
