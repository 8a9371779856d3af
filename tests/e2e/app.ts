import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface App {
  /** Where the page is, with a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

/** The page and the edge as `npm start` serves them, on a free port and an empty store. Stop it when done. */
export async function startApp(): Promise<App> {
  const store = await mkdtemp(join(tmpdir(), 'mendscope-store-'));
  const script = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));
  const server = spawn(process.execPath, [script, '--port', '0'], {
    env: { ...process.env, MENDSCOPE_STORE: store },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(store, { recursive: true, force: true });
  };
  try {
    return { url: await announcedUrl(server), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function announcedUrl(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk;
      const url = /running at (\S+)/.exec(output)?.[1];
      if (url) resolve(url);
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('close', (code) => reject(new Error(`npm start ended with exit code ${code}:\n${output}`)));
  });
}
