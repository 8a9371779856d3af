/** What passes between the app's benchmark page and the thread that measures. One run a thread; ending it is stopping. */
import type { BenchReport, BenchRow } from './suite';

export type { BenchReport, BenchRow } from './suite';

export interface ToBenchThread {
  rounds: number;
  quick: boolean;
  /** Cases whose name contains it. */
  only?: string;
}

export type FromBenchThread =
  /** The adapter, and the names of all cases in the order in which they are measured. */
  | { kind: 'started'; adapter: string; software: boolean; cases: string[] }
  | { kind: 'row'; row: BenchRow }
  | { kind: 'report'; report: BenchReport }
  | { kind: 'error'; message: string };
