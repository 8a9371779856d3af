// Runs `npm ci` when node_modules is missing or is not what the lockfile asks for. Imports nothing but Node's own modules.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: mendscope needs 20.19 or newer`);
  }
  if (isInstalled(readLock('node_modules/.package-lock.json'), readLock('package-lock.json'))) return;
  process.stderr.write('Installing packages (npm ci) …\n');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error(`npm ci failed (${npm.error?.message ?? `exit code ${npm.status}`})`);
}

/**
 * Does what npm noted of its last installation match the lockfile? The versions decide, not the files' times, which
 * Git and npm change without need. Optional packages may be absent: most are for other platforms.
 */
export function isInstalled(installed, wanted) {
  if (!installed) return false;
  return Object.entries(wanted.packages).every(([path, { version, optional }]) => {
    const found = installed.packages[path];
    return path === '' || found?.version === version || (found === undefined && optional === true);
  });
}

function readLock(name) {
  const path = join(root, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureInstalled();
