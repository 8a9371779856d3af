/* The benchmark page: the suite on this device, its report as JSON, and as a link that shows it elsewhere. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BenchReport } from '../../src/bench/messages';
import { casesFor } from '../../src/bench/suite';
import { type App, startApp } from './app';
import { AppPage } from './app_page';
import { launchBrowser } from './browser';

const ONLY = 'instance norm';

let folder: string;
let app: App;
const browsers: Browser[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mendscope-e2e-'));
  app = await startApp();
});

afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await app?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a visitor measures the device and passes the report on by a link', async () => {
  const page = await open(`${app.url}#/benchmark?only=${encodeURIComponent(ONLY)}`);
  await page.click('bench-start');
  await page.see('bench', { 'data-status': 'done' }, 300);
  const saved = await page.download('bench-download', /^mendscope-benchmark-.*\.json$/);
  const report = JSON.parse(saved.toString()) as BenchReport;
  const wanted = casesFor({ quick: true, only: ONLY }).map(({ name }) => name);
  expect(wanted.length).toBeGreaterThan(2);
  expect(report.rows.map(({ name }) => name)).toEqual(wanted);
  for (const { milliseconds, ofCopy } of report.rows) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(ofCopy).toBeGreaterThan(0);
  }
  expect(report.adapter).not.toBe('');
  expect(await page.text('bench-result')).toContain(report.adapter);
  expect(await page.count('[data-testid="bench-software"]')).toBe(report.software ? 1 : 0);

  const link = await page.attribute('bench-link', 'href');
  const elsewhere = await open(link);
  const shown = await elsewhere.text('bench-result');
  expect(shown).toContain(report.adapter);
  expect(shown).toContain('elsewhere');
  expect(await elsewhere.count('[data-testid="bench-row"]')).toBe(wanted.length);
  expect(await elsewhere.attribute('bench-link', 'href')).toBe(link);
  expect([...page.requests, ...elsewhere.requests].filter(({ uploads }) => uploads)).toEqual([]);
  expect([...page.complaints, ...elsewhere.complaints]).toEqual([]);

  const cut = await open(link.slice(0, -20));
  expect(await cut.text('complaint')).toContain('a link without a whole report');
});

async function open(url: string): Promise<AppPage> {
  const browser = await launchBrowser();
  browsers.push(browser);
  return AppPage.open(browser, url, join(folder, String(browsers.length)));
}
