// `npm run deploy -- preview|production [--dry-run]`: builds the page, brings the database up to date, uploads the
// worker. docs/deploy.md says what an empty account needs first.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChild } from './child.mjs';
import { quietWrangler } from './quiet_wrangler.mjs';

const PLACEHOLDER = '00000000-0000-0000-0000-000000000000';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tool = (script, ...args) =>
  runChild(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    env: { ...process.env, ...quietWrangler },
  });
const wrangler = (...args) => tool('wrangler/bin/wrangler.js', ...args);

const { values, positionals } = parseArgs({ options: { 'dry-run': { type: 'boolean' } }, allowPositionals: true });
const [environment] = positionals;
if (positionals.length !== 1 || !['preview', 'production'].includes(environment)) {
  process.stderr.write('Usage: npm run deploy -- preview|production [--dry-run]\n');
  process.exit(2);
}

const steps = values['dry-run']
  ? [build, () => wrangler('deploy', '--env', environment, '--dry-run')]
  : [refusePlaceholder, build, migrate, () => wrangler('deploy', '--env', environment)];
for (const step of steps) {
  const code = await step();
  if (code !== 0) process.exit(code);
}

function build() {
  return tool('vite/bin/vite.js', 'build', '--logLevel', 'warn');
}

// The new worker finds its tables there; the old one, still running, does not mind: migrations only add.
function migrate() {
  return wrangler('d1', 'migrations', 'apply', 'DB', '--env', environment, '--remote');
}

function refusePlaceholder() {
  const section = readFileSync(join(root, 'wrangler.toml'), 'utf8').split(`[[env.${environment}.d1_databases]]`)[1];
  if (!section.slice(0, 300).includes(PLACEHOLDER)) return 0;
  process.stderr.write(
    `wrangler.toml: the database of env.${environment} has no id yet. Make one with\n` +
      `  npx wrangler d1 create mendscope${environment === 'preview' ? '-preview' : ''}\n` +
      'and write its id there (docs/deploy.md).\n',
  );
  return 1;
}
