import { phasesOf, type RunConfig } from './config';
import type { Phase } from './messages';

/** A step's time, roughly, in steps of CIN-GAN; used for the time left in phases that cannot be measured yet. */
const WEIGHT = { 'cin-gan': 1, mend: 0.3, cgan: 0.6 };

/** Time spent training, and what is left of it by the rate so far. */
export class Clock {
  seconds = 0;
  private last = 0;
  private phase: Exclude<Phase, 'compiling'> = 'cin-gan';
  private phaseSeconds = 0;
  private phaseSteps = 0;
  private countedFrom = 0;

  constructor(private readonly run: RunConfig) {}

  startPhase(phase: Exclude<Phase, 'compiling'>): void {
    Object.assign(this, { phase, phaseSeconds: 0, phaseSteps: 0, countedFrom: -1, last: performance.now() });
  }

  /** `done` steps are finished on the GPU now. The first interval, which warms pipelines up, is not counted. */
  measured(done: number): void {
    const now = performance.now();
    const passed = (now - this.last) / 1000;
    this.last = now;
    this.seconds += passed;
    if (this.countedFrom < 0) {
      this.countedFrom = done;
      return;
    }
    this.phaseSeconds += passed;
    this.phaseSteps = done - this.countedFrom;
  }

  async pausedFor(pause: Promise<void>): Promise<void> {
    const began = performance.now();
    await pause;
    this.last += performance.now() - began;
  }

  secondsLeft(done: number): number | undefined {
    if (this.phaseSteps === 0) return undefined;
    const rate = this.phaseSeconds / this.phaseSteps / WEIGHT[this.phase];
    const phases = phasesOf(this.run);
    const now = phases.findIndex(({ phase }) => phase === this.phase);
    return phases
      .slice(Math.max(0, now))
      .reduce((left, { phase, steps }, i) => left + rate * WEIGHT[phase] * (steps - (i === 0 ? done : 0)), 0);
  }
}
