/** A training run as the page shows it: what the thread's messages make of it, one after the other. */
import type { Complaint, ErrorCode, FromThread, ModelInfo, Phase, PlanInfo, PreviewRow } from '../training/messages';

export type RunStatus = 'idle' | 'starting' | 'running' | 'paused' | 'stopping' | 'finished' | 'failed';
export type TrainingPhase = Exclude<Phase, 'compiling'>;

/** Steps and, under the same index, each term's value; NaN where a term was not logged. */
export interface LossSeries {
  steps: number[];
  terms: Record<string, number[]>;
}

export interface RunState {
  status: RunStatus;
  phase: Phase | undefined;
  progress: Partial<Record<Phase, { step: number; steps: number }>>;
  secondsLeft: number | undefined;
  losses: Record<TrainingPhase, LossSeries>;
  /** The compiled steps, by phase. */
  plans: Partial<Record<Phase, PlanInfo[]>>;
  /** The model that it was begun with, by name. */
  startedFrom: string | undefined;
  preview: { phase: Phase; step: number; rows: PreviewRow[] } | undefined;
  checkpoint: { bytes: ArrayBuffer; phase: TrainingPhase; step: number } | undefined;
  result: { model: ArrayBuffer; info: ModelInfo; finished: boolean } | undefined;
  complaint: { code: ErrorCode; error: Complaint } | undefined;
}

/** One empty series a phase. */
export const noLosses = (): RunState['losses'] => ({
  'cin-gan': { steps: [], terms: {} },
  mend: { steps: [], terms: {} },
  cgan: { steps: [], terms: {} },
});

export function idleRun(): RunState {
  return {
    status: 'idle',
    phase: undefined,
    progress: {},
    secondsLeft: undefined,
    losses: noLosses(),
    plans: {},
    startedFrom: undefined,
    preview: undefined,
    checkpoint: undefined,
    result: undefined,
    complaint: undefined,
  };
}

export function isActive(run: RunState): boolean {
  return run.status === 'starting' || run.status === 'running' || run.status === 'paused' || run.status === 'stopping';
}

/** The run after a message. Loss series are appended to, not copied: a long run has many points. */
export function afterMessage(run: RunState, message: FromThread): RunState {
  switch (message.kind) {
    case 'state':
      return run.status === 'stopping' ? run : { ...run, status: message.state };
    case 'progress': {
      const status = run.status === 'starting' ? 'running' : run.status;
      const progress = { ...run.progress, [message.phase]: { step: message.step, steps: message.steps } };
      if (message.phase !== 'compiling') appendLosses(run.losses[message.phase], message.step, message.losses);
      return { ...run, status, progress, phase: message.phase, secondsLeft: message.secondsLeft };
    }
    case 'plan':
      return { ...run, plans: { ...run.plans, [message.phase]: message.programs } };
    case 'preview':
      return { ...run, preview: { phase: message.phase, step: message.step, rows: message.rows } };
    case 'checkpoint':
      return { ...run, checkpoint: { bytes: message.bytes, phase: message.phase, step: message.step } };
    case 'done':
      return {
        ...run,
        status: 'finished',
        secondsLeft: undefined,
        result: { model: message.model, info: message.info, finished: message.finished },
      };
    case 'error':
      if (message.id !== undefined) return run;
      return { ...run, status: 'failed', secondsLeft: undefined, complaint: message };
    default:
      return run;
  }
}

/** A step that is not later than the last one is a run resumed: what it repeats is cut off first. */
export function appendLosses(series: LossSeries, step: number, losses: Record<string, number>): void {
  const { steps, terms } = series;
  while (steps.length > 0 && steps[steps.length - 1] >= step) {
    steps.pop();
    for (const values of Object.values(terms)) values.pop();
  }
  for (const name of Object.keys(losses)) terms[name] ??= steps.map(() => Number.NaN);
  steps.push(step);
  for (const [name, values] of Object.entries(terms)) values.push(losses[name] ?? Number.NaN);
}

/** Share of the phases begun so far that is done, 0..1. */
export function overallShare({ progress: { compiling, ...begun } }: RunState): number {
  const total = Object.values(begun).reduce((sum, { steps }) => sum + steps, 0);
  return total === 0 ? 0 : Object.values(begun).reduce((sum, { step }) => sum + step, 0) / total;
}

const TERM_NAMES: Record<string, string> = {
  critic: 'Critic',
  wasserstein: 'Wasserstein distance',
  gradientPenalty: 'Gradient penalty',
  adversarial: 'Adversarial',
  content: 'Content',
  style: 'Style',
  pixel: 'Pixel',
  squared: 'Squared error',
  generator: 'Generator, total',
  discriminator: 'Discriminator',
  total: 'Total',
};

/** `gradientPenalty` → `Gradient penalty`; names it does not know are spaced out. */
export function termName(term: string): string {
  const known = TERM_NAMES[term];
  if (known) return known;
  const spaced = term.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
