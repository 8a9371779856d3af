import type { RunConfig } from './config';
import type { Phase } from './messages';

/** A cGAN step takes about this share of a CIN-GAN step's time; used for the time left until it can be measured. */
const CGAN_SHARE_OF_CIN_GAN = 0.6;

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
    const rate = this.phaseSeconds / this.phaseSteps;
    if (this.phase === 'cgan') return rate * (this.run.cGan.steps - done);
    return rate * (this.run.cinGan.steps - done) + rate * CGAN_SHARE_OF_CIN_GAN * this.run.cGan.steps;
  }
}
