/** Repeats a frozen program straight on a device, outside the engine. */
import type { Timeable } from '../suite';
import type { Call, FrozenFile, FrozenProgram, Reference, Text, Words } from './frozen';

type Methods = Readonly<Record<string, (...given: unknown[]) => unknown>>;

export interface Replayed extends Timeable {
  /** Results of the latest run. */
  read(): Promise<Record<string, Float32Array>>;
  destroy(): void;
}

/**
 * @param tensors the case's parameters and inputs, which the file names
 * @throws Error where the device refuses what the file says, or a tensor is not there
 */
export async function replay(
  device: GPUDevice,
  { setup, run, outputs }: FrozenProgram,
  paragraphs: FrozenFile['paragraphs'],
  tensors: ReadonlyMap<string, Float32Array>,
): Promise<Replayed> {
  const objects = new Map<string, unknown>([
    ['device', device],
    ['queue', device.queue],
  ]);
  const resolved = (given: unknown): unknown => {
    if (typeof given !== 'object' || given === null) return given;
    if ('of' in given) return objects.get((given as Reference).of);
    if ('text' in given) return (given as Text).text.map((at) => paragraphs[at].join('\n')).join('\n\n');
    if ('words' in given) return valuesOf(given as Words, tensors);
    if (Array.isArray(given)) return given.map(resolved);
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, resolved(item)]));
  };
  const perform = ([on, method]: Call, given: unknown[]): unknown => (objects.get(on) as Methods)[method](...given);
  const keep = ([, , , made]: Call, result: unknown): void => {
    if (made !== undefined) objects.set(made, result);
  };

  let refused: GPUError | null = null;
  device.pushErrorScope('validation');
  try {
    for (const call of setup) keep(call, await perform(call, call[2].map(resolved)));
  } finally {
    refused = await device.popErrorScope();
  }
  if (refused) throw new Error(`the device refuses it: ${refused.message}`);

  // Arguments are made once, but for what the run itself makes: its encoder's commands.
  const fresh = new Set(run.flatMap(([, , , made]) => made ?? []));
  const isFresh = (given: unknown): boolean =>
    typeof given === 'object' &&
    given !== null &&
    ('of' in given ? fresh.has(given.of as string) : Object.values(given).some(isFresh));
  const steps = run.map((call) => ({ call, given: call[2].some(isFresh) ? undefined : call[2].map(resolved) }));

  return {
    run() {
      for (const { call, given } of steps) keep(call, perform(call, given ?? call[2].map(resolved)));
    },
    finished: async () => void (await device.queue.onSubmittedWorkDone()),
    async read() {
      const values: Record<string, Float32Array> = {};
      for (const [name, [from, at, bytes]] of Object.entries(outputs)) {
        const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
        const staging = device.createBuffer({ size: bytes, usage });
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(objects.get(from.of) as GPUBuffer, at, staging, 0, bytes);
        device.queue.submit([encoder.finish()]);
        await staging.mapAsync(GPUMapMode.READ);
        values[name] = new Float32Array(staging.getMappedRange().slice(0));
        staging.destroy();
      }
      return values;
    },
    destroy() {
      for (const object of objects.values()) if (object instanceof GPUBuffer) object.destroy();
    },
  };
}

function valuesOf({ words: count, parts }: Words, tensors: ReadonlyMap<string, Float32Array>): Uint32Array {
  const words = new Uint32Array(count);
  for (const [at, values] of parts) {
    if (typeof values !== 'string') {
      words.set(values, at);
      continue;
    }
    const tensor = tensors.get(values);
    if (!tensor) throw new Error(`it wants a tensor '${values}', which the case has not`);
    words.set(new Uint32Array(tensor.buffer, tensor.byteOffset, tensor.length), at);
  }
  return words;
}
