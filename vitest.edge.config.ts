import { defineConfig } from 'vitest/config';

// The long runs against `wrangler dev` in a process of its own: load, kills, a gigabyte, a restore. Each is a command of its
// own (`npm run edge:load`, edge:parallel, edge:kill, edge:page, edge:restore, edge:large), none is part of `npm test`.
export default defineConfig({
  test: {
    name: 'edge',
    include: ['tests/edge/**/*.edge.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
  },
});
