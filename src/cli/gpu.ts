/** Dawn, the WebGPU of Chromium, in Node. */
import { create, globals } from 'webgpu';
import { Engine } from '../runtime';
import type { Context } from './command';
import { restWhileWaiting } from './rest_while_waiting';

// Dawn aborts the process when the object that create() returns is collected while devices live: keep it referenced.
let gpu: GPU | undefined;

export function nodeGpu(): GPU {
  if (!gpu) {
    Object.assign(globalThis, globals);
    restWhileWaiting(globals);
    gpu = create([]);
  }
  return gpu;
}

/** An engine whose adapter has been named aloud. @param measure time for choosing kernels by measurement */
export async function startEngine({ say }: Context, measure?: { milliseconds: number }): Promise<Engine> {
  const engine = await Engine.create({ gpu: nodeGpu(), measure });
  const { name, software } = engine.adapter;
  say(`adapter: ${name}${software ? ' (a software adapter: results are right, and slow)' : ''}`);
  return engine;
}
