/** Freezes a case: the engine compiles it and runs it once, on a device that is recorded. */
import { Engine } from '../../runtime';
import { compiled, type Filled } from './cases';
import type { Call, FrozenProgram, Reference } from './frozen';
import { Recorder } from './record';

/** @param paragraphs of the file so far; grows */
export async function freeze(gpu: GPU, one: Filled, paragraphs: string[]): Promise<FrozenProgram> {
  const recorder = new Recorder(paragraphs, one.tensors);
  const engine = await Engine.create({ gpu: recorder.watched(gpu) });
  const program = await compiled(engine, one);
  const setup = recorder.take();
  program.run();
  const run = recorder.take();
  const results = await program.read();
  const outputs = outputsOf(results, recorder.take());
  engine.destroy();
  return { setup, run, outputs };
}

/** Reading copies the results out one by one, in their order. */
function outputsOf(
  results: Readonly<Record<string, Float32Array>>,
  reading: readonly Call[],
): FrozenProgram['outputs'] {
  const copies = reading.filter(([, method]) => method === 'copyBufferToBuffer');
  return Object.fromEntries(
    Object.entries(results).map(([name, values], i) => {
      const [from, at] = copies[i][2] as [Reference, number];
      return [name, [from, at, values.byteLength]];
    }),
  );
}
