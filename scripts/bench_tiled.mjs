// `npm run bench:tiled -- [--large SIDES]`: tiled against untiled restoration, written to docs/benchmarks/.
import { runChild } from './child.mjs';
import { ensureInstalled } from './ensure_installed.mjs';
import { bundleForNode } from './node_bundle.mjs';
import { vulkanEnvironment } from './vulkan_driver.mjs';

ensureInstalled();
const program = await bundleForNode('tests/bench/tiled_restore.ts', 'dist/bench/tiled_restore.js');
const { env } = await vulkanEnvironment();
process.exitCode = await runChild(process.execPath, ['--enable-source-maps', program, ...process.argv.slice(2)], {
  env: { ...process.env, ...env },
});
