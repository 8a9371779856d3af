// `npm run bench:guard [-- --record]`: whether a kernel or a training step has become slower (src/cli/guard.ts).
// MENDSCOPE_GUARD_FOLDER names another folder of frozen programs than docs/benchmarks/guard.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { ensureInstalled } from './ensure_installed.mjs';
import { bundleForNode } from './node_bundle.mjs';
import { vulkanEnvironment } from './vulkan_driver.mjs';

ensureInstalled();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = process.env.MENDSCOPE_GUARD_FOLDER ?? join(root, 'docs', 'benchmarks', 'guard');
const program = await bundleForNode('src/cli/guard.ts', 'dist/cli/guard.js');
const { env } = await vulkanEnvironment();
process.exitCode = await runChild(
  process.execPath,
  ['--enable-source-maps', program, folder, ...process.argv.slice(2)],
  {
    env: { ...process.env, ...env },
  },
);
