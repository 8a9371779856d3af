import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { KernelChoices } from '../../src/runtime';
import { AppPage } from './app_page';
import { servedSite } from './site';

const site = servedSite();

/** What the browser keeps; with `damage`, that is put in its place. */
const kept = (page: AppPage, damage?: object): Promise<KernelChoices> =>
  page.page.evaluate(
    (instead) =>
      new Promise<never>((resolve, reject) => {
        const opening = indexedDB.open('mendscope-kernels');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const store = opening.result.transaction('choices', 'readwrite').objectStore('choices');
          const request = instead ? store.put(instead, 'current') : store.get('current');
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            opening.result.close();
            resolve(request.result as never);
          };
        };
      }),
    damage,
  );

async function train(page: AppPage): Promise<void> {
  await page.click('example-embryo-axial');
  await page.click('to-train');
  await page.click('preset-tiny');
  await page.fill('steps-cin-gan', 0);
  await page.fill('steps-mend', 2);
  await page.fill('steps-cgan', 1);
  await page.unfold('advanced');
  await page.click('kernels-measured');
  await page.click('train-start');
  await page.trained(300);
}

test('what was timed is kept, and timed again where it is damaged', async () => {
  const first = await site.open();
  await train(first);
  const choices = await kept(first);
  expect(Object.keys(choices.chosen).length).toBeGreaterThan(0); // as many as there was time for
  expect(choices.adapter).not.toBe('');

  await kept(first, { kernels: 7 });
  const second = await AppPage.open(first.page.browser(), site.url, join(site.folder, 'again'));
  await train(second);
  const anew = await kept(second);
  expect(Object.keys(anew.chosen).length).toBeGreaterThan(0);
  expect([anew.kernels, anew.adapter]).toEqual([choices.kernels, choices.adapter]);
});
