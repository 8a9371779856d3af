// Is a build older than what it is built from?
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** True when `output` is missing or any of `sources` (files, or folders with all they hold) changed after it. */
export function isStale(output, sources) {
  if (!existsSync(output)) return true;
  const built = statSync(output).mtimeMs;
  return sources.some((source) => existsSync(source) && newestChange(source) > built);
}

// A folder's own time counts too: it tells of files that were removed.
function newestChange(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}
