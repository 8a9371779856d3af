// `npm run screenshots [-- --url URL] [--out docs/screenshots] [--cin-steps N] [--steps N] [--all]`
// Walks through the page with its example as a user would, and saves a picture of every page for README: phantoms, a
// tiny model, a held-out image restored, the model published. Without --url it serves the page itself, on a new store;
// --all saves those that README does not show, too.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { findChromium } from './chromium.mjs';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    out: { type: 'string', default: 'docs/screenshots' },
    'cin-steps': { type: 'string' },
    steps: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
});
const served = values.url ? undefined : await serve();
const url = values.url ?? served.url;

const minute = 60_000;
mkdirSync(values.out, { recursive: true });
const { executablePath, args, env } = await findChromium();
const browser = await puppeteer.launch({ executablePath, args, env, headless: true, protocolTimeout: 10 * minute });
const page = await browser.newPage();
await page.setViewport({ width: 1440, height: 900 });
await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);

await page.goto(url);
await find('example-embryo-axial');
await until(() => document.querySelector('mend-app').state.presets.length > 0);
await pause(2000);
if (values.all) await picture('data-empty');
await click('example-embryo-axial');
await find('task');
await page.evaluate(() => {
  document
    .querySelector('mend-app')
    .shadowRoot.querySelector('mend-notices')
    .shadowRoot.querySelector('wa-button')
    ?.click();
});
await pause(7000);
await picture('data');

await click('nav-train');
await click('preset-tiny');
await page.evaluate(
  (cinSteps, steps) => {
    const { state } = document.querySelector('mend-app');
    const chosen = (text) => (text === undefined ? undefined : { steps: Number(text) });
    state.update({ config: { ...state.config, cinGan: chosen(cinSteps), mend: chosen(steps) } });
  },
  values['cin-steps'],
  values.steps,
);
await pause(500);
await click('train-start');
await until(() => {
  const { run } = document.querySelector('mend-app').state;
  const { step, steps } = run.progress.cgan ?? { step: 0, steps: 1 };
  return step > 0.8 * steps && run.preview?.phase === 'cgan';
});
await picture('train');
await until(() => ['finished', 'failed'].includes(document.querySelector('mend-app').state.run.status));

await click('nav-restore');
await click('held-out-embryo-axial');
await pause(1000);
await click('restore-run');
await until(() => document.querySelector('mend-app').state.restorations.every(({ status }) => status === 'done'));
await pause(7000);
await picture('restore');
if (values.all) {
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await pause(1000);
  await picture('restore-dark');
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
}

await click('nav-share');
await click('share-publish');
await find('share-link');
await pause(7000);
await picture('share');
await browser.close();
await served?.stop();

// `npm start` on a free port, with a store that is thrown away.
async function serve() {
  const store = mkdtempSync(join(tmpdir(), 'mendscope-store-'));
  const start = join(dirname(fileURLToPath(import.meta.url)), 'start.mjs');
  const server = spawn(process.execPath, [start, '--port', '0'], {
    env: { ...process.env, MENDSCOPE_STORE: store },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => server.once('close', done));
  const url = await new Promise((resolve, reject) => {
    let output = '';
    server.stdout.on('data', (chunk) => {
      output += chunk;
      const announced = /running at (\S+)/.exec(output);
      if (announced) resolve(announced[1]);
    });
    server.once('close', () => reject(new Error('the page could not be served')));
  });
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    rmSync(store, { recursive: true, force: true });
  };
  return { url, stop };
}

async function picture(name) {
  await page.evaluate(() => scrollTo(0, 0));
  await pause(300);
  await page.screenshot({ path: join(values.out, `${name}.png`) });
  process.stderr.write(`${name}.png\n`);
}

// Elements stand in shadow trees, whose changes Puppeteer's own waiting does not see: hence the asking again.
async function find(testid) {
  for (let waited = 0; waited < 2 * minute; waited += 200) {
    const element = await page.$(`>>> [data-testid="${testid}"]`);
    if (element) return element;
    await pause(200);
  }
  throw new Error(`no element ${testid} came within two minutes`);
}

async function click(testid) {
  await (await find(testid)).click();
  await pause(300);
}

function until(condition) {
  return page.waitForFunction(condition, { polling: 500, timeout: 60 * minute });
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
