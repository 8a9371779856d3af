/** `npx vite --config tests/ui/fake_thread.vite.config.ts`: the page with the fake thread, to work on its looks. */
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vite';
import app from '../../vite.config';

const fake = fileURLToPath(new URL('./fake_training_thread.ts', import.meta.url));

export default mergeConfig(
  app,
  defineConfig({
    build: { outDir: fileURLToPath(new URL('../../dist/fake', import.meta.url)) },
    plugins: [
      {
        name: 'fake-thread',
        enforce: 'pre',
        transform(code, id) {
          return id.endsWith('/worker_client.ts') ? code.replace('./training_thread.ts', fake) : undefined;
        },
      },
    ],
  }),
);
