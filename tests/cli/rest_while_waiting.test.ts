import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { restUntil, restWhileWaiting } from '../../src/cli/rest_while_waiting';

/** Turns of the event loop while `work` is awaited, as a binding that asks in every turn makes them. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let [turns, over] = [0, false];
  const ask = (): void => {
    turns++;
    if (!over) setImmediate(ask);
  };
  ask();
  await work;
  over = true;
  return turns;
}

test('a thread that waits asks a few hundred times a second, not as often as it can', async () => {
  const spinning = await turnsDuring(pause(300));
  const cpu = process.cpuUsage();
  const resting = await turnsDuring(restUntil(pause(300)));
  const { user, system } = process.cpuUsage(cpu);
  expect(spinning).toBeGreaterThan(5000);
  expect(resting).toBeLessThan(1500);
  expect((user + system) / 1000).toBeLessThan(200);
});

test('what was awaited arrives as it was, and so does what failed', async () => {
  await expect(restUntil(Promise.resolve(7))).resolves.toBe(7);
  await expect(restUntil(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  const start = performance.now();
  await turnsDuring(pause(20));
  expect(await turnsDuring(pause(50))).toBeGreaterThan(500);
  expect(performance.now() - start).toBeLessThan(2000);
});

test('methods keep their object, their arguments and what they return', async () => {
  class GPUQueue {
    async onSubmittedWorkDone(): Promise<string> {
      return this.constructor.name;
    }
  }
  class GPUBuffer {
    async mapAsync(mode: number): Promise<number> {
      return mode;
    }
  }
  class GPUDevice {
    async createComputePipelineAsync(): Promise<never> {
      throw new TypeError('refused');
    }
  }
  restWhileWaiting({ GPUQueue, GPUBuffer, GPUDevice });
  expect(await new GPUQueue().onSubmittedWorkDone()).toBe('GPUQueue');
  expect(await new GPUBuffer().mapAsync(3)).toBe(3);
  await expect(new GPUDevice().createComputePipelineAsync()).rejects.toThrow('refused');
  expect(() => restWhileWaiting({ GPUQueue, GPUBuffer })).toThrow(/GPUDevice/);
});
