import { beforeAll, describe, expect, test, vi } from 'vitest';
import { imageOfPlane } from '../../src/imaging/image';
import { phantomPair } from '../../src/imaging/phantoms/phantom';
import { Engine, type Program } from '../../src/runtime';
import { ALL_MEASURES, prepareData } from '../../src/training/batches';
import { darkest } from '../../src/training/floor';
import { modelInfo, readModelFile, writeModelFile } from '../../src/training/model_file';
import { restoreImage } from '../../src/training/restore';
import { testGpu } from '../gpu_setup';
import {
  BUSY_MACHINE,
  CONFIG,
  checkpointIn,
  type Followed,
  follow,
  keeping,
  lossesAfter,
  MEND_CONFIG,
  modelOf,
  phantoms,
} from './followed_run';

describe('a run of mend', () => {
  let engine: Engine;
  let whole: Followed;
  beforeAll(async () => {
    engine = await Engine.create({ gpu: testGpu() });
    const keep = ['cin-gan 1', 'mend 3', 'cgan 2'];
    whole = await follow(engine, MEND_CONFIG, phantoms('paired'), {}, keeping(keep));
  }, BUSY_MACHINE);

  test('goes through its phases and ends with both ends of the dial', () => {
    expect(whole.losses.map((line) => line.split(' ')[0])).toEqual([
      ...Array(4).fill('cin-gan'),
      ...Array(8).fill('mend'),
      ...Array(4).fill('cgan'),
    ]);
    expect(whole.losses[4]).toMatch(/^mend 1 \{"pixel":.*"squared":/);
    const { record, sets } = modelOf(whole);
    expect([...sets.keys()]).toEqual(['detail', 'restorer', 'generator']);
    expect(record.steps).toEqual({ cinGan: 4, mend: 8, cGan: 4 });
    expect(record.restorer).toEqual({ kind: 'unet', first: 8, kernel: 5, unit: true, exit: 'filter' });
    expect(record.floors?.length).toBe(1);
    expect(whole.done.info).toMatchObject({ hasDetail: true, paints: true });
    expect(modelInfo(modelOf(whole))).toEqual(whole.done.info);
  });

  test.each(['cin-gan', 'mend', 'cgan'])(
    'resumed in its %s phase, it goes on with the very same losses',
    async (phase) => {
      const { step, bytes } = checkpointIn(whole, phase);
      const resumed = await follow(engine, MEND_CONFIG, phantoms('paired'), { resume: bytes });
      expect(resumed.losses).toEqual(lossesAfter(whole, step));
      expect(modelOf(resumed).sets).toEqual(modelOf(whole).sets);
    },
  );

  test('what a phase has on the device is freed before the next one has any', async () => {
    const held = new Set<Program>();
    const compile = engine.compile.bind(engine);
    const compiling = vi.spyOn(engine, 'compile').mockImplementation(async (...given) => {
      const program = await compile(...given);
      held.add(program);
      const free = program.destroy.bind(program);
      program.destroy = () => {
        held.delete(program);
        free();
      };
      return program;
    });
    const before: number[] = [];
    await follow(engine, MEND_CONFIG, phantoms('paired'), {}, (event) => {
      if (event.kind === 'progress' && event.phase === 'compiling' && event.step === 0) before.push(held.size);
    });
    compiling.mockRestore();
    // Once while the defects are measured, then once a phase.
    expect(before).toEqual([0, 0, 0, 0]);
    expect(held.size).toBe(0);
  });

  test('pairs alone need no CIN-GAN unless it is asked for; a quarter of the steps is for detail', async () => {
    const { cinGan: _, cGan: __, ...config } = MEND_CONFIG;
    const run = await follow(engine, { ...config, cGan: { batch: 2 } }, phantoms('paired'));
    expect(run.done.info.steps).toEqual({ cinGan: 0, mend: 8, cGan: 2 });
    expect(run.done.info.paints).toBe(false);
  });

  test('without pairs it learns from pairs made of both sets, and from CIN-GAN’s too where that is asked for', async () => {
    const { cinGan: _, ...config } = MEND_CONFIG;
    const data = phantoms('unpaired');
    const run = await follow(engine, config, data);
    expect(run.done.info).toMatchObject({ steps: { cinGan: 0, mend: 8, cGan: 4 }, paints: false, measured: ['noise'] });
    expect(whole.done.info.measured).toBeUndefined();
    const { training } = prepareData(data, 0.1, config.seed, ALL_MEASURES, config.patch);
    expect(modelOf(run).record.floors).toEqual(darkest(training));
    const previews = run.events.flatMap((event) => (event.kind === 'preview' ? event.rows : []));
    expect(previews.length).toBeGreaterThan(0);
    // What is shown is a real defective image, of which there is no truth.
    for (const row of previews) expect(row.truth).toBeUndefined();

    const painted = await follow(engine, MEND_CONFIG, data);
    expect(painted.done.info).toMatchObject({ steps: { cinGan: 4, mend: 8, cGan: 4 }, paints: true });
    expect(modelOf(painted).sets.get('restorer')).not.toEqual(modelOf(run).sets.get('restorer'));
  });

  test('stopped before it learns detail, it keeps what it has and has no dial', async () => {
    const run = await follow(engine, MEND_CONFIG, phantoms('paired'), {}, (event, control) => {
      if (event.kind === 'progress' && event.phase === 'mend' && event.step === 2) control.stop();
    });
    expect(run.done.info).toMatchObject({ hasDetail: false, steps: { cinGan: 4, mend: 2, cGan: 0 } });
    expect([...modelOf(run).sets.keys()]).toEqual(['restorer', 'generator']);
  });

  test('a CIN-GAN alone can be added to it, and leaves both ends of the dial as they are', async () => {
    const config = { ...MEND_CONFIG, mend: { steps: 0 }, cGan: { steps: 0 } };
    const start = { model: new Uint8Array(whole.done.model), name: 'Ours' };
    const run = await follow(engine, config, phantoms('paired'), { start }, (event, control) => {
      if (event.kind === 'progress' && event.step === 1) control.requestCheckpoint();
    });
    const [before, after] = [modelOf(whole).sets, modelOf(run).sets];
    for (const end of ['restorer', 'detail']) expect(after.get(end)).toEqual(before.get(end));
    expect(after.get('generator')).not.toEqual(before.get('generator'));
    // What is told are the steps that made the restorer.
    expect(run.done.info).toMatchObject({ hasDetail: true, steps: whole.done.info.steps });
    expect(modelOf(run).record.steps).toEqual({ cinGan: 4, mend: 0, cGan: 0 });
    const [resume] = run.checkpoints.values();
    expect(modelOf(await follow(engine, config, phantoms('paired'), { resume })).sets).toEqual(after);
  });

  test(
    'detail alone can be learned further, and leaves the faithful end of the dial as it is',
    async () => {
      const config = { ...MEND_CONFIG, mend: { steps: 0 } };
      const start = { model: new Uint8Array(whole.done.model), name: 'Ours' };
      const run = await follow(engine, config, phantoms('paired'), { start }, keeping(['cin-gan 2', 'cgan 2']));
      const [before, after] = [modelOf(whole).sets, modelOf(run).sets];
      expect(after.get('restorer')).toEqual(before.get('restorer'));
      for (const end of ['restorer', 'detail']) expect(after.get('detail')).not.toEqual(before.get(end));
      expect(run.done.info).toMatchObject({ hasDetail: true, steps: { cinGan: 4, mend: 0, cGan: 4 } });
      expect([...run.checkpoints.keys()]).toEqual(['cin-gan 2', 'cgan 2']);
      for (const [at, resume] of run.checkpoints) {
        const resumed = await follow(engine, config, phantoms('paired'), { resume });
        expect(resumed.losses).toEqual(lossesAfter(run, at));
        expect(modelOf(resumed).sets).toEqual(after);
      }

      const stopped = await follow(engine, config, phantoms('paired'), { start }, (event, control) => {
        if (event.kind === 'plan' && event.phase === 'cgan') control.stop();
      });
      for (const end of ['restorer', 'detail']) expect(modelOf(stopped).sets.get(end)).toEqual(before.get(end));
    },
    BUSY_MACHINE,
  );

  test('detail without a faithful restorer behind it leaves its running mean, and no dial', async () => {
    const config = { ...MEND_CONFIG, cinGan: { steps: 0 }, mend: { steps: 0 }, cGan: { steps: 12, batch: 2 } };
    const run = await follow(engine, config, phantoms('paired'), {}, keeping(['cgan 12']));
    const last = readModelFile(checkpointIn(run, 'cgan').bytes).sets;
    expect(modelOf(run).sets.get('restorer')).toEqual(last.get('average'));
    expect(last.get('average')).not.toEqual(last.get('restorer'));
    expect(run.done.info.hasDetail).toBe(false);
  });

  test('trained further, it learns from pairs and not from what its CIN-GAN paints, and keeps that', async () => {
    const { record, sets } = modelOf(whole);
    const bare = writeModelFile({ record, sets: new Map([...sets].filter(([name]) => name !== 'generator')) });
    const config = { ...MEND_CONFIG, cinGan: { steps: 0 } };
    const further = async (model: Uint8Array) =>
      modelOf(await follow(engine, config, phantoms('paired'), { start: { model, name: 'Ours' } }));
    const [painting, other] = [await further(new Uint8Array(whole.done.model)), await further(bare)];
    for (const end of ['restorer', 'detail']) expect(painting.sets.get(end)).toEqual(other.sets.get(end));
    expect(painting.sets.get('generator')).toEqual(sets.get('generator'));
    expect(other.sets.has('generator')).toBe(false);
  });

  test('it goes on from a published model with that model’s network', async () => {
    const published = await follow(engine, CONFIG, phantoms('paired'));
    const model = new Uint8Array(published.done.model);
    const config = { ...MEND_CONFIG, cinGan: { steps: 0 } };
    const run = await follow(engine, config, phantoms('paired'), { start: { model, name: 'published' } });
    expect(modelOf(run).record.restorer).toEqual(readModelFile(model).record.restorer);
    expect(run.done.info).toMatchObject({ hasDetail: true, paints: true });
  });

  test(
    'restores at every place of the dial, never below the floor, and the margin keeps its edges',
    async () => {
      const model = modelOf(whole);
      const { defective } = phantomPair('embryo-noise', { seed: 9, size: 50 });
      const image = imageOfPlane(defective, 'float32');
      const at = async (detail?: number) => (await restoreImage(engine, model, image, { detail })).data;
      const [plain, faithful, middle, sharp] = [await at(), await at(0), await at(0.5), await at(1)];
      expect(plain).toEqual(faithful);
      expect(middle).not.toEqual(faithful);
      expect(sharp).not.toEqual(middle);
      await expect(at(1.5)).rejects.toThrow('got detail 1.5, wanted a number from 0, fidelity, to 1, detail');
      await expect(
        restoreImage(
          engine,
          { ...model, sets: new Map([['restorer', model.sets.get('restorer') ?? new Map()]]) },
          image,
          {
            detail: 1,
          },
        ),
      ).rejects.toThrow('got detail 1 and a model that learned fidelity alone');
      const raised = { ...model, record: { ...model.record, floors: [0.25] } };
      const floored = (await restoreImage(engine, raised, image)).data;
      const [least, most] = [Math.min(...floored), Math.max(...floored)];
      expect(floored.filter((value) => Math.abs(value - least) < 1e-4 * (most - least)).length).toBeGreaterThan(1000);
      const inPieces = (await restoreImage(engine, model, image, { budget: 3e6 })).data;
      inPieces.forEach((value, i) => {
        expect(Math.abs(value - plain[i])).toBeLessThan(1e-4 * (most - least));
      });
    },
    BUSY_MACHINE,
  );

  test('a file whose network is none of ours is refused', () => {
    const model = modelOf(whole);
    for (const restorer of [
      { kind: 'unet', first: 8, kernel: 4 },
      { kind: 'unet', first: 0, kernel: 5 },
      { kind: 'unet', first: 8, kernel: 5, exit: 'door' },
      { kind: 'gnu', first: 8 },
    ]) {
      const bytes = writeModelFile({ ...model, record: { ...model.record, restorer: restorer as never } });
      expect(() => readModelFile(bytes)).toThrow('with missing entries');
    }
    const bytes = writeModelFile({ ...model, record: { ...model.record, floors: [0, 1] } });
    expect(() => readModelFile(bytes)).toThrow('with missing entries');
  });
});
