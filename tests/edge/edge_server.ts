/** The edge as `wrangler dev` serves it, on a store of its own, so that it can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
const quiet = { CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' };

export interface EdgeServer {
  url: string;
  /** Most memory workerd ever held, in bytes. */
  peakBytes(): number;
  /** Processor time of all its processes so far: unlike a rate, hardly moved by what else the machine does. */
  cpuSeconds(): number;
  /** SIGKILL to everything at once, as a power cut would. */
  kill(): Promise<void>;
}

export const newStore = (): string => mkdtempSync(join(tmpdir(), 'mendscope-edge-'));

/** Runs a program in a group of its own and kills the whole group once this process ($0) is gone, however it went. */
const WATCHED = '"$@" & while kill -0 "$0" 2>/dev/null && kill -0 $! 2>/dev/null; do sleep 1; done; kill -9 0';

export interface EdgeOptions {
  /** Serve the built page too; otherwise no build that changes meanwhile can restart the server. */
  page?: boolean;
  /** The one that a server killed before had; any free one where left out. */
  port?: number;
}

export async function startEdge(store: string, { page = false, port: wanted }: EdgeOptions = {}): Promise<EdgeServer> {
  const assets = page ? join(root, 'dist', 'app') : join(store, 'no-page');
  mkdirSync(assets, { recursive: true });
  await migrate(store);
  const port = wanted ?? (await freePort());
  const place = ['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0', '--persist-to', store];
  const quietly = ['--show-interactive-dev-session', 'false', '--log-level', 'error'];
  const args = [wrangler, 'dev', ...place, '--assets', assets, ...quietly];
  const child = spawn('sh', ['-c', WATCHED, String(process.pid), process.execPath, ...args], {
    cwd: root,
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const killGroup = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
  };
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(url, child);
  return {
    url,
    peakBytes: () =>
      Math.max(
        0,
        ...processesOf(child.pid as number).map(({ name, peakBytes }) => (name === 'workerd' ? peakBytes : 0)),
      ),
    cpuSeconds: () => processesOf(child.pid as number).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = new Promise((done) => child.once('close', done));
      killGroup();
      await closed;
    },
  };
}

/** Brings a store up to date, once. */
export async function migrate(store: string): Promise<void> {
  const marker = join(store, 'migrated');
  if (existsSync(marker)) return;
  await run(['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', store]);
  writeFileSync(marker, '');
}

/** Runs wrangler to its end; what it prints is shown only if it fails. */
export async function run(args: string[]): Promise<string> {
  const child = spawn(process.execPath, [wrangler, ...args], {
    cwd: root,
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`wrangler ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    const reply = await fetch(`${url}/api/health`).catch(() => undefined);
    await reply?.arrayBuffer();
    if (reply?.ok) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error('wrangler dev did not start');
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

interface ServerProcess {
  name: string;
  peakBytes: number;
  cpuSeconds: number;
}

/** The processes of the server's group (Linux; elsewhere none). */
function processesOf(group: number): ServerProcess[] {
  if (!existsSync('/proc')) return [];
  const found: ServerProcess[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      if (Number(fields[2]) !== group) continue;
      found.push({
        name: /^Name:\t(.*)$/m.exec(status)?.[1] ?? '',
        peakBytes: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024,
        // utime and stime, in ticks of 10 ms.
        cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
      });
    } catch (error) {
      // It ended meanwhile.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found;
}
