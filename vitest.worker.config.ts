import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';

// wrangler.toml's assets folder must exist, built or not.
mkdirSync(fileURLToPath(new URL('./dist/app', import.meta.url)), { recursive: true });

const migrationsFolder = fileURLToPath(new URL('./worker/migrations', import.meta.url));

// The worker's tests run in workerd, on real (embedded) R2 and D1. Storage is a fresh one for every file.
export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        bindings: {
          MIGRATIONS: existsSync(migrationsFolder) ? await readD1Migrations(migrationsFolder) : [],
          FUZZ_REQUESTS: process.env.FUZZ_REQUESTS ?? '1000',
        },
      },
    })),
  ],
  test: {
    name: 'worker',
    include: ['tests/worker/**/*.test.ts'],
    setupFiles: ['tests/worker/apply_migrations.ts'],
    testTimeout: 20_000,
  },
});
