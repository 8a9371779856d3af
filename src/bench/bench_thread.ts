/// <reference lib="webworker" />
/** The suite in a thread of its own, so that the page stays alive while a device is measured. */
import { Engine } from '../runtime';
import type { FromBenchThread, ToBenchThread } from './messages';
import { benchmark, casesFor } from './suite';

const thread = self as unknown as DedicatedWorkerGlobalScope;
const say = (message: FromBenchThread): void => thread.postMessage(message);

thread.addEventListener('message', ({ data }: MessageEvent<ToBenchThread>) => {
  measure(data).catch((error) =>
    say({ kind: 'error', message: error instanceof Error ? error.message : String(error) }),
  );
});

async function measure(options: ToBenchThread): Promise<void> {
  const engine = await Engine.create({ gpu: navigator.gpu });
  const { name, software } = engine.adapter;
  say({ kind: 'started', adapter: name, software, cases: casesFor(options).map((one) => one.name) });
  const rows = benchmark(engine, options);
  for (;;) {
    const { value, done } = await rows.next();
    if (done) return say({ kind: 'report', report: value });
    say({ kind: 'row', row: value });
  }
}
