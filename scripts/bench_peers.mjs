// `npm run bench -- --peers [--rounds N] [--quick] [--only TEXT] [--engines NAMES] [--limit SECONDS] [--adapter NAME]
// [--patience SECONDS] [--save NAME] [--json]`: the engine beside TF.js, ONNX Runtime Web and jax-js, in one page of
// headless Chrome, a fresh browser for each case. What they need is installed at the first call, into node_modules/.cache.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addToHistory } from './bench_history.mjs';
import { benchPage } from './bench_page.mjs';
import { runChild } from './child.mjs';
import { bundleForBrowser, bundleForNode } from './node_bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export async function comparePeers({
  rounds,
  quick,
  only,
  engines = '',
  limit = '60',
  patience = '240',
  measure = '0',
  adapter,
  save,
  json,
}) {
  const modules = await installedPeers();
  const script = await bundleForBrowser('scripts/peers/page.mjs', [modules]);
  const wasm = join(modules, 'onnxruntime-web', 'dist');
  const files = Object.fromEntries(
    readdirSync(wasm)
      .filter((name) => name.startsWith('ort-wasm-'))
      .map((name) => [`/onnx/${name}`, join(wasm, name)]),
  );
  const options = {
    quick,
    rounds: Number(rounds),
    limit: Number(limit),
    measure: Number(measure),
    engines: engines.split(',').filter(Boolean),
  };
  const page = (use) => benchPage({ script, files }, use);
  const names = await page((there) => there.evaluate(`mendscopeCases(${quick})`));
  const results = [];
  let host = '';
  for (const name of names.filter((each) => each.includes(only))) {
    try {
      const result = await measuredCase(name, options, Number(patience), (use) =>
        page((there, version, gpuSeconds) => {
          host = version;
          return use(there, gpuSeconds);
        }),
      );
      results.push(result);
    } catch (error) {
      process.stderr.write(`${name}: ${error.message}\n`);
    }
  }
  if (results.length === 0) return 1;
  const { peerTable } = await import(await bundleForNode('src/bench/peers/peer_table.ts', 'dist/bench/peer_table.js'));
  const rows = results.flatMap((result) => result.rows);
  const peaks = results.map(({ peakGflops }) => peakGflops).sort((a, b) => a - b);
  const report = {
    adapter: adapter ?? results[0]?.adapter,
    host,
    date: new Date().toISOString().slice(0, 10),
    rounds: options.rounds,
    peakGflops: [peaks[0], peaks.at(-1)],
    versions: versions(),
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`,
  };
  const head = `${report.adapter}, ${host}, ${report.date}, medians of up to ${rounds} rounds, multiply-add peak ${peaks[0]?.toFixed(1)} to ${peaks.at(-1)?.toFixed(1)} GFLOP/s.`;
  process.stdout.write(json ? `${JSON.stringify({ ...report, rows })}\n` : `${head}\n\n${peerTable(results)}\n`);
  if (save) process.stderr.write(`added to ${addToHistory(save, { ...report, rows })}\n`);
  return 0;
}

/**
 * One case in a fresh browser. Where an engine gives no sign for `patience` seconds, the browser is ended, the engine's row
 * says so, and the case begins again without it.
 */
async function measuredCase(name, options, patience, page) {
  const silent = [];
  for (;;) {
    const outcome = await page(async (there, gpuSeconds) => {
      const watch = watchOver(patience);
      await there.exposeFunction('onTurn', watch.begin);
      if (gpuSeconds) await there.exposeFunction('gpuSeconds', gpuSeconds);
      const without = silent.map(({ engine }) => engine);
      const result = there.evaluate(`mendscopeBench(${JSON.stringify({ ...options, name, without })})`);
      try {
        return await Promise.race([result, watch.silence]);
      } finally {
        watch.end();
        result.catch(() => undefined); // a page that was ended answers with an error nobody waits for
      }
    });
    if (outcome.silent === undefined) return { ...outcome, rows: [...outcome.rows, ...silent] };
    const cannot = `did not answer in ${patience} s`;
    process.stderr.write(`${name}: ${outcome.silent} ${cannot}\n`);
    if (silent.some(({ engine }) => engine === outcome.silent) || outcome.silent === 'mendscope')
      throw new Error(`${outcome.silent} ${cannot}`);
    silent.push({ case: name, engine: outcome.silent, cannot });
  }
}

/** `silence` tells who was begun last, when nobody else was begun for so many seconds. */
function watchOver(seconds) {
  let timer;
  let tell;
  const silence = new Promise((resolve) => {
    tell = resolve;
  });
  const end = () => clearTimeout(timer);
  const begin = (engine) => {
    end();
    timer = setTimeout(() => tell({ silent: engine }), 1000 * seconds);
  };
  return { begin, end, silence };
}

/** Their node_modules, as scripts/peers/package-lock.json has them. */
async function installedPeers() {
  const source = join(root, 'scripts', 'peers');
  const folder = join(root, 'node_modules', '.cache', 'mendscope', 'peers');
  const modules = join(folder, 'node_modules');
  const lock = (of) =>
    existsSync(join(of, 'package-lock.json')) ? readFileSync(join(of, 'package-lock.json'), 'utf8') : '';
  if (existsSync(join(modules, '.package-lock.json')) && lock(folder) === lock(source)) return modules;
  process.stderr.write('Installing the other engines, about 210 MB …\n');
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(source, name), join(folder, name));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const code = await runChild(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) throw new Error('the other engines could not be installed: see above');
  return modules;
}

const versions = () => JSON.parse(readFileSync(join(root, 'scripts', 'peers', 'package.json'), 'utf8')).dependencies;
