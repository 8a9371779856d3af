import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The page: src/ui/index.html and what it imports, built into dist/app, which the worker serves as static assets.
export default defineConfig({
  root: fileURLToPath(new URL('./src/ui', import.meta.url)),
  build: {
    outDir: fileURLToPath(new URL('./dist/app', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1500,
  },
  worker: { format: 'es' },
});
