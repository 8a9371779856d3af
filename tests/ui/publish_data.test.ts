import { beforeEach, expect, it } from 'vitest';
import { type Image, imageOfPlane } from '../../src/imaging/image';
import { readTiff } from '../../src/imaging/tiff';
import { type DataPlan, dataPlan, publishData } from '../../src/ui/publish_data';
import { taskPlans } from '../../src/ui/shared_data';
import { newTask, type SourceImage, type TaskDraft } from '../../src/ui/task_draft';
import { EdgeClient } from '../../src/wire/client';
import type { DatasetDraft, FileRecord } from '../../src/wire/publication';

let made = 0;
beforeEach(() => {
  made = 0;
});

function source(name: string): SourceImage {
  made++;
  const data = Float32Array.from({ length: 12 }, (_, i) => made * 100 + i);
  return { id: `s${made}`, name, image: imageOfPlane({ width: 4, height: 3, data }, 'uint16') };
}

const task = (name: string, change: Partial<TaskDraft>): TaskDraft => ({ ...newTask(name, name), ...change });

const drafts = (): TaskDraft[] => [
  task('noise', {
    defective: [source('cell-10_low.tif'), source('cell-2_low.ome.tif'), source('alone_low.tif')],
    clean: [source('cell-2_gt.tif'), source('cell-10_gt.tif')],
  }),
  task('haze/fog', {
    kind: 'unpaired',
    axial: true,
    defective: [source('x.png'), source('X.tif'), source('..')],
    clean: [source('a\\b:c.npy')],
  }),
  task('order', { pairBy: 'order', defective: [source('1.tif')], clean: [source('y.tif')] }),
];

const shown = ({ files }: DataPlan) => files.map(({ path, role, pair }) => [path, role, pair ?? null]);

it('plans one file an image, pairs that belong together, and paths that any system takes', () => {
  const plan = dataPlan(drafts());
  expect(plan.tasks).toEqual([
    { name: 'noise', axial: false },
    { name: 'haze/fog', axial: true },
    { name: 'order', axial: false },
  ]);
  expect(shown(plan)).toEqual([
    ['noise/defective/cell-2_low.tif', 'defective', 'cell-2_low'],
    ['noise/clean/cell-2_gt.tif', 'clean', 'cell-2_low'],
    ['noise/defective/cell-10_low.tif', 'defective', 'cell-10_low'],
    ['noise/clean/cell-10_gt.tif', 'clean', 'cell-10_low'],
    ['haze_fog/defective/image.tif', 'defective', null],
    ['haze_fog/defective/x.tif', 'defective', null],
    ['haze_fog/defective/X_2.tif', 'defective', null],
    ['haze_fog/clean/a_b_c.tif', 'clean', null],
    ['order/defective/1.tif', 'defective', '1'],
    ['order/clean/y.tif', 'clean', '1'],
  ]);
  expect([plan.pairs, plan.without, plan.bytes]).toEqual([3, 1, 10 * 24]);
});

it('is read again as the tasks, the kinds and the pairs that it was made from', () => {
  const plan = dataPlan(drafts());
  const { plans, without } = taskPlans(plan.tasks, plan.files as unknown as FileRecord[]);
  expect(without).toBe(0);
  expect(plans.map(({ name, kind, axial, units }) => [name, kind, axial, units.length])).toEqual([
    ['noise', 'paired', false, 2],
    ['haze/fog', 'unpaired', true, 4],
    ['order', 'paired', false, 1],
  ]);
});

/** A store that takes `enough` files, then is gone until it is told to come back. */
function store(enough: number) {
  const kept = new Map<string, Image>();
  const published: DatasetDraft[] = [];
  const puts: string[] = [];
  const state = { enough };
  const answer = async (path: string, init: RequestInit): Promise<Response> => {
    const json = (body: unknown) => Response.json(body);
    if (path === '/api/blobs/missing') {
      const { sha256 } = JSON.parse(String(init.body)) as { sha256: string[] };
      return json({ missing: sha256.filter((hash) => !kept.has(hash)) });
    }
    if (init.method === 'PUT') {
      if (kept.size >= state.enough) throw new TypeError('the line is dead');
      const hash = path.split('/').pop() ?? '';
      const body = init.body as Uint8Array<ArrayBuffer>;
      puts.push(hash);
      kept.set(hash, readTiff(body, hash));
      return json({ sha256: hash, bytes: body.length, stored: 'new', facts: { format: 'tiff' } });
    }
    published.push(JSON.parse(String(init.body)) as DatasetDraft);
    const id = 'A'.repeat(22);
    return json({
      id,
      collection: 'B'.repeat(22),
      number: 1,
      sha256: '0'.repeat(64),
      link: `/d/${id}`,
      editToken: 't',
    });
  };
  const client = new EdgeClient('http://edge.test', {
    attempts: 1,
    fetch: (input, init) => answer(new URL(String(input)).pathname, init ?? {}),
  });
  return { client, kept, published, puts, state };
}

it('goes on after a broken connection with what is not there yet, and publishes the samples as they are', async () => {
  const edge = store(4);
  const tasks = drafts();
  const text = { title: 'Cells', description: '' };
  const place = { listed: true, expires: '2027-01-01T00:00:00.000Z' };
  await expect(publishData(edge.client, dataPlan(tasks), text, place, {})).rejects.toMatchObject({
    error: 'unreachable',
  });
  expect([edge.kept.size, edge.published.length]).toEqual([4, 0]);

  edge.state.enough = Number.POSITIVE_INFINITY;
  const progress: number[] = [];
  const onProgress = ({ filesDone }: { filesDone: number }) => progress.push(filesDone);
  const item = await publishData(edge.client, dataPlan(tasks), text, place, { onProgress });
  expect(edge.puts.length).toBe(10);
  expect(new Set(edge.puts).size).toBe(10);
  expect(progress.at(-1)).toBe(10);
  expect(item).toMatchObject({
    kind: 'dataset',
    link: `http://edge.test/d/${'A'.repeat(22)}`,
    editToken: 't',
    ...place,
  });

  const [draft] = edge.published;
  expect(draft).toMatchObject({ title: 'Cells', ...place });
  const sent = draft.files.find(({ path }) => path === 'noise/clean/cell-10_gt.tif');
  expect(edge.kept.get(sent?.sha256 ?? '')).toMatchObject({
    sampleType: 'uint16',
    data: tasks[0].clean[1].image.data,
  });
});

it('adds a version to a series with its edit token, and on no terms of its own', async () => {
  const edge = store(Number.POSITIVE_INFINITY);
  const series = { collection: 'B'.repeat(22), title: 'Cells', editToken: 'secret', listed: true };
  const item = await publishData(edge.client, dataPlan(drafts()), { title: 'Cells', description: 'D' }, series, {});
  expect(edge.published[0]).toMatchObject({ collection: series.collection, description: 'D' });
  expect(edge.published[0].listed).toBeUndefined();
  expect(item.listed).toBe(true);
});
