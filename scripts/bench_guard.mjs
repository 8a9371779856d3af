// `npm run bench:guard [-- --record]`: whether a kernel or a training step has become slower (src/cli/guard.ts).
// MENDSCOPE_GUARD_FILE names another file of recorded ratios than docs/benchmarks/guard.json.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { ensureInstalled } from './ensure_installed.mjs';
import { bundleForNode } from './node_bundle.mjs';
import { vulkanEnvironment } from './vulkan_driver.mjs';

ensureInstalled();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = process.env.MENDSCOPE_GUARD_FILE ?? join(root, 'docs', 'benchmarks', 'guard.json');
const program = await bundleForNode('src/cli/guard.ts', 'dist/cli/guard.js');
const { env } = await vulkanEnvironment();
process.exitCode = await runChild(process.execPath, ['--enable-source-maps', program, file, ...process.argv.slice(2)], {
  env: { ...process.env, ...env },
});
