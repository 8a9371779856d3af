// `npm run -s mendscope -- COMMAND …`: the terminal program. Standard output belongs to the program alone.
import { runChild } from './child.mjs';
import { ensureInstalled } from './ensure_installed.mjs';
import { bundleForNode } from './node_bundle.mjs';
import { vulkanEnvironment } from './vulkan_driver.mjs';

ensureInstalled();
const program = await bundleForNode('src/cli/main.ts', 'dist/cli/main.js');
const { env } = await vulkanEnvironment();
process.exitCode = await runChild(process.execPath, ['--enable-source-maps', program, ...process.argv.slice(2)], {
  env: { ...process.env, ...env },
});
