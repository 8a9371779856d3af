import { beforeEach, expect, test, vi } from 'vitest';
import { MemoryPool } from '../../src/runtime';

/** Sizes of the buffers that live on a device that makes anything. */
const alive = new Set<{ size: number }>();
const device = {
  createBuffer: ({ size }: { size: number }) => {
    const buffer = { size, destroy: () => alive.delete(buffer) };
    alive.add(buffer);
    return buffer;
  },
} as unknown as GPUDevice;
const living = (): number[] => [...alive].map(({ size }) => size).sort((a, b) => a - b);
const sizesOf = (buffers: readonly GPUBuffer[]): number[] => buffers.map(({ size }) => size);

let pool: MemoryPool;
beforeEach(() => {
  vi.stubGlobal('GPUBufferUsage', { STORAGE: 1, COPY_SRC: 2, COPY_DST: 4 });
  alive.clear();
  pool = new MemoryPool(device);
  pool.limit = 10_000;
});

test('what was given back is handed on where it is large enough, within the slack', () => {
  pool.give(pool.take([1000, 3000]));
  pool.slack = 500;
  const buffers = pool.take([2600, 900, 900]);
  expect(sizesOf(buffers)).toEqual([3000, 1000, 900]); // 400 and 100 too large
  expect(living()).toEqual([900, 1000, 3000]);
});

test('no buffer is larger than the slack allows for all of a call', () => {
  pool.give(pool.take([1000, 3000]));
  pool.slack = 450;
  expect(sizesOf(pool.take([2600, 900]))).toEqual([3000, 900]);
  expect(sizesOf(pool.take([1000], true))).toEqual([1000]);
});

test('a buffer of an exact size is of that size', () => {
  pool.give(pool.take([1000]));
  pool.slack = 500;
  expect(sizesOf(pool.take([900], true))).toEqual([900]);
});

test('what is idle is freed before the limit is passed, the longest idle first', () => {
  const [first, second, third] = pool.take([1000, 2000, 3000]);
  pool.give([second]);
  pool.give([first, third]);
  pool.limit = 8500;
  const buffers = pool.take([4000]);
  expect(living()).toEqual([1000, 3000, 4000]);
  pool.give(buffers);
  pool.destroy();
  expect(living()).toEqual([]);
});

test('what is needed is made, whatever the limit', () => {
  expect(sizesOf(pool.take([20_000, 8]))).toEqual([20_000, 256]);
});
