/** Adam (Kingma & Ba 2015), bias-corrected, on one flat array; `t` counts from 1. Changes value, m and v in place. */
export interface AdamState {
  value: Float64Array;
  m: Float64Array;
  v: Float64Array;
}

export interface AdamOptions {
  learningRate: number;
  beta1?: number;
  beta2?: number;
  eps?: number;
}

export function adamStep(state: AdamState, gradient: ArrayLike<number>, t: number, options: AdamOptions): void {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = options;
  for (let i = 0; i < state.value.length; i++) {
    state.m[i] = beta1 * state.m[i] + (1 - beta1) * gradient[i];
    state.v[i] = beta2 * state.v[i] + (1 - beta2) * gradient[i] ** 2;
    const m = state.m[i] / (1 - beta1 ** t);
    const v = state.v[i] / (1 - beta2 ** t);
    state.value[i] -= (learningRate * m) / (Math.sqrt(v) + eps);
  }
}

/** average ← decay · average + (1 − decay) · value */
export function emaStep(average: Float64Array, value: ArrayLike<number>, decay: number): void {
  for (let i = 0; i < average.length; i++) average[i] = decay * average[i] + (1 - decay) * value[i];
}
