/** A few steps of a run on small phantoms, with everything they tell kept. */
import { imageOfPlane } from '../../src/imaging/image';
import { type PhantomTask, phantomPair } from '../../src/imaging/phantoms/phantom';
import { CLASSIFIER_LAYERS, classifierPhi } from '../../src/models/classifier';
import type { Engine } from '../../src/runtime';
import { Control } from '../../src/training/control';
import type { TrainConfig, TrainingData } from '../../src/training/messages';
import { type ModelFile, readModelFile } from '../../src/training/model_file';
import { type TrainingEvent, type TrainingRequest, train } from '../../src/training/session';
import { drawnWeight } from '../reference/drawn';

/** A narrow φ with drawn weights: what it sees is not the point here. */
function smallPhi() {
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  let from = 1;
  for (const layer of CLASSIFIER_LAYERS) {
    const to = 4 * Math.min(2 ** (Number(layer[5]) - 1), 4);
    const weight = [3, 3, from, to];
    tensors.set(`${layer}.weight`, { shape: weight, data: drawnWeight('phi', `${layer}.weight`, weight, 1.8) });
    tensors.set(`${layer}.bias`, { shape: [to], data: new Float32Array(to) });
    from = to;
  }
  return classifierPhi({ tensors, metadata: {} });
}

export function phantoms(
  kind: 'paired' | 'unpaired',
  name = 'noise',
  task: PhantomTask = 'embryo-noise',
): TrainingData {
  const made = Array.from({ length: 4 }, (_, i) => {
    const { clean, defective } = phantomPair(task, { seed: i + 1, size: 64 });
    const [d, c] = [imageOfPlane(defective, 'float32'), imageOfPlane(clean, 'float32')];
    return { name: `${i}`, defective: d, clean: c };
  });
  if (kind === 'paired') return { tasks: [{ kind, name, axial: false, pairs: made }] };
  const side = (s: 'defective' | 'clean') => made.map((pair) => ({ name: pair.name, image: pair[s] }));
  return { tasks: [{ kind, name, axial: true, defective: side('defective'), clean: side('clean') }] };
}

export const CONFIG: TrainConfig = {
  preset: 'tiny',
  recipe: 'published',
  seed: 3,
  patch: 16,
  cinGan: { steps: 4, batch: 2, criticSteps: 2 },
  cGan: { steps: 6, batch: 2 },
  logEvery: 1,
  previewEvery: 1000,
  checkpointSeconds: 0,
};

export const MEND_CONFIG: TrainConfig = {
  ...CONFIG,
  recipe: 'mend',
  mend: { steps: 8, batch: 2 },
  cGan: { steps: 4, batch: 2 },
};

/** Milliseconds: a whole run on a software adapter takes a few seconds, and minutes where others use the machine too. */
export const BUSY_MACHINE = 240_000;

export interface Followed {
  losses: string[];
  checkpoints: Map<string, Uint8Array>;
  done: Extract<TrainingEvent, { kind: 'done' }>;
  events: TrainingEvent[];
}

/** Runs to the end; `at` is shown every event with the run's buttons. */
export async function follow(
  engine: Engine,
  config: TrainConfig,
  data: TrainingData,
  from: Pick<TrainingRequest, 'resume' | 'start'> = {},
  at: (event: TrainingEvent, control: Control) => void = () => undefined,
): Promise<Followed> {
  const control = new Control();
  const followed: Followed = { losses: [], checkpoints: new Map(), done: undefined as never, events: [] };
  for await (const event of train(engine, { config, data, phi: smallPhi(), ...from }, control)) {
    followed.events.push(event);
    if (event.kind === 'progress' && event.phase !== 'compiling')
      followed.losses.push(`${event.phase} ${event.step} ${JSON.stringify(event.losses)}`);
    if (event.kind === 'checkpoint')
      followed.checkpoints.set(`${event.phase} ${event.step}`, new Uint8Array(event.bytes));
    if (event.kind === 'done') followed.done = event;
    at(event, control);
  }
  return followed;
}

/** The file it ends with, opened. */
export const modelOf = ({ done }: Followed): ModelFile => readModelFile(new Uint8Array(done.model));

/** Asks for a checkpoint after each of these steps, such as `mend 3`. */
export const keeping =
  (steps: string[]) =>
  (event: TrainingEvent, control: Control): void => {
    if (event.kind === 'progress' && steps.includes(`${event.phase} ${event.step}`)) control.requestCheckpoint();
  };

/** @param step such as `mend 3` */
export const lossesAfter = ({ losses }: Followed, step: string): string[] =>
  losses.slice(losses.findIndex((line) => line.startsWith(`${step} `)) + 1);

/** The first checkpoint in a phase, and the step after which it was written, such as `mend 3`. */
export function checkpointIn({ checkpoints }: Followed, phase: string): { step: string; bytes: Uint8Array } {
  const [step, bytes] = [...checkpoints].find(([key]) => key.startsWith(`${phase} `)) ?? [];
  if (!step || !bytes) throw new Error(`no checkpoint in ${phase}`);
  return { step, bytes };
}
