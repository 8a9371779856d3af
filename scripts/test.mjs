// `npm test [-- FILTER… or Vitest options]`: every Vitest project in turn, then one line with the sums.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { ensureInstalled } from './ensure_installed.mjs';
import { quietWrangler } from './quiet_wrangler.mjs';
import { readReport, summary } from './test_report.mjs';
import { vulkanEnvironment } from './vulkan_driver.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { projects, rest } = chosenProjects(process.argv.slice(2));

ensureInstalled();
const vulkan = await vulkanEnvironment();
process.stderr.write(`Vulkan driver for Dawn: ${vulkan.driver}\n`);
const env = { ...process.env, ...vulkan.env, ...quietWrangler };

const total = { passed: 0, failed: 0, skipped: 0 };
const reports = mkdtempSync(join(tmpdir(), 'mendscope-tests-'));
for (const project of projects) {
  const file = join(reports, `${project}.json`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`, '--passWithNoTests'];
  const code = await runChild(process.execPath, [vitest, 'run', '--project', project, ...report, ...rest], {
    cwd: root,
    env,
  });
  const counts = readReport(existsSync(file) ? readFileSync(file, 'utf8') : undefined, code);
  for (const kind of Object.keys(total)) total[kind] += counts[kind];
  if (code > 128) break;
}
rmSync(reports, { recursive: true, force: true });

if (total.passed + total.failed === 0) process.stderr.write('No test ran.\n');
process.stdout.write(`\n${summary(total)}\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

// `--project NAME` (repeatable) picks projects; every other argument is Vitest's.
function chosenProjects(args) {
  const chosen = [];
  const others = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--project') chosen.push(args[++i]);
    else if (args[i].startsWith('--project=')) chosen.push(args[i].slice('--project='.length));
    else others.push(args[i]);
  }
  return { projects: chosen.length > 0 ? chosen : ['unit', 'gpu', 'worker', 'e2e'], rest: others };
}
