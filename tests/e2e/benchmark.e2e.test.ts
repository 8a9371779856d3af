import { expect, test } from 'vitest';
import type { BenchReport } from '../../src/bench/messages';
import { casesFor } from '../../src/bench/suite';
import { servedSite } from './site';

const ONLY = 'instance norm';

const site = servedSite();

test('a visitor measures the device and passes the report on by a link', async () => {
  const page = await site.open(`${site.url}#/benchmark?only=${encodeURIComponent(ONLY)}`);
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
  const elsewhere = await site.open(link);
  const shown = await elsewhere.text('bench-result');
  expect(shown).toContain(report.adapter);
  expect(shown).toContain('elsewhere');
  expect(await elsewhere.count('[data-testid="bench-row"]')).toBe(wanted.length);
  expect(await elsewhere.attribute('bench-link', 'href')).toBe(link);
  expect([...page.requests, ...elsewhere.requests].filter(({ uploads }) => uploads)).toEqual([]);
  expect([...page.complaints, ...elsewhere.complaints]).toEqual([]);

  const cut = await site.open(link.slice(0, -20));
  expect(await cut.text('complaint')).toContain('a link without a whole report');
});
