// `npm run bench -- [--chrome] [--rounds N] [--quick] [--only TEXT] [--json]`: the benchmark under Dawn for Node, or in
// headless Chrome.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { runChild } from './child.mjs';
import { findChromium } from './chromium.mjs';
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
    json: { type: 'boolean', default: false },
  },
});
process.exitCode = values.chrome ? await inChrome() : await inNode();

async function inNode() {
  const program = await bundleForNode('src/cli/main.ts', 'dist/cli/main.js');
  const { env } = await vulkanEnvironment();
  return runChild(process.execPath, ['--enable-source-maps', program, 'bench', ...process.argv.slice(2)], {
    env: { ...process.env, ...env },
  });
}

async function inChrome() {
  const { default: puppeteer } = await import('puppeteer-core');
  const script = await bundleForBrowser('src/bench/page.ts');
  // WebGPU wants a secure context: a page from 127.0.0.1 is one, a blank page is not.
  const server = createServer((request, response) => {
    const code = request.url === '/page.js';
    response.setHeader('content-type', code ? 'text/javascript' : 'text/html');
    response.end(code ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { executablePath, args, env } = await findChromium();
  const browser = await puppeteer.launch({ executablePath, args, env, headless: true, protocolTimeout: 3_600_000 });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction('typeof mendscopeBench === "function"');
    const options = JSON.stringify({ rounds: Number(values.rounds), quick: values.quick, only: values.only });
    const { report, table } = await page.evaluate(`mendscopeBench(${options})`);
    report.browser = await browser.version();
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${report.browser}\n${table}\n`);
    return 0;
  } finally {
    await browser.close();
    server.close();
  }
}
