/**
 * Dawn's Node binding asks the device whether it is done, again and again, for as long as anything is awaited: that
 * takes a whole core, which a software adapter has to share. Here the thread sleeps between two questions.
 */

/** What is asked for with a promise, by the class that has it. */
const AWAITED = {
  GPUQueue: ['onSubmittedWorkDone'],
  GPUBuffer: ['mapAsync'],
  GPUDevice: ['createComputePipelineAsync'],
} as const;

type Method = (...args: unknown[]) => Promise<unknown>;

/** Sleeps while the methods of `classes` (Dawn's) that take time are awaited. */
export function restWhileWaiting(classes: object): void {
  const named = classes as Readonly<Record<string, { prototype: object } | undefined>>;
  for (const [name, methods] of Object.entries(AWAITED)) {
    const owner = named[name]?.prototype as Record<string, Method> | undefined;
    if (!owner)
      throw new Error(`no ${name} among the classes of this WebGPU binding; see whether its names have changed`);
    for (const method of methods) {
      const original = owner[method];
      owner[method] = function resting(this: unknown, ...args: unknown[]) {
        return restUntil(original.apply(this, args));
      };
    }
  }
}

/** Sleep is a share of the time waited so far, so that what is done at once is noticed at once. */
const SHARE = 0.05;
const SHORTEST_MS = 0.05;
const LONGEST_MS = 1;

const never = new Int32Array(new SharedArrayBuffer(4));
let awaited = 0;
let resting = false;
let since = 0;

/** The promise itself; until it is settled this thread sleeps once in every turn of the event loop. */
export function restUntil<T>(work: Promise<T>): Promise<T> {
  awaited++;
  since = performance.now();
  const done = (): void => void awaited--;
  work.then(done, done);
  if (!resting) {
    resting = true;
    setImmediate(rest);
  }
  return work;
}

function rest(): void {
  resting = awaited > 0;
  if (!resting) return;
  const milliseconds = Math.min(LONGEST_MS, SHARE * (performance.now() - since));
  if (milliseconds >= SHORTEST_MS) Atomics.wait(never, 0, 0, milliseconds);
  setImmediate(rest);
}
