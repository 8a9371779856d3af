/** Constant, then falling linearly to 0 over the last `decayShare` of the steps. `step` counts from 0. */
export function learningRateAt(
  { learningRate, steps, decayShare }: { learningRate: number; steps: number; decayShare: number },
  step: number,
): number {
  const left = (steps - step) / Math.max(1, steps * decayShare);
  return learningRate * Math.min(1, Math.max(0, left));
}
