import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/imaging/random';
import { Engine } from '../../src/runtime';
import { Batches, prepareData } from '../../src/training/batches';
import { isNormed } from '../../src/training/cin_gan';
import { type ModelFile, writeModelFile } from '../../src/training/model_file';
import { keptTasks, openStart, type StartingPoint } from '../../src/training/warm_start';
import { testGpu } from '../gpu_setup';
import { BUSY_MACHINE, CONFIG, type Followed, follow, keeping, lossesAfter, modelOf, phantoms } from './followed_run';

const weights = (file: ModelFile, set: string, name: string) => file.sets.get(set)?.get(name)?.data;
/** Of the CIN-GAN, the cGAN. */
const steps = (cinGan: number, cGan: number) => ({
  ...CONFIG,
  cinGan: { ...CONFIG.cinGan, steps: cinGan },
  cGan: { ...CONFIG.cGan, steps: cGan },
});

describe('a run that begins with a model', () => {
  let engine: Engine;
  let first: Followed;
  let start: StartingPoint;
  beforeAll(async () => {
    engine = await Engine.create({ gpu: testGpu() });
    first = await follow(engine, steps(1, 1), phantoms('paired'));
    start = { model: new Uint8Array(first.done.model), name: 'Noise, ours', sharedId: 'of-a-link' };
  }, BUSY_MACHINE);

  test('has its very weights before the first step, and says what it was made from', async () => {
    const run = await follow(engine, steps(0, 0), phantoms('paired'), { start });
    expect(modelOf(run).sets).toEqual(modelOf(first).sets);
    const sha256 = createHash('sha256').update(start.model).digest('hex');
    const parent = { name: 'Noise, ours', sha256, steps: { cinGan: 1, cGan: 1 }, sharedId: 'of-a-link' };
    expect(run.done.info.madeFrom).toEqual([parent]);
    expect(run.done.info.steps).toEqual(parent.steps); // that made these weights

    const next = { model: new Uint8Array(run.done.model), name: 'Noise, theirs' };
    const second = await follow(engine, steps(0, 0), phantoms('paired'), { start: next });
    expect(second.done.info.madeFrom?.map(({ name }) => name)).toEqual(['Noise, theirs', 'Noise, ours']);
    expect(first.done.info.madeFrom).toBeUndefined();
  });

  test('a new task keeps the shared weights of the generator and has rows of its own', async () => {
    const data = { tasks: [...phantoms('paired', 'haze').tasks, ...phantoms('paired').tasks] };
    const rate = { learningRate: 0 };
    const config = {
      ...steps(1, 1),
      cinGan: { ...CONFIG.cinGan, steps: 1, ...rate },
      cGan: { ...CONFIG.cGan, ...rate },
    };
    const [before, after] = [modelOf(first), modelOf(await follow(engine, config, data, { start }))];
    expect(weights(after, 'restorer', 'enter.weight')).toEqual(weights(before, 'restorer', 'enter.weight'));
    expect(weights(after, 'generator', 'enter.weight')).toEqual(weights(before, 'generator', 'enter.weight'));
    const trained = weights(before, 'generator', 'enter.gamma');
    const channels = trained?.length ?? 0;
    expect(weights(after, 'generator', 'enter.gamma')?.subarray(channels)).toEqual(trained);
    expect(weights(after, 'generator', 'enter.gamma')?.subarray(0, channels)).not.toEqual(trained);
  });

  test('cut off in either phase and resumed, it goes on with the very same losses', async () => {
    const keep = ['cin-gan 1', 'cgan 1'];
    const whole = await follow(engine, steps(2, 2), phantoms('paired'), { start }, keeping(keep));
    expect([...whole.checkpoints.keys()]).toEqual(keep);
    for (const [at, resume] of whole.checkpoints) {
      const resumed = await follow(engine, steps(2, 2), phantoms('paired'), { resume });
      expect(resumed.losses).toEqual(lossesAfter(whole, at));
      expect(modelOf(resumed).sets).toEqual(modelOf(whole).sets);
      expect(resumed.done.info.madeFrom).toEqual(whole.done.info.madeFrom);
    }
  });

  test('stopped in its first phase, it still restores as the model did', async () => {
    const run = await follow(engine, steps(2, 1), phantoms('paired'), { start }, (event, control) => {
      if (event.kind === 'progress' && event.phase === 'cin-gan') control.stop();
    });
    expect(modelOf(run).sets.get('restorer')).toEqual(modelOf(first).sets.get('restorer'));
  });

  test('tasks added train rows of their own alone; the model keeps its own, and the restorer sees its defects', async () => {
    const config = { ...steps(2, 2), addTasks: true };
    const run = await follow(engine, config, phantoms('unpaired', 'haze'), { start }, (event, control) => {
      if (event.kind === 'progress' && event.phase === 'cin-gan' && event.step === 1) control.requestCheckpoint();
    });
    const [before, after] = [modelOf(first), modelOf(run)];
    expect(run.done.info.tasks.map(({ name }) => name)).toEqual(['noise', 'haze']);
    for (const [name, { data }] of before.sets.get('generator') ?? []) {
      const now = weights(after, 'generator', name);
      if (!isNormed(name)) expect(now, name).toEqual(data);
      else expect([...(now ?? [])].slice(0, data.length), name).toEqual([...data]);
    }
    const [gamma, first1] = ['generator', 'restorer'].map((set) => weights(after, set, 'enter.gamma'));
    const channels = (gamma?.length ?? 0) / 2;
    const fresh = modelOf(
      await follow(engine, { ...config, cinGan: { ...config.cinGan, learningRate: 0 } }, phantoms('unpaired', 'haze'), {
        start,
      }),
    );
    expect(gamma?.slice(channels)).not.toEqual(weights(fresh, 'generator', 'enter.gamma')?.slice(channels));
    expect(first1).not.toEqual(weights(before, 'restorer', 'enter.gamma'));

    // Painted defects of both tasks: the one kept has no image of its own in the data.
    const planes = prepareData(phantoms('unpaired', 'haze'), 0, 1).training;
    const kept = keptTasks(await openStart(start, 'tiny'), planes);
    const { task } = new Batches([...kept, ...planes], 16).sources(new Random(5), 32);
    const shown = [0, 1].map((t) => task.filter((value, i) => i % 2 === t && value === 1).length);
    expect(Math.min(...shown)).toBeGreaterThan(5);
    const drawn = new Batches([...kept, ...planes], 16).unpaired(new Random(5), 16).task;
    expect(drawn).toEqual(Float32Array.from({ length: 32 }, (_, i) => i % 2));

    const resume = [...run.checkpoints.values()][0];
    const resumed = await follow(engine, config, phantoms('unpaired', 'haze'), { resume });
    expect(modelOf(resumed).sets).toEqual(after.sets);
  });

  test('tasks cannot be added to nothing, nor to a model without a CIN-GAN', async () => {
    const config = { ...steps(1, 1), addTasks: true };
    await expect(follow(engine, config, phantoms('paired'))).rejects.toThrow(
      'got tasks to add, and no model to add them to',
    );
    const { record, sets } = modelOf(first);
    const bare = writeModelFile({ record, sets: new Map([...sets].filter(([name]) => name === 'restorer')) });
    await expect(
      follow(engine, config, phantoms('paired', 'haze'), { start: { ...start, model: bare } }),
    ).rejects.toThrow('got a model without a CIN-GAN to add a task to');
  });

  test('a model that paints every task needs neither pairs nor CIN-GAN steps; one that does not is refused', async () => {
    const run = await follow(engine, steps(0, 1), phantoms('unpaired'), { start });
    expect(run.done.info.steps).toEqual({ cinGan: 0, cGan: 1 });
    await expect(follow(engine, steps(0, 1), phantoms('unpaired', 'haze'), { start })).rejects.toThrow(
      'got no pairs and 0 CIN-GAN steps, wanted pairs, or CIN-GAN steps to make some',
    );
  });

  test('other networks, a checkpoint and weights of another shape are refused', async () => {
    await expect(follow(engine, { ...CONFIG, preset: 'grid' }, phantoms('paired'), { start })).rejects.toThrow(
      'got a model of preset tiny to train further with preset grid, wanted the same networks; choose preset tiny',
    );
    const { record, sets } = modelOf(first);
    const checkpoint = writeModelFile({ record: { ...record, kind: 'checkpoint' }, sets });
    await expect(
      follow(engine, CONFIG, phantoms('paired'), { start: { ...start, model: checkpoint } }),
    ).rejects.toThrow('got a checkpoint, wanted a finished model to train further');
    const cut = new Map([...(sets.get('restorer') ?? [])].filter(([name]) => name !== 'exit.weight'));
    const lacking = writeModelFile({ record, sets: new Map([...sets, ['restorer', cut]]) });
    await expect(
      follow(engine, steps(0, 1), phantoms('paired'), { start: { ...start, model: lacking } }),
    ).rejects.toThrow('got a model without restorer/exit.weight, wanted [7, 7,');
  });
});
