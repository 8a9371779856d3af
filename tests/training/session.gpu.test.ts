import { beforeAll, describe, expect, test } from 'vitest';
import { ARCHITECTURES } from '../../src/models/presets';
import { Engine } from '../../src/runtime';
import { modelInfo, readModelFile, writeModelFile } from '../../src/training/model_file';
import { canTime } from '../../src/training/timed_step';
import { testGpu } from '../gpu_setup';
import {
  BUSY_MACHINE,
  CONFIG,
  checkpointIn,
  type Followed,
  follow,
  keeping,
  lossesAfter,
  phantoms,
} from './followed_run';

describe('a run', () => {
  let engine: Engine;
  let whole: Followed;
  beforeAll(async () => {
    engine = await Engine.create({ gpu: testGpu() });
    const keep = ['cin-gan 1', 'cgan 2'];
    whole = await follow(engine, CONFIG, phantoms('paired'), {}, keeping(keep));
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
    const told = whole.events.filter((event) => event.kind === 'plan');
    const isTimed = ({ programs }: (typeof told)[number]) => programs[0].shaders[0].milliseconds !== undefined;
    const plans = told.filter((plan) => !isTimed(plan));
    const timed = told.filter(isTimed);
    expect(timed.map(({ phase }) => phase)).toEqual(canTime(engine) ? ['cin-gan', 'cgan'] : []);
    for (const { shaders } of timed.flatMap(({ programs }) => programs))
      expect(shaders.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0)).toBeGreaterThan(0);
    expect(plans.map(({ phase, programs }) => [phase, ...programs.map(({ label }) => label)])).toEqual([
      ['cin-gan', 'CIN-GAN critic step', 'CIN-GAN generator step'],
      ['cgan', 'cGAN discriminator step', 'cGAN restorer step'],
    ]);
    for (const { kernels, peakBytes, shaders } of plans.flatMap(({ programs }) => programs)) {
      expect(shaders.reduce((sum, shader) => sum + shader.kernels, 0)).toBe(kernels);
      expect(shaders[0].flops).toBeGreaterThan(0);
      expect(peakBytes).toBeGreaterThan(0);
    }
    const info = modelInfo(readModelFile(new Uint8Array(whole.done.model)));
    expect(info).toEqual(whole.done.info);
    expect(info).toMatchObject({ kind: 'model', preset: 'tiny', steps: { cinGan: 4, cGan: 6 }, seed: 3 });
    expect(info.tasks).toEqual([{ name: 'noise', axial: false }]);
    const file = readModelFile(new Uint8Array(whole.done.model));
    expect([...file.sets.keys()]).toEqual(['restorer', 'generator']);
    expect(file.record.restorer).toEqual(ARCHITECTURES.tiny.restorer);
  });

  test.each(['cin-gan', 'cgan'])('resumed in its %s phase, it goes on with the very same losses', async (phase) => {
    const { step, bytes } = checkpointIn(whole, phase);
    const resumed = await follow(engine, CONFIG, phantoms('paired'), { resume: bytes });
    expect(resumed.losses).toEqual(lossesAfter(whole, step));
    const weights = (run: Followed) => readModelFile(new Uint8Array(run.done.model)).sets;
    expect(weights(resumed)).toEqual(weights(whole));
  });

  test('a checkpoint of other settings is refused', async () => {
    const [bytes] = whole.checkpoints.values();
    await expect(follow(engine, { ...CONFIG, preset: 'grid' }, phantoms('paired'), { resume: bytes })).rejects.toThrow(
      'got a checkpoint of preset tiny, recipe published, with tasks noise, wanted preset grid, recipe published, with tasks',
    );
    await expect(follow(engine, { ...CONFIG, recipe: 'mend' }, phantoms('paired'), { resume: bytes })).rejects.toThrow(
      'recipe published, with tasks noise, wanted preset tiny, recipe mend',
    );
    await expect(follow(engine, { ...CONFIG, seed: 0 }, phantoms('paired'), { resume: bytes })).rejects.toThrow(
      'got a checkpoint of seed 3, wanted seed 0',
    );
    const { record, sets } = readModelFile(bytes);
    const phi = { ...record, provenance: { ...record.provenance, phi: 'squeezenet' } };
    await expect(
      follow(engine, CONFIG, phantoms('paired'), { resume: writeModelFile({ record: phi, sets }) }),
    ).rejects.toThrow('got a checkpoint of φ squeezenet, wanted φ mendscope');
    const unpainted = { ...CONFIG, cinGan: { steps: 0 } };
    await expect(follow(engine, unpainted, phantoms('paired'), { resume: bytes })).rejects.toThrow(
      'got a checkpoint in phase cin-gan, wanted settings by which the run has steps of it',
    );
    await expect(
      follow(engine, CONFIG, phantoms('paired'), { resume: new Uint8Array(whole.done.model) }),
    ).rejects.toThrow('got a finished model, wanted a checkpoint');
  });

  test('paused, it waits; stopped, it ends with the weights as they stand', async () => {
    const stopped = await follow(engine, CONFIG, phantoms('unpaired'), {}, (event, control) => {
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
