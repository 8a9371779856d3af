/// <reference lib="webworker" />
/**
 * The dedicated thread that owns the engine: one job at a time, training or restoring, told and telling by messages.
 * A new engine is made when the device was lost, so that the next job finds a working one.
 */
import { classifierPhi } from '../models/classifier';
import type { Phi } from '../models/phi';
import { readSafetensors } from '../models/safetensors';
import { squeezenetPhi } from '../models/squeezenet';
import { Engine, type KernelChoices, whyUnusable } from '../runtime';
import { complaint } from './complaints';
import { Control } from './control';
import { keepChoices, keptChoices } from './kernel_store';
import type { AdapterInfo, FromThread, ToThread, TrainConfig } from './messages';
import { modelInfo, readModelFile } from './model_file';
import { OWN_PHI } from './own_phi';
import { presetInfos } from './preset_info';
import { restoredAs, restoreImage } from './restore';
import { train } from './session';

const thread = self as unknown as DedicatedWorkerGlobalScope;
const say = (message: FromThread, transfer: Transferable[] = []) => thread.postMessage(message, transfer);

let engine: Promise<Engine> | undefined;
let control = new Control();
const cancelled = new Set<number>();
let jobs: Promise<void> = Promise.resolve();

thread.addEventListener('message', ({ data }: MessageEvent<ToThread>) => {
  switch (data.kind) {
    case 'pause':
      return control.pauseRun();
    case 'resume':
      return control.resumeRun();
    case 'stop':
      return control.stop();
    case 'checkpoint':
      return control.requestCheckpoint();
    case 'cancel':
      return void cancelled.add(data.id);
    default:
      jobs = jobs.then(() => answer(data));
  }
});

type Job = Extract<ToThread, { kind: 'devices' | 'train' | 'inspect' | 'restore' }>;

async function answer(job: Job): Promise<void> {
  try {
    switch (job.kind) {
      case 'devices':
        say({ kind: 'presets', presets: presetInfos() });
        say({ kind: 'adapter', adapter: adapterInfo(await theEngine()) });
        return;
      case 'train':
        return await runTraining(job);
      case 'inspect':
        return say({ kind: 'inspected', id: job.id, info: modelInfo(readModelFile(new Uint8Array(job.model))) });
      case 'restore':
        return await runRestoration(job);
    }
  } catch (error) {
    const id = 'id' in job ? job.id : undefined;
    const { code, error: text } = complaint(error, job.kind === 'train' ? 'bad-data' : 'bad-model');
    if (code === 'device-lost') engine = undefined;
    say({ kind: 'error', id, code, error: text });
  }
}

async function runTraining({ config, data, resume, start }: Extract<ToThread, { kind: 'train' }>): Promise<void> {
  control = new Control();
  const device = await theEngine();
  say({ kind: 'adapter', adapter: adapterInfo(device) });
  const phi = await loadPhi(config);
  const from = start && { ...start, model: new Uint8Array(start.model) };
  const events = train(device, { config, data, phi, resume: resume && new Uint8Array(resume), start: from }, control);
  let settled = false;
  for await (const event of events) {
    say(event, buffersOf(event));
    if (event.kind !== 'plan' || settled) continue;
    settled = true;
    await remember(device.choices);
  }
}

/** A browser that keeps nothing times its kernels at every visit, and that is all. */
async function remember(choices: KernelChoices): Promise<void> {
  if (Object.keys(choices.chosen).length === 0) return;
  await keepChoices(choices).catch((why) => console.warn(`The choice of kernels could not be kept: ${String(why)}`));
}

async function openEngine(): Promise<Engine> {
  const choices = await keptChoices().catch((why) => {
    console.warn(`The choice of kernels could not be looked up: ${String(why)}`);
    return undefined;
  });
  const opened = await Engine.create({ gpu: navigator.gpu, choices });
  const unusable = choices && whyUnusable(choices, opened.adapter);
  if (unusable) console.info(`Found ${unusable} on an earlier visit; they are chosen anew.`);
  return opened;
}

async function runRestoration({
  id,
  image,
  model,
  task,
  xzViews,
  flips,
  detail,
}: Extract<ToThread, { kind: 'restore' }>): Promise<void> {
  const began = performance.now();
  const device = await theEngine();
  const file = readModelFile(new Uint8Array(model));
  const restored = await restoreImage(device, file, image, {
    task,
    xzViews,
    flips,
    detail,
    onProgress: (done, total) => say({ kind: 'restoring', id, done, total }),
    cancelled: () => cancelled.delete(id),
  });
  say({
    kind: 'restored',
    id,
    image: restored,
    task: restoredAs(restored),
    normalisation: file.record.normalisation,
    adapter: device.adapter.name,
    software: device.adapter.software,
    seconds: (performance.now() - began) / 1000,
  });
}

function adapterInfo({ adapter }: Engine): AdapterInfo {
  return { ...adapter, features: [...adapter.features], limits: { ...adapter.limits } };
}

function theEngine(): Promise<Engine> {
  engine ??= openEngine();
  // A failed start must not be remembered: the user may plug in a card or change a flag and try again.
  engine.catch(() => {
    engine = undefined;
  });
  return engine;
}

async function loadPhi(config: TrainConfig): Promise<Phi> {
  if (config.phi?.kind === 'squeezenet') return squeezenetPhi(readSafetensors(new Uint8Array(config.phi.weights)));
  const response = await fetch(OWN_PHI);
  if (!response.ok)
    throw new Error(`got ${response.status} for ${OWN_PHI}, wanted the classifier's weights; reload the page`);
  return classifierPhi(readSafetensors(new Uint8Array(await response.arrayBuffer())));
}

/** Files are moved to the page, not copied: nothing here needs them any more. */
function buffersOf(event: FromThread): Transferable[] {
  if (event.kind === 'checkpoint') return [event.bytes];
  return event.kind === 'done' ? [event.model] : [];
}
