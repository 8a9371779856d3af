/** Constant, then falling linearly to 0 over the last `decayShare` of the steps. `step` counts from 0. */
export function learningRateAt(
  { learningRate, steps, decayShare }: { learningRate: number; steps: number; decayShare: number },
  step: number,
): number {
  const left = (steps - step) / Math.max(1, steps * decayShare);
  return learningRate * Math.min(1, Math.max(0, left));
}

/** Rising over the first 20th of the steps, then falling to 0 along half a cosine. `step` counts from 0. */
export function cosineRateAt({ learningRate, steps }: { learningRate: number; steps: number }, step: number): number {
  const risen = Math.min(1, (step + 1) / Math.max(1, steps / 20));
  return (learningRate * risen * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}

/** Decay of a running mean of weights: a short run would otherwise average over weights from before it had learned anything. */
export function averageDecayOf({ averageDecay, steps }: { averageDecay: number; steps: number }): number {
  return Math.max(0, Math.min(averageDecay, 1 - 10 / steps)); // its last tenth at most
}

/** Whether the running mean has all but forgotten the first weights (e⁻³ of it is left) after `done` steps. */
export function averageIsRipe(config: { averageDecay: number; steps: number }, done: number): boolean {
  return done * (1 - averageDecayOf(config)) >= 3;
}
