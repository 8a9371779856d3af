// `npm run bench`: the benchmark under Dawn for Node, in headless Chrome, or beside other engines (bench_peers.mjs).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addToHistory, historyFile, lastRun } from './bench_history.mjs';
import { benchPage } from './bench_page.mjs';
import { runChild } from './child.mjs';
import { ensureInstalled } from './ensure_installed.mjs';
import { bundleForBrowser, bundleForNode } from './node_bundle.mjs';
import { vulkanEnvironment } from './vulkan_driver.mjs';

const usage = `Usage: npm run bench -- [options]

  --rounds N        rounds of each case (7)
  --quick           smaller networks, for software adapters
  --only TEXT       cases whose name contains it
  --steps PRESET    the training steps of tiny, grid, laptop or paper, nothing else
  --growth PRESET   its restorer over --sides (128,256,512,1024), its step over --batches (1,2,4,8)
  --cold            nothing compiled before: an engine of its own for each case, no cache of shaders
  --measure MS      lets the engine choose its kernels by timing them, for so long at most
  --chrome          in headless Chrome, not under Dawn for Node
  --peers           in headless Chrome beside TF.js, ONNX Runtime Web and jax-js
  --engines NAMES   of those, between commas
  --limit SECONDS   after so long an engine is left out of a case's further rounds (60)
  --patience SECONDS  an engine that gives no sign for so long is ended with its browser, and its row says so (240)
  --adapter NAME    what the adapter is called in the report, where the browser misnames it
  --save NAME       adds the results to docs/benchmarks/NAME.json; those of --growth are drawn in NAME.svg too
  --draw NAME       draws the last run of a saved --growth again, and measures nothing
  --json            JSON in place of tables

CHROME_PATH names the browser; MENDSCOPE_BROWSER_GPU=1 lets it use the real GPU.
`;

ensureInstalled();
const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    chrome: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    steps: { type: 'string' },
    growth: { type: 'string' },
    sides: { type: 'string', default: '128,256,512,1024' },
    batches: { type: 'string', default: '1,2,4,8' },
    cold: { type: 'boolean', default: false },
    measure: { type: 'string' },
    peers: { type: 'boolean', default: false },
    engines: { type: 'string' },
    limit: { type: 'string' },
    patience: { type: 'string' },
    adapter: { type: 'string' },
    save: { type: 'string' },
    draw: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
// Mesa keeps compiled shaders in the user's cache folder.
const cold = values.cold ? { MESA_SHADER_CACHE_DISABLE: 'true' } : {};
if (values.help) process.stdout.write(usage);
else if (values.draw) await drawGrowth(values.draw);
else if (values.peers) {
  const { comparePeers } = await import('./bench_peers.mjs');
  process.exitCode = await comparePeers(values);
} else process.exitCode = values.chrome ? await inChrome() : await inNode();

async function inNode() {
  const program = await bundleForNode('src/cli/main.ts', 'dist/cli/main.js');
  const { env } = await vulkanEnvironment();
  const folder = mkdtempSync(join(tmpdir(), 'mendscope-bench-'));
  const out = join(folder, 'report.json');
  try {
    const options = Object.entries(values).flatMap(([name, value]) => {
      if (
        ['chrome', 'peers', 'save', 'adapter', 'limit', 'patience', 'engines'].includes(name) ||
        value === false ||
        value === undefined
      )
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
    if (code === 0 && values.save) await save(JSON.parse(readFileSync(out, 'utf8')), 'Dawn for Node');
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
  const options = {
    rounds: Number(values.rounds),
    quick,
    only,
    steps,
    growth,
    cold: values.cold,
    measure: Number(values.measure ?? 0),
  };
  return benchPage({ script, flags, env: cold }, async (page, browser) => {
    const { report, table } = await page.evaluate(`mendscopeBench(${JSON.stringify(options)})`);
    const named = { ...report, ...(values.adapter && { adapter: values.adapter }), browser };
    const text = table.replace(report.adapter, named.adapter);
    process.stdout.write(values.json ? `${JSON.stringify(named)}\n` : `${browser}\n${text}\n`);
    if (values.save) await save(named, browser);
    return 0;
  });
}

async function save(report, host) {
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`;
  const adapter = values.adapter ?? report.adapter;
  const file = addToHistory(values.save, { ...report, adapter, host, command });
  process.stderr.write(`added to ${file}\n`);
  if (values.growth) await drawGrowth(values.save);
}

async function drawGrowth(name) {
  const { growthFigure } = await import(
    await bundleForNode('src/bench/growth_figure.ts', 'dist/bench/growth_figure.js')
  );
  const { run, rows } = lastRun(name);
  const file = historyFile(name, 'svg');
  writeFileSync(file, growthFigure({ ...run, rows }));
  process.stderr.write(`drawn in ${file}\n`);
}
