import { expect, test } from 'vitest';
import { type Image, imageOfPlane } from '../../src/imaging/image';
import { PHANTOM_TASKS, phantomPair } from '../../src/imaging/phantoms/phantom';
import { networkPlanes, type TaskPlanes } from '../../src/training/batches';
import { likeliestTask, measureLooks, type TaskLooks, taskOfImage } from '../../src/training/task_looks';

const defective = (task: (typeof PHANTOM_TASKS)[number], from: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const { defective } = phantomPair(task, { seed: from + i });
    return networkPlanes(imageOfPlane(defective, 'float32'))[0];
  });
const planesOf = (name: string, planes: ReturnType<typeof defective>): TaskPlanes => ({
  name,
  axial: false,
  pairs: [],
  defective: planes,
  clean: [],
});

test('the task of 39 in 40 phantoms is known from ten images of each, also from a part of an image', () => {
  const looks = measureLooks(PHANTOM_TASKS.map((task) => planesOf(task, defective(task, 0, 10)))) as TaskLooks;
  let [right, asked] = [0, 0];
  for (const [t, task] of PHANTOM_TASKS.entries()) {
    for (const plane of defective(task, 100, 10)) {
      const part = { width: 96, height: 100, data: plane.data.filter((_, i) => i % 128 < 96 && i < 100 * 128) };
      for (const image of [plane, part]) {
        right += Number(likeliestTask(looks, image) === t);
        asked++;
      }
    }
  }
  expect(right / asked).toBeGreaterThanOrEqual(39 / 40);
});

test('a task without images keeps the look it is known by; without one there is nothing to tell by', () => {
  const [axial, noise] = [planesOf('axial', defective('embryo-axial', 0, 4)), planesOf('noise', [])];
  expect(measureLooks([axial, noise])).toBeUndefined();
  const both = measureLooks([axial, planesOf('noise', defective('embryo-noise', 0, 4))]) as TaskLooks;
  const known = measureLooks([axial, noise], {
    tasks: new Map([['noise', both.tasks[1]]]),
    spread: both.spread.map((value) => 3 * value),
  }) as TaskLooks;
  expect(known.tasks).toEqual(both.tasks);
  known.spread.forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(3 * both.spread[i]);
  });
  expect(likeliestTask(known, defective('embryo-noise', 50, 1)[0])).toBe(1);
});

test('images of one grey, and small ones, are of some task', () => {
  const even = { width: 20, height: 33, data: new Float32Array(660).fill(0.3) };
  const looks = measureLooks([planesOf('even', [even]), planesOf('noise', defective('embryo-noise', 0, 3))]);
  expect(looks && likeliestTask(looks, even)).toBe(0);
});

test('a stack is of an axial task where it is restored on side views, and else of another; a model of one asks nothing', () => {
  const tasks = [
    { name: 'axial', axial: true },
    { name: 'noise', axial: false },
    { name: 'filaments', axial: false },
  ];
  const looks = measureLooks([
    planesOf('axial', defective('embryo-axial', 0, 4)),
    planesOf('noise', defective('embryo-noise', 0, 4)),
    planesOf('filaments', defective('microtubules', 0, 4)),
  ]);
  const restorer = { kind: 'unet' as const, first: 4, kernel: 3, exit: 'filter' as const, tasks: 3 };
  const [plane] = defective('embryo-noise', 60, 1);
  const size = { x: 128, y: 128, z: 2, c: 1, t: 1 };
  const flat = imageOfPlane(plane, 'float32');
  const stack = { ...flat, size, data: Float32Array.from([...plane.data, ...plane.data]) };
  const of = (image: Image, xzViews?: boolean, own = restorer) =>
    taskOfImage({ tasks, looks, restorer: own }, image, [{ offset: -1, range: 2 }], { xzViews, factor: 4 });
  const scaled = { ...flat, data: flat.data };
  expect(of(scaled)).toBe('noise');
  expect(of(stack)).toBe('noise');
  expect(of(stack, true)).toBe('axial');
  expect(of(stack, true, { ...restorer, tasks: 1 })).toBeUndefined();
});
