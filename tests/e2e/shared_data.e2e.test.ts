import { beforeAll, expect, test } from 'vitest';
import type { AppState } from '../../src/ui/app_state';
import { EdgeClient, parseShareLink } from '../../src/wire/client';
import type { AppPage } from './app_page';
import { servedSite } from './site';

const site = servedSite();
let edge: EdgeClient;

beforeAll(async () => {
  edge = new EdgeClient(site.url);
}, 300_000);

/** Uploads that the page has under way at a time. */
const AT_ONCE = 6;

test('the example data set is published from the page, found in the gallery if it says so, and opens ready', async () => {
  const owner = await site.open(site.url);
  await owner.click('example-embryo-axial');
  await owner.see('task');
  await owner.click('nav-share');
  expect(await owner.text('share-data-files')).toMatch(
    /^48 images as TIFF, 24 pairs among them, for 1 task: “embryo-a/,
  );
  expect(owner.requests.filter(({ uploads }) => uploads)).toEqual([]);

  await owner.fill('share-data-title', 'Embryos, unlisted');
  // The line breaks after ten files; the second attempt sends the others.
  const puts = await breakAfter(owner, 10);
  await owner.click('share-data-publish');
  expect(await owner.text('complaint')).toContain('cannot be reached');
  const first = puts.taken;
  puts.restore();
  await owner.click('share-data-publish');
  await owner.see('share-data-result');
  expect(first).toBe(10);
  // 58 would be all of them anew; an upload cut off on its way is sent twice.
  expect(puts.taken).toBeGreaterThanOrEqual(48);
  expect(puts.taken).toBeLessThanOrEqual(48 + AT_ONCE);
  const unlisted = await owner.attribute('data-share-link', 'href');
  expect(await owner.text('data-share-terms')).toBe('unlisted, does not expire');

  const visitor = await site.open(`${unlisted}#edit=${tokenOf(await owner.attribute('data-edit-link', 'href'))}`);
  expect(await visitor.text('dataset')).toMatch(/^Embryos, unlisted, version 1 of its collection: 48 files/);
  const sent = await tasksOf(owner);
  expect(sent).toEqual([['embryo-axial', 'paired', true, 24, 24]]);
  expect(await tasksOf(visitor)).toEqual(sent);
  expect(await sumsOf(visitor)).toEqual(await sumsOf(owner));
  await visitor.click('nav-train');
  await visitor.see('train-start');
  expect(await visitor.count('[data-testid="train-start"]:not([disabled])')).toBe(1);
  expect(visitor.requests.filter(({ uploads }) => uploads)).toEqual([]);

  // Whoever holds the edit link can add a version; the images are there already.
  await visitor.click('nav-share');
  expect(await visitor.attribute('published', 'data-kind')).toBe('dataset');
  await visitor.fill('share-data-title', 'Embryos, listed');
  await visitor.clickOn('>>> [data-testid="share-data-listed"] >>> [part~="control"]');
  await visitor.click('share-data-expires');
  await visitor.clickOn('>>> [data-testid="share-data-expires"] wa-option[value="30-days"]');
  const before = visitor.requests.length;
  await visitor.click('share-data-publish');
  await visitor.see('share-data-result');
  const sentAgain = visitor.requests.slice(before).filter(({ url }) => /\/api\/blobs\/[0-9a-f]{64}/.test(url));
  expect(sentAgain).toEqual([]);
  expect(await visitor.text('data-share-terms')).toMatch(/^in the gallery, until \d+ \w+ 20\d\d$/);
  const listed = await visitor.attribute('data-share-link', 'href');

  const { items } = await edge.fetchGallery({ kind: 'dataset' });
  expect(items.map(({ title, latest }) => [title, latest])).toEqual([['Embryos, listed', idOf(listed)]]);
  const { collection } = await edge.fetchVersion('dataset', idOf(listed));
  const { expires } = await edge.fetchCollection(collection);
  expect((Date.parse(expires ?? '') - Date.now()) / 86_400_000).toBeCloseTo(30, 1);
  const gallery = await site.open(`${site.url}gallery`);
  const shown = await gallery.page.evaluate(() => document.body.innerText);
  expect(shown).toContain('Embryos, listed');
  expect(shown).not.toContain('Embryos, unlisted');
});

/** Lets `files` uploads through and then no request at all, until restored. */
async function breakAfter({ page }: AppPage, files: number) {
  let limit = files;
  const puts = {
    taken: 0,
    broken: false,
    restore: () => {
      limit = Number.POSITIVE_INFINITY;
      puts.broken = false;
    },
  };
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const isUpload = request.method() === 'PUT';
    if (puts.broken || (isUpload && puts.taken >= limit)) {
      puts.broken = true;
      void request.abort('connectionfailed');
      return;
    }
    if (isUpload) puts.taken += 1;
    void request.continue();
  });
  return puts;
}

/** Name, kind, direction and numbers of images of each task. */
const tasksOf = ({ page }: AppPage) =>
  page.$eval('mend-app', (shown) =>
    (shown as unknown as { state: AppState }).state.tasks.map(({ name, kind, axial, defective, clean }) => [
      name,
      kind,
      axial,
      defective.length,
      clean.length,
    ]),
  );

/** The sum of each image's samples, pair by pair. */
const sumsOf = ({ page }: AppPage) =>
  page.$eval('mend-app', (shown) =>
    (shown as unknown as { state: AppState }).state.tasks.map(({ defective, clean }) =>
      [...defective, ...clean].map(({ image }) => Float64Array.from(image.data).reduce((sum, value) => sum + value, 0)),
    ),
  );

const tokenOf = (url: string): string => parseShareLink(url)?.editToken ?? '';

const idOf = (url: string): string => parseShareLink(url)?.id ?? '';
