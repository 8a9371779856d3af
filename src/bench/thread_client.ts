/** The page's side of a benchmark thread. */
import type { FromBenchThread, ToBenchThread } from './messages';

/** Begins a run and returns what ends it. */
export function startBenchmark(options: ToBenchThread, listener: (message: FromBenchThread) => void): () => void {
  const worker = new Worker(new URL('./bench_thread.ts', import.meta.url), {
    type: 'module',
    name: 'mendscope benchmark',
  });
  worker.addEventListener('message', ({ data }: MessageEvent<FromBenchThread>) => listener(data));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    listener({ kind: 'error', message: event.message || 'the benchmark thread did not load' });
  });
  worker.postMessage(options);
  return () => worker.terminate();
}
