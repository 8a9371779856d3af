/** The buttons of a run: whoever follows it sets them, the run looks at them before each step. */
export class Control {
  stopping = false;
  private checkpointWanted = false;
  private wake: (() => void) | undefined;
  private pause: Promise<void> | undefined;

  get paused(): boolean {
    return this.pause !== undefined && !this.stopping;
  }

  pauseRun(): void {
    this.pause ??= new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  resumeRun(): void {
    this.wake?.();
    this.pause = undefined;
  }

  /** End at the next step, with the weights as they stand. */
  stop(): void {
    this.stopping = true;
    this.wake?.();
  }

  requestCheckpoint(): void {
    this.checkpointWanted = true;
  }

  /** True once for each request. */
  takeCheckpointRequest(): boolean {
    const wanted = this.checkpointWanted;
    this.checkpointWanted = false;
    return wanted;
  }

  /** Settles when the run may go on. */
  resumed(): Promise<void> {
    return this.pause ?? Promise.resolve();
  }
}
