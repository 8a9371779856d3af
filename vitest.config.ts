import { defineConfig } from 'vitest/config';

// Four kinds of test, told apart by where a file lies and how its name ends:
//   unit    tests/**/*.test.ts           plain Node
//   gpu     tests/**/*.gpu.test.ts       the engine on Dawn in Node; scripts/test.mjs finds the Vulkan driver
//   worker  tests/worker/**/*.test.ts    inside workerd (vitest.worker.config.ts)
//   e2e     tests/e2e/**/*.e2e.test.ts   a headless Chromium
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.gpu.test.ts', 'tests/worker/**', 'tests/e2e/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'gpu',
          include: ['tests/**/*.gpu.test.ts'],
          exclude: ['tests/worker/**', 'tests/e2e/**'],
          setupFiles: ['tests/gpu_setup.ts'],
          // One file at a time, each in a process of its own: the software adapter uses every core by itself, and a
          // crash inside Dawn takes down one file only.
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      './vitest.worker.config.ts',
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.e2e.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
