/** Records what the engine tells WebGPU: a device whose methods note each call before they do what they always do. */
import type { Call, Part, Reference, Text, Words } from './frozen';

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** By class, what is recorded; what is not only looks or waits. */
const RECORDED: Readonly<Record<string, RegExp>> = {
  GPUDevice: /^create/,
  GPUQueue: /^(?:write|submit)/,
  GPUCommandEncoder: /./,
  GPUComputePassEncoder: /./,
};

/** What is made by methods that are not called after it. */
const KINDS: Readonly<Record<string, string>> = { beginComputePass: 'Pass', finish: 'Commands' };

/** What is written to buffers besides the case's tensors: sizes, strides and factors. */
const MOST_WORDS = 8192;

export class Recorder {
  private readonly names = new Map<object, string>();
  private readonly made: Record<string, number> = {};
  private calls: Call[] = [];

  /**
   * @param paragraphs of the texts of all programs of a file; grows
   * @param tensors what the case's parameters and inputs hold, to be named rather than written out
   */
  constructor(
    private readonly paragraphs: string[],
    private readonly tensors: ReadonlyMap<string, Float32Array>,
  ) {}

  /** `gpu` with devices that are recorded. */
  watched(gpu: GPU): GPU {
    const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
      const adapter = await gpu.requestAdapter(options);
      if (!adapter) return null;
      const requestDevice = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (descriptor) => {
        const device = await requestDevice(descriptor);
        this.tap(device, 'device');
        this.tap(device.queue, 'queue');
        return device;
      };
      return adapter;
    };
    return { requestAdapter } as GPU;
  }

  /** The calls since this was last asked. */
  take(): Call[] {
    const calls = this.calls;
    this.calls = [];
    return calls;
  }

  private tap(target: object, name: string): void {
    this.names.set(target, name);
    const recorded = RECORDED[target.constructor.name];
    if (!recorded) return;
    for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(target))) {
      const original: unknown = method === 'constructor' ? undefined : Reflect.get(target, method);
      if (typeof original !== 'function' || !recorded.test(method)) continue;
      const call = (...given: unknown[]): unknown => {
        const noted = given.map((argument) => this.noted(argument));
        const result = (original as Method).apply(target, given);
        return this.note([name, method, noted], result);
      };
      Object.defineProperty(target, method, { value: call });
    }
  }

  /** Keeps the call, with a name for what it made or promised to make. */
  private note(call: Call, result: unknown): unknown {
    if (typeof result !== 'object' || result === null) {
      this.calls.push(call);
      return result;
    }
    const kind = KINDS[call[1]] ?? call[1].replace(/^create|Async$/g, '');
    this.made[kind] = (this.made[kind] ?? 0) + 1;
    const name = `${kind} ${this.made[kind]}`;
    this.calls.push([call[0], call[1], call[2], name]);
    const named = (object: object): object => {
      this.tap(object, name);
      return object;
    };
    return result instanceof Promise ? result.then(named) : named(result);
  }

  private noted(given: unknown): unknown {
    if (typeof given === 'string' && given.includes('\n')) return this.text(given);
    if (typeof given !== 'object' || given === null) return given;
    if (given instanceof Float32Array || given instanceof Uint32Array) return wordsOf(given, this.tensors);
    if (ArrayBuffer.isView(given) || given instanceof ArrayBuffer)
      throw new Error(
        `the guard records 32-bit words, not a ${given.constructor.name}; teach src/bench/guard/record.ts`,
      );
    const name = this.names.get(given);
    if (name !== undefined) return { of: name } satisfies Reference;
    if (Array.isArray(given)) return given.map((item) => this.noted(item));
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, this.noted(item)]));
  }

  private text(text: string): Text {
    const placeOf = (paragraph: string): number => {
      const known = this.paragraphs.indexOf(paragraph);
      return known >= 0 ? known : this.paragraphs.push(paragraph) - 1;
    };
    return { text: text.split('\n\n').map(placeOf) };
  }
}

/** Tensors of the case where they lie whole, then what else is not zero. @throws Error where that is much */
export function wordsOf(data: Float32Array | Uint32Array, tensors: ReadonlyMap<string, Float32Array>): Words {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length).slice();
  const parts: Part[] = [];
  for (const [name, values] of tensors) {
    const wanted = new Uint32Array(values.buffer, values.byteOffset, values.length);
    const at = wanted.some((word) => word !== wanted[0]) ? placeOf(wanted, words) : -1;
    if (at < 0) continue;
    parts.push([at, name]);
    words.fill(0, at, at + wanted.length);
  }
  let kept = 0;
  for (let from = words.findIndex((word) => word !== 0); from >= 0; ) {
    let end = from;
    while (words[end]) end++;
    parts.push([from, [...words.subarray(from, end)]]);
    kept += end - from;
    while (end < words.length && words[end] === 0) end++;
    from = end < words.length ? end : -1;
  }
  if (kept > MOST_WORDS) throw new Error(`a write of ${kept} words that are of no tensor of the guard's case`);
  return { words: data.length, parts };
}

function placeOf(wanted: Uint32Array, words: Uint32Array): number {
  let at = words.indexOf(wanted[0]);
  while (at >= 0 && at + wanted.length <= words.length) {
    const from = at;
    if (wanted.every((word, i) => words[from + i] === word)) return at;
    at = words.indexOf(wanted[0], at + 1);
  }
  return -1;
}
