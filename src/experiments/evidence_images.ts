/** What an experiment's images are called and may be used for; sources.ts and real_sources.ts make them. */
import type { Plane } from '../imaging/image';

/** Tuning and ablation look at `development` alone; `test` is looked at once per recipe. */
export type Split = 'development' | 'test';

export interface NamedPair {
  name: string;
  defective: Plane;
  clean: Plane;
}
