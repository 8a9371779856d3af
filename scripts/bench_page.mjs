// A page of headless Chrome for a benchmark: one script, and files beside it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { findChromium } from './chromium.mjs';

const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Serves `script` as the page's module, opens it, and hands the page, the browser's version and, where the browser
 * tells, a clock of the GPU process's CPU seconds to `use`.
 * @param files paths in URLs → files on disk
 */
export async function benchPage({ script, files = {}, flags = [], env: more = {} }, use) {
  const { default: puppeteer } = await import('puppeteer-core');
  // WebGPU wants a secure context: a page from 127.0.0.1 is one, a blank page is not.
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://127.0.0.1').pathname;
    // Threads of WebAssembly want a page that no other origin can reach.
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    response.setHeader('content-type', types[extname(path)] ?? 'text/html');
    if (path === '/page.js') return response.end(script);
    if (path in files) return response.end(await readFile(files[path]));
    if (path !== '/') response.statusCode = path === '/favicon.ico' ? 204 : 404;
    response.end(path === '/' ? '<!doctype html><script type="module" src="/page.js"></script>' : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { executablePath, args, env } = await findChromium();
  const browser = await puppeteer.launch({
    executablePath,
    args: [...args, ...flags],
    env: { ...env, ...more },
    headless: true,
    protocolTimeout: 12 * 3_600_000,
  });
  try {
    const page = await browser.newPage();
    // No warnings, and errors once: an engine that binds too much warns a hundred times, and its row says that it is wrong.
    const said = new Set();
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'warn' || (message.type() === 'error' && said.has(text))) return;
      said.add(text);
      process.stderr.write(`${text}\n`);
    });
    page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction('typeof mendscopeBench === "function"');
    return await use(page, await browser.version(), await gpuClock(browser));
  } finally {
    await ended(browser);
    server.close();
  }
}

/** A browser whose GPU process is at work does not hear that it should close. */
async function ended(browser) {
  const patience = setTimeout(() => {
    const { pid } = browser.process() ?? {};
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }, 5000);
  await browser.close();
  clearTimeout(patience);
}

async function gpuClock(browser) {
  const session = await browser.target().createCDPSession();
  const seconds = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'GPU').reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  return (await seconds().catch(() => 0)) > 0 ? seconds : undefined;
}
