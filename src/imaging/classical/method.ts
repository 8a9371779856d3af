import type { Plane } from '../image';
import { type Metric, score } from '../metrics';

/** A restoration without learning: a function of a few numbers, and the numbers worth trying. */
/** Settings of a method: numbers, each by its name. */
export type Numbers<Settings> = { [Name in keyof Settings]: number };

export interface ClassicalMethod<Settings extends Numbers<Settings>> {
  name: string;
  restore: (plane: Plane, settings: Settings) => Plane;
  grid: readonly Settings[];
}

export interface TrainingPair {
  defective: Plane;
  clean: Plane;
}

/** What a method is tuned for: which score, under which metric, is to be highest on the mean. */
export interface TuningGoal {
  metric: Metric;
  /** PSNR where left out. */
  by?: 'psnr' | 'ssim';
}

export interface TunedMethod {
  name: string;
  /** The settings that did best on the training pairs. */
  settings: Readonly<Record<string, number>>;
  /** Mean PSNR or SSIM that they reached there. */
  reached: number;
  restore: (plane: Plane) => Plane;
}

/** Tries every setting of the method's grid on the training pairs alone and keeps the best. */
export function tune<Settings extends Numbers<Settings>>(
  method: ClassicalMethod<Settings>,
  pairs: readonly TrainingPair[],
  { metric, by = 'psnr' }: TuningGoal,
): TunedMethod {
  if (pairs.length === 0) throw new RangeError(`tune: ${method.name} needs at least one training pair`);
  let best: { settings: Settings; reached: number } | undefined;
  for (const settings of method.grid) {
    let sum = 0;
    for (const { defective, clean } of pairs) sum += score(method.restore(defective, settings), clean, metric)[by];
    const reached = sum / pairs.length;
    if (best === undefined || reached > best.reached) best = { settings, reached };
  }
  if (best === undefined) throw new RangeError(`tune: ${method.name} has no settings to try`);
  const { settings, reached } = best;
  return {
    name: method.name,
    settings: Object.fromEntries(Object.entries<number>(settings)),
    reached,
    restore: (plane) => method.restore(plane, settings),
  };
}

/** Every combination of one value a name: grid({ a: [1, 2], b: [3] }) is [{ a: 1, b: 3 }, { a: 2, b: 3 }]. */
export function grid<Settings extends Numbers<Settings>>(
  values: { [Name in keyof Settings]: readonly Settings[Name][] },
): Settings[] {
  let combinations: Partial<Settings>[] = [{}];
  for (const name of Object.keys(values) as (keyof Settings)[]) {
    combinations = combinations.flatMap((settings) => values[name].map((value) => ({ ...settings, [name]: value })));
  }
  return combinations as Settings[];
}
