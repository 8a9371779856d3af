// `npm start [-- --port N]`: builds the page where it changed, brings the local database up to date and serves both
// from wrangler's embedded store. MENDSCOPE_STORE names another folder for that store.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChild, whenOrphaned } from './child.mjs';
import { ensureInstalled } from './ensure_installed.mjs';
import { isStale } from './freshness.mjs';
import { quietWrangler } from './quiet_wrangler.mjs';

const host = '127.0.0.1';
const secondsToStart = 120;
const secondsToStop = 5;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const store = resolve(process.env.MENDSCOPE_STORE ?? join(root, '.wrangler', 'state'));
const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
const environment = { ...process.env, ...quietWrangler };

const { wantedPort, error } = readOptions(process.argv.slice(2));
if (error) {
  process.stderr.write(`${error}\nUsage: npm start [-- --port N]   (0 takes any free port)\n`);
  process.exit(2);
}

ensureInstalled();
await buildPage();
await migrateStore();
const port = await freePort(wantedPort);
const server = serve(port);
if (await answers(port, server)) {
  process.stdout.write(`\n  mendscope is running at http://${host}:${port}/   (Ctrl-C stops it)\n\n`);
}

function readOptions(args) {
  try {
    const { port } = parseArgs({ args, options: { port: { type: 'string', default: '8787' } } }).values;
    if (!/^\d+$/.test(port) || Number(port) > 65535) return { error: `--port is ${port}: give a number, 0 to 65535` };
    return { wantedPort: Number(port) };
  } catch (problem) {
    return { error: problem.message };
  }
}

async function buildPage() {
  const sources = ['src', 'shaders', 'models', 'docs/evidence', 'vite.config.ts', 'tsconfig.json', 'package-lock.json'];
  const built = join(root, 'dist', 'app', 'index.html');
  if (
    !isStale(
      built,
      sources.map((source) => join(root, source)),
    )
  )
    return;
  process.stderr.write('Building the page …\n');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  // Under a test runner NODE_ENV is 'test', by which Vite would take the packages' development files.
  const env = { ...environment, NODE_ENV: 'production' };
  await orExit(runChild(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, env }));
}

async function migrateStore() {
  if (!existsSync(join(root, 'worker', 'migrations'))) return;
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', store];
  // Not a terminal on standard input: wrangler asks for no confirmation then. What it prints matters only if it fails.
  let output = '';
  const child = spawn(process.execPath, [wrangler, ...args], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) process.stderr.write(output);
  await orExit(code ?? 1);
}

async function orExit(exitCode) {
  const code = await exitCode;
  if (code !== 0) process.exit(code);
}

// The wanted port or the next one that nobody listens on.
async function freePort(wanted) {
  for (let port = wanted; port <= 65535; port++) {
    const found = await new Promise((done) => {
      const probe = createServer();
      probe.once('error', () => done(undefined));
      probe.listen(port, host, () => {
        const { port: bound } = probe.address();
        probe.close(() => done(bound));
      });
    });
    if (found === undefined) continue;
    if (wanted !== 0 && found !== wanted) process.stderr.write(`Port ${wanted} is in use: taking ${found}.\n`);
    return found;
  }
  throw new Error(`no free port from ${wanted} on`);
}

// In a process group of its own, so that stopping reaches workerd too, and Ctrl-C arrives once.
function serve(port) {
  const options = ['--ip', host, '--port', String(port), '--inspector-port', '0', '--persist-to', store];
  const quiet = ['--show-interactive-dev-session', 'false', '--log-level', 'error'];
  const child = spawn(process.execPath, [wrangler, 'dev', ...options, ...quiet], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    child.kill('SIGTERM');
    setTimeout(() => killGroup(child), secondsToStop * 1000).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  whenOrphaned(stop);
  child.once('close', (code) => {
    killGroup(child);
    process.exit(stopping ? 0 : (code ?? 1));
  });
  return child;
}

function killGroup(child) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch (problem) {
    if (problem.code !== 'ESRCH') throw problem;
  }
}

async function answers(port, child) {
  const end = Date.now() + secondsToStart * 1000;
  while (child.exitCode === null && Date.now() < end) {
    const reply = await fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (reply) {
      await reply.arrayBuffer();
      return true;
    }
    await new Promise((later) => setTimeout(later, 100));
  }
  if (child.exitCode === null) {
    process.stderr.write(`The server did not answer within ${secondsToStart} s.\n`);
    child.kill('SIGTERM');
  }
  return false;
}
