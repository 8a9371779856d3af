/// <reference lib="webworker" />
/**
 * Speaks the thread's messages without an engine, so that the page can be looked at on any machine and at any speed.
 * Served only by tests/ui/fake_thread.vite.config.ts; no build contains it. Its losses and images are made up.
 */
import { gaussianBlur } from '../../src/imaging/filters';
import { getPlane, type Plane, setPlane } from '../../src/imaging/image';
import { Random } from '../../src/imaging/random';
import type {
  FromThread,
  ModelInfo,
  PresetInfo,
  PresetName,
  ToThread,
  TrainConfig,
  TrainingData,
} from '../../src/training/messages';

const thread = self as unknown as DedicatedWorkerGlobalScope;
const say = (message: FromThread) => thread.postMessage(message);

const cinGan = {
  steps: 600,
  batch: 4,
  learningRate: 1e-4,
  criticSteps: 5,
  gradientPenalty: 10,
  lambdaAdversarial: 0.1,
  lambdaContent: 1,
  lambdaStyle: 1,
};
const cGan = {
  steps: 900,
  batch: 4,
  learningRate: 2e-4,
  lambdaAdversarial: 0.1,
  lambdaContent: 1,
  lambdaPixel: 10,
  syntheticShare: 0.5,
};
const SUMMARIES: Record<PresetName, string> = {
  tiny: 'For a quick try and for tests: small networks that learn something within a minute.',
  grid: 'For experiments on a computer without a graphics card: hours rather than days.',
  laptop: 'For a laptop with a graphics card: the default.',
  paper: 'The sizes and weights of the published method: for a strong graphics card and patience.',
};
const presets: PresetInfo[] = (['tiny', 'grid', 'laptop', 'paper'] as const).map((name, i) => ({
  name,
  summary: SUMMARIES[name],
  patch: [32, 64, 128, 128][i],
  cinGan: { ...cinGan, steps: [100, 2000, 6000, 20000][i] },
  recipe: name === 'paper' ? ('published' as const) : ('mend' as const),
  mend: { batch: 4, learningRate: 1e-3, squared: 1, syntheticShare: 0.25, steps: [200, 4000, 12000, 40000][i] },
  cGan: { ...cGan, steps: [200, 4000, 12000, 40000][i] },
  detail: { ...cGan, steps: [50, 1000, 3000, 10000][i] },
  detailContent: { mendscope: cGan.lambdaContent, squeezenet: 0.05 },
  parameters: [21_000, 320_000, 2_000_000, 11_400_000][i],
  macs: [2e6, 1.2e8, 2.4e9, 1.4e10][i],
}));

let paused = false;
let stopped = false;
let checkpointAsked = false;

thread.addEventListener('message', ({ data }: MessageEvent<ToThread>) => {
  switch (data.kind) {
    case 'devices':
      say({ kind: 'presets', presets });
      say(adapterMessage());
      return;
    case 'train':
      void train(data.config, data.data);
      return;
    case 'pause':
    case 'resume':
      paused = data.kind === 'pause';
      say({ kind: 'state', state: paused ? 'paused' : 'running' });
      return;
    case 'stop':
      stopped = true;
      return;
    case 'checkpoint':
      checkpointAsked = true;
      return;
    case 'inspect':
      say({
        kind: 'inspected',
        id: data.id,
        info: infoOf({ preset: 'tiny', seed: 1 }, [{ name: 'embryo-axial', axial: true }]),
      });
      return;
    case 'restore':
      void restore(data);
      return;
  }
});

function adapterMessage(): FromThread {
  if (thread.name.includes('none') || location.search.includes('none')) {
    return {
      kind: 'error',
      code: 'no-adapter',
      error: { got: 'no adapter from this browser', wanted: 'WebGPU', fix: 'Use a browser with WebGPU turned on' },
    };
  }
  return {
    kind: 'adapter',
    adapter: {
      name: 'Fake adapter 3000',
      vendor: 'nobody',
      architecture: 'made-up',
      description: 'speaks the messages, computes nothing',
      software: true,
      features: ['subgroups', 'timestamp-query'],
      limits: {
        maxBufferSize: 1073741824,
        maxStorageBufferBindingSize: 1073741824,
        maxComputeInvocationsPerWorkgroup: 256,
        maxBindGroups: 4,
      },
    },
  };
}

function infoOf(config: TrainConfig, tasks: ModelInfo['tasks']): ModelInfo {
  return {
    kind: 'model',
    preset: config.preset,
    tasks,
    paints: true,
    taskFree: true,
    hasDetail: false,
    parameters: 21_000,
    normalisation: { low: 2, high: 99.8 },
    seed: config.seed,
    steps: { cinGan: 100, cGan: 200 },
    adapter: 'Fake adapter 3000',
    created: new Date().toISOString(),
  };
}

async function train(config: TrainConfig, data: TrainingData): Promise<void> {
  const random = new Random(config.seed);
  const preset = presets.find(({ name }) => name === config.preset) ?? presets[0];
  stopped = false;
  paused = false;
  for (let step = 1; step <= 8; step++) {
    say({ kind: 'progress', phase: 'compiling', step, steps: 8, losses: {} });
    await pause(60);
  }
  const planes = data.tasks.map((task) => {
    const pair =
      task.kind === 'paired' ? task.pairs[0] : { clean: task.clean[0].image, defective: task.defective[0].image };
    return { task: task.name, clean: getPlane(pair.clean), defective: getPlane(pair.defective) };
  });
  for (const phase of ['cin-gan', 'cgan'] as const) {
    const steps =
      phase === 'cgan' ? (config.cGan?.steps ?? preset.cGan.steps) : (config.cinGan?.steps ?? preset.cinGan.steps);
    for (let step = 1; step <= steps && !stopped; step++) {
      while (paused && !stopped) await pause(50);
      const fall = Math.exp((-3 * step) / steps);
      const wobble = () => 1 + 0.25 * random.normal();
      const losses: Record<string, number> =
        phase === 'cgan'
          ? {
              discriminator: 0.6 + 0.1 * random.normal(),
              adversarial: 0.8 * wobble(),
              content: fall * wobble(),
              pixel: 0.3 * fall * wobble() + 0.02,
            }
          : {
              critic: -2 * fall * wobble(),
              gradientPenalty: 0.2 * fall * Math.abs(wobble()),
              adversarial: fall * wobble(),
              content: 0.05 + fall * 0.4 * wobble(),
              style: 0.01 * fall * wobble() + 0.001,
            };
      if (step % 2 === 0 || step === 1) {
        say({
          kind: 'progress',
          phase,
          step,
          steps,
          secondsLeft: ((steps - step) * 25) / 1000 + (phase === 'cgan' ? 0 : 12),
          losses,
        });
      }
      if (step % 25 === 1) {
        const rows = planes.map(({ task, clean, defective }) =>
          phase === 'cgan'
            ? { task, input: defective, restored: mix(defective, clean, 1 - fall), truth: clean }
            : { task, input: clean, synthetic: mix(clean, defective, 1 - fall), truth: defective },
        );
        say({ kind: 'preview', phase, step, rows });
      }
      if (checkpointAsked || step % 100 === 0) {
        say({ kind: 'checkpoint', phase, step, automatic: !checkpointAsked, bytes: new ArrayBuffer(4096) });
        checkpointAsked = false;
      }
      await pause(25);
    }
  }
  const tasks = data.tasks.map(({ name, axial }) => ({ name, axial }));
  say({ kind: 'done', finished: !stopped, model: new ArrayBuffer(86_000), info: infoOf(config, tasks) });
}

async function restore({ id, image, task }: Extract<ToThread, { kind: 'restore' }>): Promise<void> {
  const began = performance.now();
  const restored = { ...image, data: image.data.slice() };
  for (let z = 0; z < image.size.z; z++) {
    say({ kind: 'restoring', id, done: z, total: image.size.z });
    await pause(200);
    setPlane(restored, { z }, gaussianBlur(getPlane(image, { z }), 1));
  }
  const seconds = (performance.now() - began) / 1000;
  const normalisation = { low: 2, high: 99.8 };
  say({
    kind: 'restored',
    id,
    image: restored,
    task,
    normalisation,
    adapter: 'Fake adapter 3000',
    software: true,
    seconds,
  });
}

function mix(a: Plane, b: Plane, share: number): Plane {
  return { ...a, data: a.data.map((value, i) => value * (1 - share) + b.data[i] * share) };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
