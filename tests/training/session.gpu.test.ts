import { beforeAll, describe, expect, test } from 'vitest';
import { imageOfPlane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { CLASSIFIER_LAYERS, classifierPhi } from '../../src/models/classifier';
import { ARCHITECTURES } from '../../src/models/presets';
import { Engine } from '../../src/runtime';
import { Control } from '../../src/training/control';
import type { TrainConfig, TrainingData } from '../../src/training/messages';
import { modelInfo, readModelFile } from '../../src/training/model_file';
import { type TrainingEvent, train } from '../../src/training/session';
import { testGpu } from '../gpu_setup';
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

function phantoms(kind: 'paired' | 'unpaired'): TrainingData {
  const made = Array.from({ length: 4 }, (_, i) => {
    const { clean, defective } = phantomPair('embryo-noise', { seed: i + 1, size: 64 });
    const [d, c] = [imageOfPlane(defective, 'float32'), imageOfPlane(clean, 'float32')];
    return { name: `${i}`, defective: d, clean: c };
  });
  if (kind === 'paired') return { tasks: [{ kind, name: 'noise', axial: false, pairs: made }] };
  const side = (s: 'defective' | 'clean') => made.map((pair) => ({ name: pair.name, image: pair[s] }));
  return { tasks: [{ kind, name: 'noise', axial: true, defective: side('defective'), clean: side('clean') }] };
}

const CONFIG: TrainConfig = {
  preset: 'tiny',
  seed: 3,
  patch: 16,
  cinGan: { steps: 4, batch: 2, criticSteps: 2 },
  cGan: { steps: 6, batch: 2 },
  logEvery: 1,
  previewEvery: 1000,
  checkpointSeconds: 0,
};

/** Milliseconds: a whole run on a software adapter takes a few seconds, and minutes where others use the machine too. */
const BUSY_MACHINE = 240_000;

interface Followed {
  losses: string[];
  checkpoints: Map<string, Uint8Array>;
  done: Extract<TrainingEvent, { kind: 'done' }>;
  events: TrainingEvent[];
}

/** Runs to the end; `at` is shown every event with the run's buttons. */
async function follow(
  engine: Engine,
  config: TrainConfig,
  data: TrainingData,
  resume?: Uint8Array,
  at: (event: TrainingEvent, control: Control) => void = () => undefined,
): Promise<Followed> {
  const control = new Control();
  const followed: Followed = { losses: [], checkpoints: new Map(), done: undefined as never, events: [] };
  for await (const event of train(engine, { config, data, phi: smallPhi(), resume }, control)) {
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

describe('a run', () => {
  let engine: Engine;
  let whole: Followed;
  beforeAll(async () => {
    engine = await Engine.create({ gpu: testGpu() });
    const keep = ['cin-gan 1', 'cgan 2'];
    whole = await follow(engine, CONFIG, phantoms('paired'), undefined, (event, control) => {
      if (event.kind === 'progress' && keep.includes(`${event.phase} ${event.step}`)) control.requestCheckpoint();
    });
  }, BUSY_MACHINE);

  test('logs every term of every step, shows previews and ends with a model', () => {
    expect(whole.losses.length).toBe(10);
    expect(whole.losses[0]).toMatch(
      /^cin-gan 1 \{"wasserstein":.*"gradientPenalty":.*"adversarial":.*"content":.*"style":.*"generator":/,
    );
    expect(whole.losses[4]).toMatch(/^cgan 1 \{"discriminator":.*"adversarial":.*"content":.*"pixel":.*"generator":/);
    const previews = whole.events.filter((event) => event.kind === 'preview');
    expect(previews.map(({ phase, rows }) => [phase, rows.length])).toEqual([
      ['cin-gan', 1],
      ['cgan', 1],
    ]);
    const info = modelInfo(readModelFile(new Uint8Array(whole.done.model)));
    expect(info).toEqual(whole.done.info);
    expect(info).toMatchObject({ kind: 'model', preset: 'tiny', steps: { cinGan: 4, cGan: 6 }, seed: 3 });
    expect(info.tasks).toEqual([{ name: 'noise', axial: false }]);
    const file = readModelFile(new Uint8Array(whole.done.model));
    expect([...file.sets.keys()]).toEqual(['restorer', 'generator']);
    expect(file.record.restorer).toEqual(ARCHITECTURES.tiny.restorer);
  });

  test.each(['cin-gan', 'cgan'])('resumed in its %s phase, it goes on with the very same losses', async (phase) => {
    const [name, bytes] = [...whole.checkpoints].find(([key]) => key.startsWith(phase)) ?? [];
    const resumed = await follow(engine, CONFIG, phantoms('paired'), bytes);
    const from = whole.losses.findIndex((line) => line.startsWith(`${name} `)) + 1;
    expect(resumed.losses).toEqual(whole.losses.slice(from));
    const weights = (run: Followed) => readModelFile(new Uint8Array(run.done.model)).sets;
    expect(weights(resumed)).toEqual(weights(whole));
  });

  test('a checkpoint of other settings is refused', async () => {
    const [bytes] = whole.checkpoints.values();
    await expect(follow(engine, { ...CONFIG, preset: 'grid' }, phantoms('paired'), bytes)).rejects.toThrow(
      'got a checkpoint of preset tiny with tasks noise, wanted preset grid with tasks noise',
    );
    await expect(follow(engine, CONFIG, phantoms('paired'), new Uint8Array(whole.done.model))).rejects.toThrow(
      'got a finished model, wanted a checkpoint',
    );
  });

  test('paused, it waits; stopped, it ends with the weights as they stand', async () => {
    const stopped = await follow(engine, CONFIG, phantoms('unpaired'), undefined, (event, control) => {
      if (event.kind === 'progress' && event.phase === 'cin-gan' && event.step === 1) control.pauseRun();
      if (event.kind === 'state' && event.state === 'paused') setTimeout(() => control.resumeRun(), 20);
      if (event.kind === 'progress' && event.phase === 'cin-gan' && event.step === 2) control.stop();
    });
    expect(stopped.events.filter((e) => e.kind === 'state').map((e) => e.state)).toEqual(['paused', 'running']);
    expect(stopped.done.finished).toBe(false);
    expect(stopped.done.info.steps).toEqual({ cinGan: 2, cGan: 0 });
  });

  test('without a real pair the restorer learns from synthetic pairs alone', async () => {
    const run = await follow(engine, { ...CONFIG, cinGan: { ...CONFIG.cinGan, steps: 1 } }, phantoms('unpaired'));
    expect(run.done.info.steps).toEqual({ cinGan: 1, cGan: 6 });
    await expect(follow(engine, { ...CONFIG, cinGan: { steps: 0 } }, phantoms('unpaired'))).rejects.toThrow(
      'got no pairs and 0 CIN-GAN steps, wanted pairs, or CIN-GAN steps to make some',
    );
  });

  test('training brings the pixel loss down', async () => {
    const config = { ...CONFIG, cinGan: { steps: 0 }, cGan: { steps: 30, batch: 2, learningRate: 3e-3 } };
    const run = await follow(engine, config, phantoms('paired'));
    const pixel = run.events.flatMap((e) => (e.kind === 'progress' && e.losses.pixel ? [e.losses.pixel] : []));
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(pixel.slice(-5))).toBeLessThan(0.85 * mean(pixel.slice(0, 5)));
  });
});
