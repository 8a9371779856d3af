/** A network that has seen any structure under any optics before it sees the few pairs of a cell. */
import { imageOfPlane } from '../imaging/image';
import { phantomPair } from '../imaging/phantoms/phantom';
import { Random } from '../imaging/random';
import { ARCHITECTURES, type PresetName } from '../models/presets';
import { Batches, type Measures, prepareData } from '../training/batches';
import type { Cell } from './cell';

/** Enough that no network comes to know them by heart in the updates of an experiment. */
const PAIRS = 400;
/** Beside those of sources.ts. */
const SEQUENCE = 5000;

/** Updates on phantoms before the cell's own; 0 where it begins with nothing. */
export const pretrainedUpdates = ({ changes }: Cell): number => Number(changes?.pretrained ?? 0);

/** The same phantoms for every method; a tenth of them is kept back where the method looks at validation pairs. */
export function pretrainingData(
  preset: PresetName,
  { validationShare, measures, margin = 0, pairs = PAIRS }: PretrainingSetting,
): { batches: Batches; validation: Batches | undefined } {
  const random = new Random(0, SEQUENCE);
  const made = Array.from({ length: pairs }, (_, i) => {
    const { clean, defective } = phantomPair('random', { random });
    return {
      name: `random-${i + 1}`,
      clean: imageOfPlane(clean, 'float32'),
      defective: imageOfPlane(defective, 'float32'),
    };
  });
  const tasks = { tasks: [{ kind: 'paired' as const, name: 'random', axial: true, pairs: made }] };
  const { training, validation } = prepareData(tasks, validationShare, 0, measures);
  const { patch } = ARCHITECTURES[preset];
  return {
    batches: new Batches(training, patch, margin),
    validation: validation[0].pairs.length > 0 ? new Batches(validation, patch) : undefined,
  };
}

export interface PretrainingSetting {
  validationShare: number;
  measures: Measures;
  margin?: number;
  pairs?: number;
}
