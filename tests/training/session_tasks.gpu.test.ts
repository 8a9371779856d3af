import { beforeAll, describe, expect, test } from 'vitest';
import { type Image, imageOfPlane } from '../../src/imaging/image';
import { type PhantomTask, phantomPair } from '../../src/imaging/phantoms/phantom';
import { Engine } from '../../src/runtime';
import { type ModelFile, modelInfo, readModelFile, writeModelFile } from '../../src/training/model_file';
import { restoreImage } from '../../src/training/restore';
import { testGpu } from '../gpu_setup';
import {
  BUSY_MACHINE,
  checkpointIn,
  type Followed,
  follow,
  keeping,
  lossesAfter,
  MEND_CONFIG,
  modelOf,
  phantoms,
} from './followed_run';

const imageOf = (task: PhantomTask): Image =>
  imageOfPlane(phantomPair(task, { seed: 77, size: 64 }).defective, 'float32');

describe('a run of mend on several tasks', () => {
  const data = {
    tasks: [...phantoms('paired').tasks, ...phantoms('unpaired', 'filaments', 'microtubules').tasks],
  };
  let engine: Engine;
  let whole: Followed;
  beforeAll(async () => {
    engine = await Engine.create({ gpu: testGpu() });
    const keep = ['cin-gan 2', 'mend 3', 'cgan 2'];
    whole = await follow(engine, MEND_CONFIG, data, {}, keeping(keep));
  }, BUSY_MACHINE);

  test('leaves a model in which each has scales of its own, and which knows them by their looks', () => {
    const { record, sets } = modelOf(whole);
    expect(record.restorer).toMatchObject({ kind: 'unet', first: 8, tasks: 2 });
    expect(record.looks?.tasks).toHaveLength(2);
    for (const end of ['restorer', 'detail']) {
      const gamma = sets.get(end)?.get('up0b.gamma');
      expect(gamma?.shape).toEqual([2, 8]);
      expect(gamma?.data.slice(0, 8)).not.toEqual(gamma?.data.slice(8));
    }
    expect(whole.done.info).toMatchObject({ taskFree: true, hasDetail: true });
    expect(modelInfo(modelOf(whole))).toEqual(whole.done.info);
  });

  test.each(['cin-gan', 'mend', 'cgan'])(
    'resumed in its %s phase, it goes on with the very same losses',
    async (phase) => {
      const { step, bytes } = checkpointIn(whole, phase);
      const resumed = await follow(engine, MEND_CONFIG, data, { resume: bytes });
      expect(resumed.losses).toEqual(lossesAfter(whole, step));
      expect(modelOf(resumed).sets).toEqual(modelOf(whole).sets);
    },
    BUSY_MACHINE,
  );

  test(
    'an image is restored as the task that it looks like, or as the one that is named',
    async () => {
      const model = modelOf(whole);
      for (const [task, phantom, other] of [
        ['noise', 'embryo-noise', 'filaments'],
        ['filaments', 'microtubules', 'noise'],
      ] as const) {
        const image = imageOf(phantom);
        const alone = await restoreImage(engine, model, image);
        expect(alone.data).toEqual((await restoreImage(engine, model, image, { task })).data);
        expect(alone.data).not.toEqual((await restoreImage(engine, model, image, { task: other })).data);
        expect(JSON.parse(alone.meta.record ?? '{}').restored.task).toBe(task);
      }
    },
    BUSY_MACHINE,
  );

  test('a model that does not know its tasks’ looks asks for a name', async () => {
    const model = modelOf(whole);
    const { looks: _, ...record } = model.record;
    const blind = { ...model, record };
    expect(modelInfo(blind).taskFree).toBe(false);
    await expect(restoreImage(engine, blind, imageOf('embryo-noise'))).rejects.toThrow(
      'got no task and a model that restores each of its tasks in a way of its own, wanted one of noise, filaments',
    );
  });

  test('looks, and numbers of tasks, that cannot be are refused', () => {
    const { record, sets } = modelOf(whole);
    const { looks } = record;
    for (const wrong of [
      { restorer: { ...record.restorer, tasks: 3 } },
      { looks: { ...looks, tasks: looks?.tasks.slice(1) } },
      { looks: { ...looks, spread: ['wide'] } },
    ]) {
      const bytes = writeModelFile({ record: { ...record, ...wrong } as never, sets });
      expect(() => readModelFile(bytes)).toThrow('with missing entries');
    }
  });

  test(
    'one task goes on from it with what is its own, and a task is added to the two',
    async () => {
      const start = { model: new Uint8Array(whole.done.model), name: 'Two' };
      const none = { ...MEND_CONFIG, cinGan: { steps: 0 }, mend: { steps: 1, batch: 2 }, cGan: { steps: 0 } };
      const still = { ...none, mend: { steps: 1, batch: 2, learningRate: 1e-12 } };
      const one = await follow(engine, still, phantoms('paired', 'filaments', 'microtubules'), { start });
      expect(modelOf(one).record.restorer).toMatchObject({ tasks: 1 });
      const image = imageOf('microtubules');
      const [before, after] = [modelOf(whole), modelOf(one)];
      const restored = (model: ModelFile) => restoreImage(engine, model, image, { task: 'filaments' });
      const [a, b] = [(await restored(before)).data, (await restored(after)).data];
      expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThan(1e-3);

      const adding = { ...MEND_CONFIG, addTasks: true, mend: { steps: 2, batch: 4 }, cGan: { steps: 0 } };
      const added = await follow(engine, adding, phantoms('paired', 'axial', 'embryo-axial'), { start });
      const { record, sets } = modelOf(added);
      expect(record.tasks.map(({ name }) => name)).toEqual(['noise', 'filaments', 'axial']);
      expect(record.restorer).toMatchObject({ tasks: 3 });
      expect(record.looks?.tasks.slice(0, 2)).toEqual(before.record.looks?.tasks);
      expect(sets.get('restorer')?.get('exit.weight')?.shape).toEqual([7, 7, 9, 3]);
    },
    BUSY_MACHINE,
  );
});
