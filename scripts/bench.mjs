// `npm run bench -- [--chrome] [--rounds N] [--quick] [--only TEXT] [--steps PRESET] [--growth PRESET] [--cold]
// [--adapter NAME] [--save NAME] [--json]`: the benchmark under Dawn for Node, or in headless Chrome.
// `npm run bench -- --peers …`: beside other engines, see bench_peers.mjs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addToHistory } from './bench_history.mjs';
import { benchPage } from './bench_page.mjs';
import { runChild } from './child.mjs';
import { ensureInstalled } from './ensure_installed.mjs';
import { bundleForBrowser, bundleForNode } from './node_bundle.mjs';
import { vulkanEnvironment } from './vulkan_driver.mjs';

ensureInstalled();
const { values } = parseArgs({
  options: {
    chrome: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    steps: { type: 'string' },
    growth: { type: 'string' },
    sides: { type: 'string', default: '128,256,512,1024' },
    batches: { type: 'string', default: '1,2,4,8' },
    cold: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    limit: { type: 'string' },
    adapter: { type: 'string' },
    save: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
// Mesa keeps compiled shaders in the user's cache folder.
const cold = values.cold ? { MESA_SHADER_CACHE_DISABLE: 'true' } : {};
if (values.peers) {
  const { comparePeers } = await import('./bench_peers.mjs');
  await comparePeers(values);
} else process.exitCode = values.chrome ? await inChrome() : await inNode();

async function inNode() {
  const program = await bundleForNode('src/cli/main.ts', 'dist/cli/main.js');
  const { env } = await vulkanEnvironment();
  const folder = mkdtempSync(join(tmpdir(), 'mendscope-bench-'));
  const out = join(folder, 'report.json');
  try {
    const options = Object.entries(values).flatMap(([name, value]) => {
      if (['chrome', 'peers', 'save', 'adapter', 'limit'].includes(name) || value === false || value === undefined)
        return [];
      return value === true ? [`--${name}`] : [`--${name}`, value];
    });
    const code = await runChild(
      process.execPath,
      ['--enable-source-maps', program, 'bench', ...options, '--out', out],
      {
        env: { ...process.env, ...env, ...cold },
      },
    );
    if (code === 0 && values.save) save(JSON.parse(readFileSync(out, 'utf8')), 'Dawn for Node');
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inChrome() {
  // Dawn's own cache would hand one device what another compiled.
  const flags = values.cold ? ['--enable-dawn-features=disable_blob_cache'] : [];
  const script = await bundleForBrowser('src/bench/page.ts');
  const { steps, only, quick } = values;
  const numbers = (text) => text.split(',').map(Number);
  const growth = values.growth && {
    preset: values.growth,
    sides: numbers(values.sides),
    batches: numbers(values.batches),
  };
  const options = { rounds: Number(values.rounds), quick, only, steps, growth, cold: values.cold };
  return benchPage({ script, flags, env: cold }, async (page, browser) => {
    const { report, table } = await page.evaluate(`mendscopeBench(${JSON.stringify(options)})`);
    const named = { ...report, ...(values.adapter && { adapter: values.adapter }), browser };
    process.stdout.write(values.json ? `${JSON.stringify(named)}\n` : `${browser}\n${table}\n`);
    if (values.save) save(named, browser);
    return 0;
  });
}

function save(report, host) {
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`;
  const adapter = values.adapter ?? report.adapter;
  const file = addToHistory(values.save, { ...report, adapter, host, command });
  process.stderr.write(`added to ${file}\n`);
}
