// `npm run typecheck`: the worker's generated types, then every tsconfig.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { quietWrangler } from './quiet_wrangler.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = (script, ...args) =>
  runChild(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    env: { ...process.env, ...quietWrangler },
    stdio: ['ignore', script.startsWith('wrangler') ? 'ignore' : 'inherit', 'inherit'],
  });

const codes = [
  await node('wrangler/bin/wrangler.js', 'types', 'worker/worker-configuration.d.ts'),
  await node('typescript/bin/tsc', '--project', 'tsconfig.json'),
  await node('typescript/bin/tsc', '--project', 'tsconfig.worker.json'),
];
process.exitCode = Math.max(...codes);
