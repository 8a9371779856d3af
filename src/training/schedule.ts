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
